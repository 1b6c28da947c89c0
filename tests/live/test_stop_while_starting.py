"""`make run` told to stop while it starts. Apart from the suite: it needs a machine that is not busy."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.portal.running import charter, data_folder, free_port, processes_of, read_until, stop

pytestmark = pytest.mark.live


@pytest.fixture
def home() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


def test_being_told_to_stop_while_starting_leaves_nothing(home: Path) -> None:
    with charter(home, free_port()) as process:
        read_until(process, "Bringing the database up to date")
        code, rest = stop(process, signal.SIGTERM)
    assert code == 0
    assert "Stopped." in rest
    assert processes_of(home) == {}
