"""Times the import of a Feast registry beside its floors: `python -m bench.imports --sizes 100 1000 10000`.

The registry has as many views as each size says, of ten features, and is kept in PostgreSQL. A size's steps:

first      an empty Charter takes over everything
unchanged  the next pull, with the registry as it was
touched    the registry's change token moved, and yet no view differs
one        one view changed

The floor of `first` selects and parses every object, makes rows of them and copies the features into a table with a
unique key, full-text search and a trigram index; that of the others selects and hashes every view. Both with the bare
driver. Every step is a process of its own, so that its memory is its own.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import psycopg
from sqlalchemy import create_engine

from bench import scratch
from bench.feast_registry import Size, feature_view, write
from connectors.feast import registry_pb2 as pb

FEATURES = 10  # of each view
SIZES = (100, 1_000, 10_000)
OBJECTS = (
    ("SELECT entity_proto FROM entities", pb.Entity),
    ("SELECT data_source_proto FROM data_sources", pb.DataSource),
    ("SELECT feature_service_proto FROM feature_services", pb.FeatureService),
)
VIEWS = "SELECT project_id, feature_view_proto FROM feature_views"
FLOOR_TABLE = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
DROP TABLE IF EXISTS floor_feature;
CREATE TABLE floor_feature (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text UNIQUE, view text, name text, description text,
  dtype text, owner text, entities text[], tags text[], words text, search tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('english', replace(name, '_', ' ')), 'A') ||
    to_tsvector('english', description || ' ' || words)) STORED);
CREATE INDEX ON floor_feature USING gin (search);
CREATE INDEX ON floor_feature USING gin (name gin_trgm_ops)
"""
FLOOR_COPY = "COPY floor_feature (key, view, name, description, dtype, owner, entities, tags, words) FROM STDIN"


@dataclass(frozen=True)
class Figures:
    """What one step took: seconds in all and of our own CPU, peak MB of its process, SQL statements beside COPY."""

    seconds: float
    busy: float
    megabytes: float
    statements: int
    counts: dict[str, int]


def floor_first(feast: str, charter: str) -> None:
    with psycopg.connect(feast) as store, psycopg.connect(charter) as held:
        for query, kind in OBJECTS:
            for (data,) in store.execute(query):
                kind.FromString(data)
        rows = [row for project, data in store.execute(VIEWS) for row in _floor_rows(project, data)]
        with held.cursor().copy(FLOOR_COPY) as copy:
            for row in rows:
                copy.write_row(row)


def _floor_rows(project: str, data: bytes) -> Iterator[tuple[Any, ...]]:
    spec = pb.FeatureView.FromString(data).spec
    entities, tags = list(spec.entities), [f"{key}={value}" for key, value in spec.tags.items()]
    words = " ".join((*tags, *entities, spec.name, spec.batch_source.name, project))  # what Charter's search finds too
    for field in spec.features:
        key = f"{project}.{spec.name}.{field.name}"
        kind = pb.ValueType.Enum.Name(field.value_type)
        yield key, spec.name, field.name, field.description, kind, spec.owner, entities, tags, words


def floor_unchanged(feast: str, _charter: str) -> None:
    with psycopg.connect(feast) as store:
        for _, data in store.execute(VIEWS):
            blake2b(data, digest_size=16).digest()


def pull(feast: str, _charter: str, *, prefix: str = "") -> dict[str, int]:
    """One definitions pull by whoever DATABASE_URL names. Raises AssertionError when it does not succeed."""
    from registry.actions.connections import create_connection
    from registry.actions.definitions import import_definitions
    from registry.actions.pulls import run_pull
    from registry.models import Connection, Pull

    name, options = f"bench {prefix}", {"project_prefix": prefix}
    connection = Connection.objects.filter(name=name.strip()).first() or create_connection(
        None, actor=None, name=name, addresses={"registry_url": feast}, options=options
    )
    done = run_pull(Pull.objects.create(connection=connection, kind="definitions").pk, import_definitions)
    assert done is not None
    assert done.state == "succeeded", done.errors
    return dict(done.counts)


def touch(feast: str) -> None:
    """Move the change token, as an apply without changes does."""
    with psycopg.connect(feast) as store:
        store.execute("UPDATE entities SET last_updated_timestamp = last_updated_timestamp + 1000000")


