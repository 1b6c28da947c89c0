"""What is pasted into the search box leads to pages of tables and jobs, as far as one sees them."""

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lineage.models import Node
from lineage.openlineage.names import dataset_id
from lineage.pasting import pasted
from registry.search import resolve, suggest
from tests.cast import page_as
from tests.lineage.orders import CLEAN, RAW, WAREHOUSE, run
from tests.lineage.sent import tell

FILE = "s3://lake/raw/orders.parquet"
LOAD = {
    "eventType": "COMPLETE", "eventTime": "2026-11-20T12:00:00Z", "producer": "https://example.org/airflow",
    "run": {"runId": "1"}, "job": {"namespace": "airflow", "name": "nightly_orders"},
    "inputs": [{"namespace": "s3://lake", "name": "raw/orders.parquet"}, {"namespace": "file", "name": "/srv/in.csv"}],
    "outputs": [{"namespace": WAREHOUSE, "name": RAW, "facets": {
        "schema": {"fields": [{"name": "placed_at", "type": "TIMESTAMP"}]}}}],
}  # fmt: skip


def found(world: SimpleNamespace, text: str) -> list[tuple[str, str, str]]:
    return [(one.kind, one.label, one.url) for one in resolve(world.cast.owner_b, text)]


def page(name: str) -> str:
    return f"/a/{Node.objects.get(name=name).pk}/"


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        (RAW, "table", RAW),
        ("raw.orders", "table", RAW),
        (f"dataset:{WAREHOUSE}:{RAW}", "table", RAW),
        (f"{WAREHOUSE}/{RAW}", "table", RAW),
        (f"postgresql://DB/{RAW}", "table", RAW),
        (FILE, "table", "raw/orders.parquet"),
        ("s3a://lake/raw/orders.parquet/day=2026-11-20/part-0", "table", "raw/orders.parquet"),
        ("raw/orders.parquet", "table", "raw/orders.parquet"),
        ("orders.parquet", "table", "raw/orders.parquet"),
        ("/srv/in.csv", "table", "/srv/in.csv"),
        ("file:///srv/in.csv", "table", "/srv/in.csv"),
        ("nightly_orders", "job", "nightly_orders"),
        ("job:airflow:nightly_orders", "job", "nightly_orders"),
        ("clean", "job", "clean"),
    ],
)
def test_a_table_or_job_by_any_name(world: SimpleNamespace, text: str, kind: str, name: str) -> None:
    tell(LOAD)
    assert (kind, name, page(name)) in found(world, text)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        (f"{RAW}.amount", "amount"), ("raw.orders.placed_at", "placed_at"),
        (f"datasetField:{WAREHOUSE}:{RAW}:amount", "amount"),
    ],
)  # fmt: skip
def test_a_column_leads_to_who_is_hit_by_it(world: SimpleNamespace, text: str, column: str) -> None:
    tell(LOAD)
    assert found(world, text) == [("table", f"{RAW}.{column}", f"{page(RAW)}?column={column}#impact")]


@pytest.mark.parametrize("text", ["orders", f"{RAW}.nothing", "aw.orders", "raw orders", "s3://lake/", "://", "a:b:c"])
def test_what_names_nothing_is_to_be_searched(world: SimpleNamespace, text: str) -> None:
    tell(LOAD)
    assert found(world, text) == []


def test_the_address_of_a_page_of_ours(world: SimpleNamespace) -> None:
    assert found(world, page(RAW)) == [("table", RAW, page(RAW))]
    assert found(world, f"http://testserver{page(RAW)}") == [("table", RAW, page(RAW))]
    assert found(world, f"https://elsewhere.example{page(RAW)}") == []


def test_another_name_leads_to_what_stands_for_it(world: SimpleNamespace) -> None:
    link = {"symlinks": {"identifiers": [{"namespace": "hive://meta", "name": "lake.orders_raw", "type": "TABLE"}]}}
    tell(run("load", ["crm.export"], [RAW], **link))
    standing = Node.objects.get(name=RAW).same_as
    assert found(world, "lake.orders_raw") == [("table", standing.name, f"/a/{standing.pk}/")]


def test_what_is_hidden_is_not_named(world: SimpleNamespace) -> None:
    secret = Node.objects.get(view=world.secret)
    other = Node.objects.create(
        id=dataset_id("feast", "scores"), kind="dataset", namespace="feast", name="scores", same_as=secret
    )
    for text in ("dataset:feast:scores", "scores", str(secret.pk), str(other.pk), "dataset:charter:secret.scores"):
        assert found(world, text) == []
        assert page_as(world.cast.owner_b).get("/lineage/", {"node": text}).status_code == 404
        assert [one.url for one in resolve(world.cast.owner_a, text)] == [world.secret.get_absolute_url()]


def test_a_node_id_may_hold_spaces(world: SimpleNamespace) -> None:
    tell(run("Nightly App.insert", ["crm.export"], ["dwh.raw.export"]))
    assert found(world, "job:etl:Nightly App.insert") == [("job", "Nightly App.insert", page("Nightly App.insert"))]
    assert found(world, "Nightly App.insert") == []


def test_many_tables_of_one_name_are_few(world: SimpleNamespace) -> None:
    tell(run("copy", [CLEAN], [f"dwh.s{number}.orders_copy" for number in range(9)]))
    assert len(found(world, "orders_copy")) == 5


def test_a_word_costs_one_statement(world: SimpleNamespace) -> None:
    for text, most in (("delay", 1), ("avg_amount", 1), ("payments.stats.amount", 3)):
        with CaptureQueriesContext(connection) as asked:
            assert list(pasted(world.cast.owner_b, text, 5)) == []
        assert len(asked) <= most


def test_palette_and_results_lead_there(world: SimpleNamespace) -> None:
    groups = {group.label: [item.url for item in group.items] for group in suggest(world.cast.owner_b, RAW)}
    assert page(RAW) in groups["Go to"]
    shown = page_as(world.cast.owner_b).get("/search", {"q": RAW}, follow=True).content.decode()
    assert f'href="{page(RAW)}"' in shown
    told = world.api.post("/api/v1/features/resolve", {"text": "job:etl:clean"}).json()["data"]
    assert [(one["kind"], one["key"], one["version"]) for one in told] == [("job", "job:etl:clean", None)]
