"""Installing moves times and changes nothing else: what real Feast and plain SQL counted at build time still holds."""

import contextlib
import re
import sqlite3
from pathlib import Path
from typing import Any

from connectors.feast import registry_pb2 as pb
from demo.install import InstalledDemo
from demo.measure import measure_online, measure_tables

ROOT = Path(__file__).resolve().parents[2]
VIEW_TABLES: dict[str, type[Any]] = {
    "feature_views": pb.FeatureView,
    "stream_feature_views": pb.StreamFeatureView,
    "on_demand_feature_views": pb.OnDemandFeatureView,
    "label_views": pb.LabelView,
}


def without_times(measured: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: {key: value for key, value in each.items() if key != "newest"} for name, each in measured.items()}


def views_in(registry: Path, project: str) -> dict[str, list[str]]:
    found = {}
    with contextlib.closing(sqlite3.connect(registry)) as connection:
        for table, message in VIEW_TABLES.items():
            query = f"SELECT feature_view_name, feature_view_proto FROM {table} WHERE project_id = ?"
            for name, stored in connection.execute(query, [project]):
                found[name] = [field.name for field in message.FromString(stored).spec.features]
    return found


def test_parquet_rows_and_nulls_are_those_of_the_build(demo: InstalledDemo, manifest: dict[str, Any]) -> None:
    assert without_times(measure_tables(demo.offline_folder / "data")) == without_times(manifest["tables"])


def test_online_keys_and_nulls_are_those_of_the_build(demo: InstalledDemo, manifest: dict[str, Any]) -> None:
    online = measure_online(demo.offline_folder / "online_store.db")
    assert without_times(online) == without_times(manifest["online"])


def test_registry_holds_the_views_that_feast_listed(demo: InstalledDemo, manifest: dict[str, Any]) -> None:
    for project, expected in manifest["registry"].items():
        assert views_in(demo.offline_folder / "registry.db", project) == expected["views"]


def test_the_demo_is_large_enough_to_be_worth_searching(manifest: dict[str, Any]) -> None:
    views = [features for project in manifest["registry"].values() for features in project["views"].values()]
    assert (len(views), sum(map(len, views))) == (17, 97)


def test_features_that_the_documentation_calls_are_in_the_demo(manifest: dict[str, Any]) -> None:
    """What is pasted from a page of help must find something in the installation that `make run` makes."""
    texts = [path.read_text() for path in (ROOT / "docs").glob("*.md")]
    named = {found for text in texts for found in re.findall(r"features/((?:flights|people)\.\w+\.\w+)", text)}
    held = {
        f"{project}.{view}.{feature}"
        for project, content in manifest["registry"].items()
        for view, features in content["views"].items()
        for feature in features
    }
    assert named
    assert named <= held
