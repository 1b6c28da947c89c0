"""What facets of measurements and assertions say, as far as monitoring can use it. What is odd in one is left out."""

from collections.abc import Iterator
from typing import Any

from registry.choices import Health

MOST_CHECKS, MOST_COLUMNS = 500, 2_000
LONGEST_NAME = 200
_LARGEST = 2**63 - 1

Numbers = tuple[float | None, float | None]


def checks_in(body: dict[str, Any], *, has_counts: bool) -> Iterator[tuple[str, str, Health, Numbers]]:
    """(column or "", name, state, (found, allowed)). What was found is a value of somebody's data with most producers:
    it is read only of those whose findings are counts of rows.
    """
    listed = body.get("assertions")
    for one in listed[:MOST_CHECKS] if isinstance(listed, list) else ():
        said = one if isinstance(one, dict) else {}
        name, state = _text(said.get("name")) or _text(said.get("assertion")), _state(said)
        if name and state is not None:
            numbers = (_number(said.get("actual")), _number(said.get("expected"))) if has_counts else (None, None)
            yield _text(said.get("column")), name[:LONGEST_NAME], state, numbers


def _state(one: dict[str, Any]) -> Health | None:
    """None where it was not told."""
    if one.get("success") is True:
        return Health.OK
    if one.get("success") is not False:
        return None
    return Health.AT_RISK if one.get("severity") == "warn" else Health.BREACHED


def rows_in(body: dict[str, Any]) -> int | None:
    """How many rows the table has."""
    return _count(body.get("rowCount"))


def counts_in(body: dict[str, Any]) -> Iterator[tuple[str, int | None, int | None]]:
    """(column, nulls, distinct values) of each column of which one is told."""
    columns = body.get("columnMetrics")
    for column, told in list(columns.items())[:MOST_COLUMNS] if isinstance(columns, dict) else ():
        if isinstance(told, dict):
            # The specification's own example writes distincCount.
            nulls, distinct = _count(told.get("nullCount")), _count(told.get("distinctCount", told.get("distincCount")))
            if nulls is not None or distinct is not None:
                yield column, nulls, distinct


def _count(value: object) -> int | None:
    is_whole = isinstance(value, int | float) and not isinstance(value, bool) and value == value
    return int(value) if is_whole and 0 <= value <= _LARGEST and value == int(value) else None  # type: ignore[call-overload, operator]


def _number(value: object) -> float | None:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _text(value: object) -> str:
    return value if isinstance(value, str) and "\x00" not in value else ""
