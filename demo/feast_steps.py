"""The only file of the demo that imports Feast: `build.py` runs it in Feast's own environment.

    python feast_steps.py <folder with feature_repo/ and store/> <anchor, ISO 8601>

It does what a team would have done over three months with `feast apply`, `feast materialize` and a push, with the
process's clock set to each moment, so that everything Feast writes lies on one time line that ends at the anchor.
Prints what Feast itself says the registry holds, as JSON, for the manifest.
"""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType

import pandas as pd
import time_machine
from feast import FeatureStore
from feast.data_source import PushMode
from feast.infra.offline_stores.file_source import SavedDatasetFileStorage
from feast.repo_config import load_repo_config
from feast.repo_operations import apply_total


def compile_by_name(loader: SourceFileLoader, data: bytes, path: str, *, _optimize: int = -1) -> CodeType:
    """Feast pickles functions into the registry with the file they came from: name it without its folder."""
    name = Path(path).name if "feature_repo" in path else path
    return compile(data, name, "exec", dont_inherit=True, optimize=_optimize)


SourceFileLoader.source_to_code = compile_by_name
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@contextlib.contextmanager
def repository(name: str) -> Iterator[Path]:
    """Stand in a repository and forget its modules afterwards: two of them have a `project.py`."""
    before, modules = Path.cwd(), set(sys.modules)
    os.chdir(Path("feature_repo") / name)
    sys.path.insert(0, os.getcwd())
    # A relative path, so that the registry does not record where this machine keeps its files.
    yield Path(".")
    sys.path.remove(os.getcwd())
    for module in set(sys.modules) - modules:
        if "feature_repo" in (getattr(sys.modules[module], "__file__", None) or ""):
            del sys.modules[module]
    os.chdir(before)


def apply(name: str, at: datetime) -> None:
    with repository(name) as path, time_machine.travel(at, tick=False):
        apply_total(load_repo_config(path, path / "feature_store.yaml"), path, skip_source_validation=False)


def materialize(name: str, view: str, until: datetime, *, back: timedelta, version: str | None = None) -> None:
    """What a scheduled job does at `until`: write the newest row of each key of the last `back` online."""
    with repository(name) as path, time_machine.travel(until, tick=False):
        FeatureStore(str(path)).materialize(until - back, until, feature_views=[view], version=version)


def make_online_table(name: str, view: str, at: datetime) -> None:
    """Feast 0.67's local provider makes no online table for a second version; applying the stored view again does."""
    with repository(name) as path, time_machine.travel(at, tick=False):
        store = FeatureStore(str(path))
        store.apply(store.get_feature_view(view))


def push(source: str, file: str, at: datetime) -> None:
    """Push the last day of a file's rows, oldest first, as the producer of `source` would."""
    rows = pd.read_parquet(Path("store/data") / file).sort_values("event_timestamp")
    rows = rows[rows["event_timestamp"] > at - DAY]
    with repository("flights") as path, time_machine.travel(at, tick=False):
        FeatureStore(str(path)).push(source, rows, to=PushMode.ONLINE)


def save_training_data(at: datetime) -> None:
    hours = pd.date_range(at - 10 * DAY, at - DAY, freq="3h", tz="UTC")
    keys = pd.DataFrame([(origin, hour) for origin in ("EWR", "JFK", "LGA") for hour in hours])
    keys.columns = ["origin", "event_timestamp"]
    with repository("flights") as path, time_machine.travel(at, tick=False):
        store = FeatureStore(str(path))
        wanted = ["dep_delay_mean_6h", "dep_delay_p90_24h", "cancellation_rate_24h"]
        job = store.get_historical_features(keys, [f"origin_delay_hourly:{name}" for name in wanted])
        store.create_saved_dataset(
            from_=job,
            name="delay_training_july",
            storage=SavedDatasetFileStorage("data/flights/delay_training_july.parquet"),
            tags={"model": "delay-predictor"},
        )


def live_through(anchor: datetime) -> None:
    """Three months in the life of the two repositories, ending at `anchor`."""
    night = anchor.replace(hour=5, minute=0, second=0)  # UTC, an hour after the operating day ended
    apply("flights_first_release", anchor - 90 * DAY)
    apply("flights", anchor - 45 * DAY)
    make_online_table("flights", "route_delay_daily", anchor - 45 * DAY)
    apply("people", anchor - 44 * DAY)
    materialize("flights", "carrier_info", anchor - 44 * DAY, back=60 * DAY)
    materialize("flights", "airport_reference", night - 39 * DAY, back=3 * DAY)
    save_training_data(anchor - 9 * DAY)
    materialize("flights", "carrier_delay_daily", night - 3 * DAY, back=3 * DAY)  # and never again: the job broke
    materialize("flights", "route_delay_profile", night - 3 * DAY, back=DAY)
    materialize("flights", "route_delay_daily", night, back=3 * DAY, version="v0")
    materialize("flights", "route_delay_daily", night, back=3 * DAY)
    materialize("flights", "departure_board", night, back=DAY)
    materialize("people", "customer_disruption_daily", night, back=3 * DAY)
    for view in ("customer_contact", "customer_profile"):
        materialize("people", view, anchor - HOUR / 2, back=DAY)
    for view in ("origin_delay_hourly", "origin_weather_hourly", "flight_legs"):
        materialize("flights", view, anchor, back=DAY)
    push("arrival_label_push", "flights/arrival_labels.parquet", anchor)
    push("departure_push", "pushed/departure_board.parquet", anchor)


def inventory(name: str) -> dict[str, object]:
    """What Feast lists for one project, as names, so that nothing of our own decoding is in it."""
    with repository(name) as path:
        store = FeatureStore(str(path))
        return {
            "entities": sorted(entity.name for entity in store.list_entities() if entity.name != "__dummy"),
            "sources": sorted(source.name for source in store.list_data_sources()),
            "views": {
                view.name: [field.name for field in view.features]
                for view in sorted(store.registry.list_all_feature_views(name), key=lambda view: view.name)
            },
            "services": {
                service.name: {
                    projection.name_to_use(): [field.name for field in projection.features]
                    for projection in service.feature_view_projections
                }
                for service in sorted(store.list_feature_services(), key=lambda service: service.name)
            },
            "saved_datasets": sorted(dataset.name for dataset in store.list_saved_datasets()),
            "permissions": sorted(permission.name for permission in store.list_permissions()),
        }


def main(root: str, anchor: str) -> None:
    os.chdir(root)
    with contextlib.redirect_stdout(sys.stderr):
        live_through(datetime.fromisoformat(anchor))
        found = {name: inventory(name) for name in ("flights", "people")}
    sys.stdout.write(json.dumps(found, indent=2))


if __name__ == "__main__":
    main(*sys.argv[1:])
