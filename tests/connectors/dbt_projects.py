"""Reads a project's artifacts, finds things among the events, and makes small projects."""

import json
from pathlib import Path
from typing import Any

from connectors.dbt.client import DbtLineage
from connectors.records import LineageFound

DATABASE = "postgresql://ada:s3cret@localhost:59871/dbt_test"  # of the recorded project


def read(folder: Path, since: dict[str, Any] | None = None, **options: Any) -> list[LineageFound]:
    options = {"database_url": DATABASE, **options}
    return list(DbtLineage(str(folder), **options).read_lineage(since=since or {}))


def events(pages: list[LineageFound]) -> list[dict[str, Any]]:
    return [event for page in pages for event in page.events]


def jobs(found: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(event["job"]["namespace"], event["job"]["name"]) for event in found if "job" in event}


def datasets(found: list[dict[str, Any]]) -> set[tuple[str, str]]:
    named = [each for event in found for kind in ("inputs", "outputs") for each in event.get(kind, ())]
    named += [event["dataset"] for event in found if "dataset" in event]
    return {(each["namespace"], each["name"]) for each in named}


def job(found: list[dict[str, Any]], name: str) -> dict[str, Any]:
    [event] = [event for event in found if event.get("job", {}).get("name") == name and "run" not in event]
    return event


def dataset(found: list[dict[str, Any]], name: str) -> dict[str, Any]:
    [event] = [event for event in found if event.get("dataset", {}).get("name") == name]
    facets: dict[str, Any] = event["dataset"]["facets"]
    return facets


def project(tmp_path: Path, **said: Any) -> Path:
    """A manifest of two models, of which `said` changes parts."""
    orders = {
        "name": "orders", "alias": "orders", "resource_type": "model", "database": "shop", "schema": "public",
        "unique_id": "model.shop.orders", "config": {"materialized": "table"}, "columns": {},
    }  # fmt: skip
    totals = {**orders, "name": "totals", "alias": "totals", "unique_id": "model.shop.totals"}
    manifest: dict[str, Any] = {
        "metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json", "project_name": "shop",
                     "adapter_type": "postgres", "generated_at": "2026-11-20T00:00:00Z"},
        "nodes": {"model.shop.orders": {**orders, **said.pop("orders", {})}, "model.shop.totals": totals},
        "sources": {}, "parent_map": {"model.shop.orders": [], "model.shop.totals": ["model.shop.orders"]},
    }  # fmt: skip
    (tmp_path / "manifest.json").write_text(json.dumps(manifest | said))
    return tmp_path
