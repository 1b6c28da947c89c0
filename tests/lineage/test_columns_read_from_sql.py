"""Columns that were read from SQL are likely, not certain; and count only where the job itself says nothing."""

from types import SimpleNamespace
from typing import Any

import pytest

from lineage.models import Node
from lineage.queries.impact import impact_of
from tests.lineage.orders import CLEAN, RAW, WAREHOUSE, make_orders, run
from tests.lineage.sent import forget, tell

pytestmark = pytest.mark.django_db
PULLED = "urn:charter:connectors:dbt"


@pytest.fixture
def orders(cast: SimpleNamespace) -> SimpleNamespace:
    forget()
    return make_orders(cast)


def read_from_sql(column: str, at: str) -> dict[str, Any]:
    """A pulled job says that `amount` is made of a column of the raw orders."""
    how = {"type": "DIRECT", "subtype": "INFERRED"}
    source = {"namespace": WAREHOUSE, "name": RAW, "field": column, "transformations": [how]}
    facet = {"_producer": PULLED, "fields": {"amount": {"inputFields": [source]}}}
    output = {"namespace": WAREHOUSE, "name": CLEAN, "facets": {"columnLineage": facet}}
    return {
        "eventTime": at, "producer": PULLED, "job": {"namespace": "etl", "name": "clean"}, "outputs": [output],
        "inputs": [{"namespace": WAREHOUSE, "name": RAW}],
    }  # fmt: skip


def hit(cast: SimpleNamespace, column: str) -> dict[str, str]:
    found = impact_of(cast.viewer, Node.objects.get(name=RAW), column)
    return {one.node.key: one.sure for one in found.affected}


def test_a_job_that_says_it_itself_counts_for_more(orders: SimpleNamespace) -> None:
    before = hit(orders.cast, "amount")
    tell(read_from_sql("secret", "2026-11-21T12:00:00Z"))
    assert hit(orders.cast, "amount") == before
    assert before["shop.order_stats"] == "certain"
    assert hit(orders.cast, "secret") == {}


@pytest.mark.parametrize("is_read_first", [True, False])
def test_where_it_is_silent_what_was_read_is_likely(orders: SimpleNamespace, is_read_first: bool) -> None:
    silent, read = run("clean", [RAW], [CLEAN], "2026-11-22T12:00:00Z"), read_from_sql("net", "2026-11-21T12:00:00Z")
    tell(*((read, silent) if is_read_first else (silent, read)))
    assert hit(orders.cast, "net") == {"shop.order_stats": "likely", "model:fraud": "likely"}
    assert hit(orders.cast, "amount") == {}


def test_one_that_is_read_anew_without_them_says_nothing(orders: SimpleNamespace) -> None:
    tell(run("clean", [RAW], [CLEAN], "2026-11-22T12:00:00Z"), read_from_sql("net", "2026-11-21T12:00:00Z"))
    anew = read_from_sql("net", "2026-11-23T12:00:00Z")
    del anew["outputs"][0]["facets"]
    tell(anew)
    assert set(hit(orders.cast, "net").values()) == {"possible"}
