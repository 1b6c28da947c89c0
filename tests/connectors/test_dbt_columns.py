"""Columns of dbt's models, read from their compiled SQL by a program of its own, which may take no time it wants."""

import time
from pathlib import Path
from typing import Any

import pytest

from connectors.dbt import columns
from connectors.dbt.columns import SqlReader
from connectors.dbt.project import Project
from tests.connectors.dbt_projects import events, job, project, read
from tests.connectors.openlineage_spec import assert_valid

NAMESPACE = "postgres://localhost:59871"


def made_of(facets: dict[str, Any]) -> dict[str, set[tuple[str, str]]]:
    """Columns by (table, column) that they are made of; under "" what else has influence."""
    facet = facets.get("columnLineage", {})
    fields = {name: field["inputFields"] for name, field in facet.get("fields", {}).items()}
    whole = {"": facet["dataset"]} if facet.get("dataset") else {}
    return {name: {(one["name"], one["field"]) for one in inputs} for name, inputs in {**fields, **whole}.items()}


def of_sql(sql: str, adapter: str = "postgres", known: tuple[str, ...] = ()) -> dict[str, set[tuple[str, str]]]:
    table = {"name": "orders", "alias": "orders", "resource_type": "model", "database": "shop", "schema": "public"}
    nodes = {
        "model.shop.orders": {**table, "unique_id": "model.shop.orders"},
        "model.shop.totals": {**table, "name": "totals", "alias": "totals", "unique_id": "model.shop.totals"},
    }
    manifest = {
        "metadata": {"adapter_type": adapter}, "nodes": nodes, "sources": {},
        "parent_map": {"model.shop.totals": ["model.shop.orders"]},
    }  # fmt: skip
    catalog = {"nodes": {"model.shop.orders": {"columns": {name: {"name": name} for name in known}}}}
    held = Project(manifest, catalog if known else {}, "dbt", NAMESPACE)
    with SqlReader() as reader:
        return made_of(
            reader.columns_of(held, "model.shop.totals", {**nodes["model.shop.totals"], "compiled_code": sql})
        )


ORDERS = "shop.public.orders"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ('select id, upper(country) as c from "shop"."public"."orders" where is_paid',
         {"id": {(ORDERS, "id")}, "c": {(ORDERS, "country")}, "": {(ORDERS, "is_paid")}}),
        ("with o as (select id, a + b as x from shop.public.orders) select x, count(*) as n from o group by x",
         {"x": {(ORDERS, "a"), (ORDERS, "b")}, "": {(ORDERS, "id")}}),
        ("select id from public.orders union all select other from public.orders",
         {"id": {(ORDERS, "id"), (ORDERS, "other")}}),
        ("select * from shop.public.orders", {}),  # which columns there are nobody says
        ("select id from shop.public.orders, shop.public.users", {}),  # of which of the two?
        ("select o.id, u.name from shop.public.orders o join elsewhere.users u on u.id = o.id", {}),
        ("delete from shop.public.orders", {}), ("select from where", {}), ("", {}),
    ],
)  # fmt: skip
def test_what_a_query_says_and_what_it_does_not(sql: str, expected: dict[str, Any]) -> None:
    assert of_sql(sql) == expected


def test_the_database_knows_the_columns_of_a_star_and_their_spelling() -> None:
    found = of_sql("select * from shop.public.orders", "duckdb", known=("Id", "amountUsd"))
    assert found == {"id": {(ORDERS, "Id")}, "amountusd": {(ORDERS, "amountUsd")}}


def test_hostile_sql_costs_its_time_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "SECONDS", 1.0)
    nested = "select " + "(" * 20_000 + "id" + ")" * 20_000 + " from shop.public.orders"
    wide = "select id from shop.public.orders where " + " and ".join(["id in (" + "1," * 50 + "1)"] * 900)
    began = time.monotonic()
    assert of_sql(nested) == {}
    of_sql(wide)
    assert of_sql("x" * 300_000) == {}
    assert time.monotonic() - began < 30


def test_after_one_that_takes_too_long_others_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with SqlReader() as reader:
        monkeypatch.setattr(columns, "SECONDS", 0.0001)
        assert reader._ask({"sql": "select 1", "dialect": "postgres", "schema": {}}) == {}
        monkeypatch.setattr(columns, "SECONDS", 20.0)
        asked = {"sql": "select id from a.b", "dialect": "postgres", "schema": {}}
        assert reader._ask(asked)["columns"] == {"id": [[["a", "b"], "id"]]}


def test_a_pull_tells_them_as_inferred_and_once(tmp_path: Path) -> None:
    manifest = project(tmp_path) / "manifest.json"
    named = '"unique_id": "model.shop.totals"'
    code = "select 1 as one, id from shop.public.orders"
    manifest.write_text(manifest.read_text().replace(named, f'{named}, "compiled_code": "{code}"'))
    pages = read(tmp_path)
    [output] = job(events(pages), "shop.public.shop.totals")["outputs"]
    assert made_of(output["facets"]) == {"id": {(ORDERS, "id")}}
    [how] = output["facets"]["columnLineage"]["fields"]["id"]["inputFields"][0]["transformations"]
    assert (how["type"], how["subtype"]) == ("DIRECT", "INFERRED")
    assert events(read(tmp_path, pages[-1].cursor)) == []


def test_real_projects(real_inputs: Path) -> None:
    found = events(read(real_inputs / "dbt/recorded_csv_to_postgres"))
    told = [event for event in found if "job" in event and "run" not in event]
    columns_of = {event["outputs"][0]["name"]: made_of(event["outputs"][0]["facets"]) for event in told}
    analytics = columns_of["dbt_test.main.customer_analytics"]
    assert analytics["email"] == {("dbt_test.main.stg_customers", "email")}
    assert analytics["total_orders"] == {("dbt_test.main.stg_orders", "order_id")}
    for event in told:
        assert_valid([event], real_inputs)
