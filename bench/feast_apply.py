"""The peer of the import: Feast itself applies the same registry. Runs in Feast's own environment.

    .venvs/feast/bin/python bench/feast_apply.py registry.sqlite postgresql+psycopg://…/empty [--cache-mode thread]

The first argument is a registry that bench.feast_registry has written to SQLite. Its objects are applied, project by
project, to an empty registry in PostgreSQL, without an online store: new, then unchanged, then with one view changed.
"""

# mypy: disable-error-code="import-not-found,import-untyped,unused-ignore"

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from feast import Entity, FeatureService, FeatureStore, FeatureView
from feast.data_source import DataSource
from feast.protos.feast.core import DataSource_pb2, Entity_pb2, FeatureView_pb2

SETTINGS = """
project: {project}
provider: local
registry: {{registry_type: sql, path: "{url}", cache_mode: {mode}, cache_ttl_seconds: 600}}
online_store: null
entity_key_serialization_version: 3
"""


def objects(registry: sqlite3.Connection, project: str, folder: Path) -> list[Any]:
    """What Feast's own classes make of the stored objects. Sources get a file, so that Feast finds their columns."""

    def stored(table: str, column: str) -> Iterator[bytes]:
        for (data,) in registry.execute(f"SELECT {column} FROM {table} WHERE project_id = ?", [project]):
            yield data

    file = folder / "rows.parquet"
    pd.DataFrame({"event_timestamp": pd.to_datetime(["2026-01-01"], utc=True)}).to_parquet(file)
    entities = [Entity.from_proto(Entity_pb2.Entity.FromString(data)) for data in stored("entities", "entity_proto")]
    sources = []
    for data in stored("data_sources", "data_source_proto"):
        message = DataSource_pb2.DataSource.FromString(data)
        message.file_options.uri = str(file)
        sources.append(DataSource.from_proto(message))
    views = []
    for data in stored("feature_views", "feature_view_proto"):
        view = FeatureView_pb2.FeatureView.FromString(data)
        view.spec.batch_source.file_options.uri = str(file)
        del view.meta.materialization_intervals[:]
        views.append(FeatureView.from_proto(view))
    services = [
        FeatureService(name=f"model_{start // 10:05}", features=views[start : start + 10])
        for start in range(0, len(views), 10)
    ]
    return [*entities, *sources, *views, *services]


def apply(store: FeatureStore, wanted: list[Any]) -> float:
    started = time.perf_counter()
    store.apply(wanted)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("registry")
    parser.add_argument("url")
    parser.add_argument("--cache-mode", default="thread", choices=("thread", "sync"))
    chosen = parser.parse_args()
    registry = sqlite3.connect(chosen.registry)
    for (project,) in registry.execute("SELECT project_id FROM projects").fetchall():
        with tempfile.TemporaryDirectory() as folder:
            settings = Path(folder, "feature_store.yaml")
            settings.write_text(SETTINGS.format(project=project, url=chosen.url, mode=chosen.cache_mode))
            store = FeatureStore(repo_path=folder)
            wanted = objects(registry, project, Path(folder))
            first, again = apply(store, wanted), apply(store, wanted)
            view = next(one for one in wanted if isinstance(one, FeatureView))
            view.description += ", said anew"
            print(f"{project}: {len(wanted):,} objects, {chosen.cache_mode}: first {first:.1f} s, "
                  f"unchanged {again:.1f} s, one changed {apply(store, [view]):.2f} s")  # fmt: skip


if __name__ == "__main__":
    main()
