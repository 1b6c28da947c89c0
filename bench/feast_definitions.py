"""Times one read of a Feast registry beside its floor: the same rows selected and parsed, and nothing else.

    python -m bench.feast_definitions [--views 10000] [--features 10] [--postgres URL-of-an-empty-database]

Each figure is the best of three, taken in a process of its own so that its peak memory is its own.
"""

import argparse
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from sqlalchemy import create_engine, make_url

from bench.feast_registry import Size, registry_file, write
from connectors.feast import registry_pb2 as pb
from connectors.feast.client import open_registry

ROUNDS = 3
FLOOR_QUERIES = (
    ("SELECT entity_proto FROM entities", pb.Entity),
    ("SELECT data_source_proto FROM data_sources", pb.DataSource),
    ("SELECT feature_service_proto FROM feature_services", pb.FeatureService),
    ("SELECT feature_view_proto FROM feature_views", pb.FeatureView),
    ("SELECT feature_view_proto FROM feature_view_version_history", pb.FeatureView),
)


def floor(url: str) -> None:
    """Select and parse what a full read needs, through the bare driver."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        connection = sqlite3.connect(address.database or "")
    else:
        connection = psycopg.connect(address.set(drivername="postgresql").render_as_string(hide_password=False))
    with connection:
        for query, kind in FLOOR_QUERIES:
            for (data,) in connection.execute(query):
                kind.FromString(data)
    connection.close()


def floor_of_file(path: str) -> None:
    registry = pb.Registry.FromString(Path(path).read_bytes())
    for record in registry.feature_view_version_history.records:
        pb.FeatureView.FromString(record.feature_view_proto)


def full(url: str) -> None:
    open_registry(url).definitions(known={})


def unchanged(url: str) -> None:
    """Everything is known already: select, hash, decode nothing."""
    reader = open_registry(url)
    known = {(view.project, view.name): view.digest for view in reader.definitions(known={}).views}
    _report(lambda: reader.definitions(known=known))


def token(url: str) -> None:
    open_registry(url).change_token()


STEPS: dict[str, Callable[[str], None]] = {
    "floor": floor,
    "floor_of_file": floor_of_file,
    "full": full,
    "unchanged": unchanged,
    "token": token,
}


def _report(step: Callable[[], object]) -> None:
    times = []
    for _ in range(ROUNDS):
        started, worked = time.perf_counter(), time.process_time()
        step()
        times.append((time.perf_counter() - started, time.process_time() - worked))
    seconds, busy = min(times)
    print(f"{seconds:8.3f} s   {busy:8.3f} s of our CPU   peak {_peak_megabytes():6.0f} MB")


def _peak_megabytes() -> float:
    """From Linux itself: getrusage would count the parent's memory too."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _measure(url: str) -> None:
    is_file = "://" not in url
    for step in ("floor_of_file" if is_file else "floor", "token", "unchanged", "full"):
        answer = subprocess.run(
            [sys.executable, "-m", "bench.feast_definitions", "--step", step, "--url", url],
            capture_output=True,
            text=True,
            check=True,
        )
        print(f"  {step:<14}{answer.stdout.rstrip()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--views", type=int, default=10_000)
    parser.add_argument("--features", type=int, default=10, help="of each view")
    parser.add_argument("--postgres", default="", help="URL of an empty database")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.step:
        step = STEPS[chosen.step]
        return step(chosen.url) if step is unchanged else _report(lambda: step(chosen.url))
    size = Size(chosen.views, chosen.features)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "registry.db")
        path.write_bytes(registry_file(size))
        places = {"file": str(path), "SQLite": f"sqlite:///{folder}/registry.sqlite", "PostgreSQL": chosen.postgres}
        for name, url in places.items():
            if url and name != "file":
                write(create_engine(url), size)
            if url:
                print(f"{name}: {size.views:,} views x {size.features} features")
                _measure(url)
    return None


if __name__ == "__main__":
    main()