def change_one(feast: str, view: int, size: Size) -> None:
    """Say something else of one view and of its first feature."""
    message = feature_view(view, size)
    message.spec.description += f", said anew at {time.time()}"
    message.spec.features[0].description += ", said anew"
    with psycopg.connect(feast) as store:
        store.execute(
            "UPDATE feature_views SET last_updated_timestamp = last_updated_timestamp + 1000000, "
            "feature_view_proto = %s WHERE feature_view_name = %s",
            [message.SerializeToString(), message.spec.name],
        )


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """Every statement that Django's connection sends meanwhile; COPY goes another way and is not among them."""
    from django.db import connection

    seen: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


def measured(step: Callable[[], dict[str, int] | None]) -> Figures:
    with counted_statements() as statements:
        started, worked = time.perf_counter(), time.process_time()
        counts = step()
        seconds, busy = time.perf_counter() - started, time.process_time() - worked
    return Figures(seconds, busy, scratch.peak_megabytes(), len(statements), counts or {})


STEPS: dict[str, Callable[[str, str], dict[str, int] | None]] = {
    "floor_first": floor_first,
    "floor_unchanged": floor_unchanged,
    "pull": pull,
}


def _warm_up(feast: str) -> None:
    """Load what a worker has loaded already when a pull comes, and open its connection."""
    import django

    django.setup()
    from django.db import connection

    from connectors.feast.client import open_registry
    from registry.actions import definitions  # noqa: F401  loaded for its own sake

    open_registry(feast)
    connection.ensure_connection()


def in_a_process(step: str, feast: str, charter: str) -> Figures:
    command = [sys.executable, "-m", "bench.imports", "--step", step, "--feast", feast]
    answer = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, env=scratch.environment(charter))
    return Figures(**json.loads(answer.stdout.splitlines()[-1]))


def one_round(feast: str, template: str, size: Size, view: int) -> dict[str, Figures]:
    """Every step once, floors first."""
    with scratch.database("charter_bench_round", template=template) as charter:
        with psycopg.connect(charter, autocommit=True) as held:
            held.execute(FLOOR_TABLE)
        found = {"floor_first": in_a_process("floor_first", feast, charter)}
        with psycopg.connect(charter, autocommit=True) as held:
            held.execute("DROP TABLE floor_feature")
            held.execute("CHECKPOINT")
        found["first"] = in_a_process("pull", feast, charter)
        found["floor_unchanged"] = in_a_process("floor_unchanged", feast, charter)
        found["unchanged"] = in_a_process("pull", feast, charter)
        touch(feast)
        found["touched"] = in_a_process("pull", feast, charter)
        change_one(feast, view, size)
        found["one"] = in_a_process("pull", feast, charter)
        return found


ROWS = (("first", "floor_first"), ("unchanged", "floor_unchanged"), ("touched", "floor_unchanged"),
        ("one", "floor_unchanged"))  # fmt: skip


def show(size: Size, rounds: list[dict[str, Figures]]) -> None:
    for name, floor in ROWS:
        ours = statistics.median(found[name].seconds for found in rounds)
        least = statistics.median(found[floor].seconds for found in rounds)
        ratio = statistics.median(found[name].seconds / found[floor].seconds for found in rounds)
        busy = statistics.median(found[name].busy for found in rounds)
        most = max(found[name].megabytes for found in rounds)
        print(f"{size.views:>7,} {name:<10} {ours:8.3f} {least:8.3f} {ratio:6.2f} {busy:8.3f} {most:8.0f}"
              f" {rounds[-1][name].statements:>10,}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="views of the registry")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--feast", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.step:
        _warm_up(chosen.feast)
        figures = measured(lambda: STEPS[chosen.step](chosen.feast, os.environ["DATABASE_URL"]))
        return print(json.dumps(figures.__dict__))
    print("  views step         ours s  floor s  ratio    CPU s  peak MB statements")
    with scratch.charter_database("charter_bench_template"):
        for views in chosen.sizes:
            size = Size(views, FEATURES)
            with scratch.database("charter_bench_registry") as feast:
                write(create_engine(feast.replace("postgresql:", "postgresql+psycopg:")), size)
                rounds = [one_round(feast, "charter_bench_template", size, view) for view in range(chosen.rounds)]
            show(size, rounds)
    return None


if __name__ == "__main__":
    main()
