"""A report of Evidently 0.7 as checks and counts. Whatever it says of values is passed over."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from connectors.records import ConnectorError

MOST_METRICS, MOST_TESTS, LONGEST_COLUMN = 20_000, 40_000, 200
FIX = "Write it with Evidently 0.7: Report(...).run(now, reference).save_json('report.json')."
State = Literal["ok", "warn", "crit"]
_STATES: dict[str, State] = {"SUCCESS": "ok", "WARNING": "warn", "FAIL": "crit"}
_ORDER: tuple[State, ...] = ("ok", "warn", "crit")
_METHOD = re.compile(r"[\w .()+-]{1,60}")
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class EvidentlyCheck:
    """One check of a column, or of the whole data where `column` is empty. Numbers are distances, shares and counts."""

    column: str
    name: str
    state: State
    value: float | None = None
    limit: float | None = None


@dataclass(slots=True)
class EvidentlyReport:
    """What a report says. `rows` is None where it does not count them; `nulls` and `distinct` are by column."""

    checks: list[EvidentlyCheck] = field(default_factory=list)
    rows: int | None = None
    nulls: dict[str, int] = field(default_factory=dict)
    distinct: dict[str, int] = field(default_factory=dict)


def read_report(said: Mapping[str, Any]) -> EvidentlyReport:
    """Raises ConnectorError for what is no report of Evidently 0.7, or too large a one."""
    metrics, tests = said.get("metrics"), said.get("tests")
    if not isinstance(metrics, list) or any(isinstance(one, dict) and "metric" in one for one in metrics[:1]):
        raise ConnectorError("This is no report of Evidently 0.7: it has no list of metrics.", fix=FIX)
    tests = tests if isinstance(tests, list) else []
    if len(metrics) > MOST_METRICS or len(tests) > MOST_TESTS:
        raise ConnectorError(
            f"It has {len(metrics):,} metrics and {len(tests):,} tests; at most {MOST_METRICS:,} and {MOST_TESTS:,} "
            "are read.", fix="Report fewer columns at once.",
        )  # fmt: skip
    states = _states(tests)
    found = EvidentlyReport()
    for one in metrics:
        if isinstance(one, dict) and isinstance(one.get("config"), dict):
            _add(found, one, states.get(str(one.get("id"))))
    return found


def _states(tests: list[Any]) -> dict[str, State]:
    """By metric, the worst of its tests. One that could not be run says nothing."""
    found: dict[str, State] = {}
    for one in tests:
        config = one.get("metric_config") if isinstance(one, dict) else None
        state = _STATES.get(str(one.get("status"))) if isinstance(one, dict) else None
        if isinstance(config, dict) and state is not None:
            metric = str(config.get("metric_id"))
            found[metric] = max(found.get(metric, state), state, key=_ORDER.index)
    return found


def _add(found: EvidentlyReport, metric: dict[str, Any], tested: State | None) -> None:
    config, value = metric["config"], metric.get("value")
    kind, column = _kind(config), _column(config)
    if kind == "ValueDrift" and column:
        found.checks += _drift(column, config, _number(value), tested)
    elif kind == "DriftedColumnsCount":
        found.checks += _drifted(config, value, tested)
    else:
        _count(found, kind, column, value)
        if tested and kind:
            found.checks.append(_tested(found, kind, column, value, tested))


def _tested(found: EvidentlyReport, kind: str, column: str, value: object, state: State) -> EvidentlyCheck:
    """Of what is no count, only that it was tested."""
    if kind == "MissingValueCount":
        return EvidentlyCheck(column, "share of missing values", state, _share(value))
    number = float(found.rows) if kind == "RowCount" and found.rows is not None else None
    return EvidentlyCheck(column, _WORDS.sub(" ", kind).lower(), state, number)


def _drift(column: str, config: dict[str, Any], value: float | None, tested: State | None) -> Iterator[EvidentlyCheck]:
    """Where no test came with it, the threshold decides: below it for a p-value, from it on for a distance."""
    limit, said = _number(config.get("threshold")), config.get("method")
    method = said if isinstance(said, str) and _METHOD.fullmatch(said) else "unnamed method"
    if value is None or (tested is None and limit is None):
        return
    drifted = limit is not None and (value < limit if "p_value" in method else value >= limit)
    yield EvidentlyCheck(column, f"drift by {method}", tested or ("crit" if drifted else "ok"), value, limit)


def _drifted(config: dict[str, Any], value: object, tested: State | None) -> Iterator[EvidentlyCheck]:
    share, limit = _share(value), _number(config.get("drift_share"))
    if share is not None and limit is not None:
        state: State = tested or ("crit" if share >= limit else "ok")
        yield EvidentlyCheck("", "share of drifted columns", state, share, limit)


def _count(found: EvidentlyReport, kind: str, column: str, value: Any) -> None:
    if kind == "RowCount" and not column:
        found.rows = _whole(value)
    elif kind == "MissingValueCount" and column and isinstance(value, dict):
        if (nulls := _whole(value.get("count"))) is not None:
            found.nulls[column] = nulls
    elif kind == "UniqueValueCount" and column and isinstance(value, dict) and isinstance(value.get("counts"), dict):
        found.distinct[column] = len(value["counts"])


def _kind(config: dict[str, Any]) -> str:
    """ValueDrift of evidently:metric_v2:ValueDrift."""
    said = str(config.get("type", "")).rpartition(":")[2]
    return said if said.isidentifier() and len(said) <= 60 else ""


def _column(config: dict[str, Any]) -> str:
    said = config.get("column")
    return said if isinstance(said, str) and len(said) <= LONGEST_COLUMN else ""


def _share(value: object) -> float | None:
    return _number(value.get("share")) if isinstance(value, dict) else None


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None  # type: ignore[arg-type]


def _whole(value: object) -> int | None:
    number = _number(value)
    return int(number) if number is not None and 0 <= number < 2**53 and number == int(number) else None
