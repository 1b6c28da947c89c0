"""What others have measured of a table, or tested in a run: kept as they told it, with when and by whom.

Counts, times and verdicts. Smallest and largest values, sums and quantiles are values of somebody's data: they are in
the events as they came, and are shown to nobody.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from lineage.folding.standing import stands
from lineage.models import Node, Run
from lineage.openlineage.producers import producer_name

MOST = 200
COUNTS = {
    "rowCount": "Rows", "bytes": "Bytes", "size": "Bytes", "fileCount": "Files", "nullCount": "Nulls",
    "distinctCount": "Distinct values", "distincCount": "Distinct values", "count": "Values",
}  # fmt: skip  # the specification's own example writes distincCount


@dataclass(frozen=True, slots=True)
class Measured:
    """One thing that was found: a number, a moment in `when`, or a verdict. `state` is ok, warn, crit or empty."""

    what: str
    column: str
    found: str
    state: str
    at: datetime | None
    producer: str
    when: datetime | None = None


def measured(members: Iterable[Node]) -> list[Measured]:
    """Of nodes that are the same; where two say something in the same facet, the newer one counts."""
    newest: dict[str, dict[str, Any]] = {}
    for member in members:
        for name, held in member.facets.items():
            if name in _READERS and stands(held, member.picture) and held["at"] > newest.get(name, {}).get("at", ""):
                newest[name] = held
    return [one for name, held in newest.items() for one in _read(name, held)][:MOST]


def checks_of(run: Run) -> list[Measured]:
    """What a run says that it tested."""
    held = run.facets.get("test")
    return list(_read("test", held))[:MOST] if held else []


def _read(name: str, held: dict[str, Any]) -> Iterator[Measured]:
    body = held["body"]
    at, producer = _moment(held["at"]), producer_name(body.get("_producer"))
    for what, column, found, state, when in _READERS[name](body):
        yield Measured(what[:200], column[:200], found, state, at, producer, when)


Found = tuple[str, str, str, str, datetime | None]


def _metrics(body: dict[str, Any]) -> Iterator[Found]:
    yield from _counts(body, "")
    if at := _moment(body.get("lastUpdated")):
        yield "Newest row", "", "", "", at
    columns = body.get("columnMetrics")
    for column, counts in columns.items() if isinstance(columns, dict) else ():
        if isinstance(counts, dict):
            yield from _counts(counts, column)


def _counts(body: dict[str, Any], column: str) -> Iterator[Found]:
    for key, label in COUNTS.items():
        if isinstance(number := body.get(key), int | float) and not isinstance(number, bool):
            yield label, column, f"{number:,.0f}", "", None


def _assertions(body: dict[str, Any]) -> Iterator[Found]:
    for one in _dicts(body.get("assertions")):
        is_mild = one.get("severity") == "warn"
        said = one.get("success")
        state = "ok" if said is True else "" if said is not False else "warn" if is_mild else "crit"
        words = {"ok": "holds", "": "not told", "warn": "does not hold; a warning", "crit": "does not hold"}[state]
        yield _text(one.get("name")) or _text(one.get("assertion")), _text(one.get("column")), words, state, None


def _freshness(body: dict[str, Any]) -> Iterator[Found]:
    state = {"pass": "ok", "warn": "warn", "error": "crit"}.get(_text(body.get("status")), "")
    words = {"ok": "fresh enough", "warn": "older than it should be", "crit": "too old"}.get(state, "not told")
    yield "Freshness", "", words, state, _moment(body.get("loaded_at"))


def _tests(body: dict[str, Any]) -> Iterator[Found]:
    for one in _dicts(body.get("tests")):
        status, is_mild = _text(one.get("status")).lower(), one.get("severity") == "warn"
        state = "ok" if status == "pass" else "warn" if is_mild or status == "warn" else "crit" if status else ""
        yield _text(one.get("name")), "", status or "not told", state, None


_READERS = {
    "dataQualityMetrics": _metrics, "dataQualityAssertions": _assertions, "outputStatistics": _metrics,
    "inputStatistics": _metrics, "charter_freshness": _freshness, "test": _tests,
}  # fmt: skip


def _dicts(value: object) -> Iterator[dict[str, Any]]:
    return (one for one in value if isinstance(one, dict)) if isinstance(value, list) else iter(())


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _moment(value: object) -> datetime | None:
    try:
        found = parse_datetime(_text(value))
    except ValueError:
        return None
    return found if found and found.tzinfo else None
