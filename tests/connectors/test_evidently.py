"""What a report of Evidently says, and what in it is passed over."""

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.evidently.report import EvidentlyCheck, read_report
from connectors.records import ConnectorError

REPORT = Path(__file__).parents[1] / "data/evidently/report.json"


@pytest.fixture
def report() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(REPORT.read_text())
    return found


def test_drift_nulls_rows_and_states_are_read(report: dict[str, Any]) -> None:
    found = read_report(report)
    assert found.rows == 800
    assert (found.nulls, found.distinct) == ({"amount_7d": 64, "channel": 0}, {"channel": 3})
    checks = {(one.column, one.name): (one.state, one.limit) for one in found.checks}
    assert checks[("amount_7d", "drift by psi")] == ("crit", 0.1)
    assert checks[("channel", "drift by chi-square p_value")] == ("ok", 0.05)
    assert checks[("", "share of drifted columns")] == ("ok", 0.5)
    assert checks[("", "row count")] == ("ok", None)
    assert EvidentlyCheck("amount_7d", "share of missing values", "crit", 0.08) in found.checks


def test_without_tests_the_threshold_decides(report: dict[str, Any]) -> None:
    report["tests"] = []
    states = {one.column: one.state for one in read_report(report).checks}
    assert states == {"": "ok", "amount_7d": "crit", "txn_count_7d": "ok", "channel": "ok"}
    for one in report["metrics"]:
        if one["config"].get("column") == "channel" and "threshold" in one["config"]:
            one["value"] = 0.01  # a p-value below its threshold is drift
    assert {one.column: one.state for one in read_report(report).checks}["channel"] == "crit"


def test_no_value_is_read(report: dict[str, Any]) -> None:
    said = str(read_report(report))
    assert not [word for word in ("shop", "web", "272", "278") if word in said]


@pytest.mark.parametrize(
    "said", [{}, {"metrics": {}}, {"version": "0.4", "metrics": [{"metric": "DataDriftTable", "result": {}}]}]
)
def test_what_is_no_report_is_refused_with_what_to_do(said: dict[str, Any]) -> None:
    with pytest.raises(ConnectorError) as refused:
        read_report(said)
    assert "save_json" in refused.value.fix


def test_too_many_metrics_are_refused() -> None:
    with pytest.raises(ConnectorError, match="at most"):
        read_report({"metrics": [{}] * 20_001})


@pytest.mark.parametrize("odd", [None, 3, "x", [], {"config": []}, {"config": {"type": 3, "column": 4}, "value": {}}])
def test_what_is_odd_in_it_is_left_out(report: dict[str, Any], odd: Any) -> None:
    before = read_report(report)
    assert read_report({"metrics": [*report["metrics"], odd], "tests": [*report["tests"], odd]}) == before


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, "0.4", [1], None])
def test_numbers_that_are_none_are_no_drift(value: Any) -> None:
    config = {"type": "evidently:metric_v2:ValueDrift", "column": "a", "method": "psi", "threshold": 0.1}
    assert read_report({"metrics": [{"id": "1", "config": config, "value": value}]}).checks == []
