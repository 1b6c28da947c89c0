"""What others measured and tested is shown with when and by whom, and never a value."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from lineage.models import Node, Run
from lineage.queries.measured import checks_of, measured, producer_name
from tests.cast import page_as
from tests.lineage.orders import RAW, run
from tests.lineage.sent import forget, tell

pytestmark = pytest.mark.django_db
METRICS = {
    "_producer": "https://github.com/great-expectations/gx/1.5", "rowCount": 1200,
    "lastUpdated": "2026-11-20T11:00:00Z",
    "columnMetrics": {
        "amount": {"nullCount": 3, "distincCount": 40, "min": 4711, "max": 987654, "quantiles": {"0.5": 31337}},
    },
}  # fmt: skip
CHECKS = {
    "_producer": "https://github.com/OpenLineage/OpenLineage/tree/1.54.0/integration/dbt",
    "assertions": [
        {"assertion": "not_null", "column": "id", "success": True},
        {"assertion": "unique", "column": "id", "success": False, "severity": "error", "actual": "13579"},
        {"assertion": "not_null", "column": "note", "success": False, "severity": "warn"},
    ],
}  # fmt: skip


def test_counts_and_verdicts_and_no_values(cast: SimpleNamespace) -> None:
    forget()
    tell(run("check", [], [RAW], dataQualityMetrics=METRICS, dataQualityAssertions=CHECKS))
    node = Node.objects.get(name=RAW)
    found = {(one.what, one.column): (one.found, one.state, one.producer) for one in measured([node])}
    assert found == {
        ("Rows", ""): ("1,200", "", "gx"), ("Newest row", ""): ("", "", "gx"),
        ("Nulls", "amount"): ("3", "", "gx"), ("Distinct values", "amount"): ("40", "", "gx"),
        ("not_null", "id"): ("holds", "ok", "dbt"), ("unique", "id"): ("does not hold", "crit", "dbt"),
        ("not_null", "note"): ("does not hold; a warning", "warn", "dbt"),
    }  # fmt: skip
    page = page_as(cast.viewer).get(f"/a/{node.pk}/").content.decode()
    assert "Measured by others" in page
    assert not [value for value in ("4711", "987654", "31337", "13579") if value in page]


def test_tests_of_a_run_are_on_its_page_and_its_job_s(cast: SimpleNamespace) -> None:
    forget()
    event = run("check", [RAW], [])
    event["run"]["facets"] = {
        "test": {"tests": [{"name": "orders_are_paid", "status": "fail"}, {"name": "few_nulls", "status": "pass"}]}
    }
    tell(event)
    found = Run.objects.get()
    assert [(one.what, one.state) for one in checks_of(found)] == [("orders_are_paid", "crit"), ("few_nulls", "ok")]
    for page in (f"/a/{found.job_id}/", f"/a/{found.job_id}/runs/{found.pk}/"):
        assert "orders_are_paid" in page_as(cast.viewer).get(page).content.decode()


def test_what_was_recorded_of_real_dbt_is_readable(real_inputs: Path, cast: SimpleNamespace) -> None:
    forget()
    files = sorted((real_inputs / "openlineage-captured/dbt").glob("*.json"))
    bodies = [json.loads(path.read_text())["body"] for path in files]
    tell(*(json.loads(body) if isinstance(body, str) else body for body in bodies))
    found = [one for node in Node.objects.filter(kind="dataset") for one in measured([node])]
    assert {one.producer for one in found if one.state} == {"dbt"}


@pytest.mark.parametrize(
    ("uri", "name"),
    [("urn:charter:connectors:dbt", "dbt, pulled"), ("feast", "feast"), ("", ""), (None, ""),
     ("https://github.com/apache/airflow/tree/providers-openlineage/2.20.3", "airflow")],
)  # fmt: skip
def test_the_name_of_a_producer(uri: str | None, name: str) -> None:
    assert producer_name(uri) == name
