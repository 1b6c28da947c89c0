"""Names in addresses: whatever a store calls a thing, its address leads back to that name."""

import pytest

from common.names import NameConverter


@pytest.mark.parametrize(
    "name", ["plain", "with space", "a/b", "a%2Fb", "100%", "..", ".", "back\\slash", "ünïcode", "a.b"]
)
def test_there_and_back(name: str) -> None:
    written = NameConverter().to_url(name)
    assert "/" not in written
    assert written not in {".", ".."}
    assert NameConverter().to_python(written) == name


def test_plain_names_stay_as_they_are() -> None:
    assert NameConverter().to_url("avg_amount_7d") == "avg_amount_7d"
