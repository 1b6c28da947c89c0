"""OpenLineage in, beside its floor: `python -m bench.lineage`. Sizes are events that were received and folded before.

Events are as large as real ones (3.5 kB): runs of jobs that read two tables and write one, with schema and column
lineage, a START and a COMPLETE each. `floor` parses and writes JSON and inserts it, 500 at a time, into a table with
two indexes, without looking at anything; for single events it inserts and commits one after the other. Ours is served
by granian with two workers, token and all, and single events come on eight connections. `folded` is how fast the worker
makes nodes, runs and edges of what was received.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import orjson
import psycopg

from bench import scratch

SIZES = (10_000, 100_000)
SENT, SINGLE, CONNECTIONS = 10_000, 4_000, 8
_FLOOR_TABLE = """
CREATE TABLE bench_floor (id bigserial PRIMARY KEY, name text, at timestamptz, body text);
CREATE INDEX ON bench_floor (name, at)
"""
_FLOOR = "INSERT INTO bench_floor (name, at, body) VALUES (%s, %s, %s)"


def events(first: int, count: int) -> Iterator[bytes]:
    """Bodies of `count` events, from the `first` on: every other one starts the run that the next one completes."""
    for number in range(first, first + count):
        yield orjson.dumps(_event(number))


def _event(number: int) -> dict[str, Any]:
    run, is_end = divmod(number, 2)
    job = run % 2_000
    seconds = number * 7
    columns = [f"column_{index}" for index in range(8)]
    tables = [{"namespace": "postgres://warehouse:5432", "name": f"dwh.raw.table_{job + step}"} for step in (0, 1)]
    made = {
        "fields": {
            name: {"inputFields": [{**tables[0], "field": name, "transformations": [{"type": "DIRECT"}]}]}
            for name in columns
        }
    }
    schema = {"fields": [{"name": name, "type": "DOUBLE", "description": "As measured."} for name in columns]}
    return {
        "eventType": "COMPLETE" if is_end else "START",
        "eventTime": f"2026-11-{1 + seconds // 86_400 % 28:02}T{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:"
        f"{seconds % 60:02}.{number % 1_000_000:06}Z",
        "producer": "https://example.org/bench", "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json",
        "run": {"runId": f"00000000-0000-7000-8000-{run:012x}", "facets": {"processing_engine": {"name": "bench"}}},
        "job": {"namespace": "bench", "name": f"job_{job}", "facets": {"jobType": {"processingType": "BATCH"}}},
        "inputs": [{**table, "facets": {"schema": schema}} for table in tables],
        "outputs": [{"namespace": "postgres://warehouse:5432", "name": f"dwh.clean.table_{job}",
                     "facets": {"schema": schema, "columnLineage": made}}],
    }  # fmt: skip


def floor_batches(url: str, bodies: Sequence[bytes]) -> float:
    """Events a second."""

    def work() -> None:
        with psycopg.connect(url) as connection:
            for start in range(0, len(bodies), 500):
                parsed = [orjson.loads(body) for body in bodies[start : start + 500]]
                rows = [(one["job"]["name"], one["eventTime"], orjson.dumps(one).decode()) for one in parsed]
                with connection.cursor() as cursor:
                    cursor.executemany(_FLOOR, rows)
                connection.commit()

    return len(bodies) / scratch.seconds(work)


def floor_single(url: str, bodies: Sequence[bytes]) -> float:
    """Events a second, one after the other."""

    def work() -> None:
        with psycopg.connect(url) as connection:
            for body in bodies:
                connection.execute(_FLOOR, ("job", "2026-11-20T12:00:00Z", body.decode()))
                connection.commit()

    return len(bodies) / scratch.seconds(work)


def ours(url: str, secret: str, path: str, bodies: Sequence[bytes], connections: int) -> float:
    """Requests a second."""

    def send(part: Sequence[bytes]) -> None:
        connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
        for body in part:
            headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status not in (200, 201):
                raise RuntimeError(f"{path} answered {answer.status}")

    return _at_once(bodies, send, connections)


def _at_once(bodies: Sequence[bytes], work: Callable[[Sequence[bytes]], None], threads: int = CONNECTIONS) -> float:
    running = [threading.Thread(target=work, args=(bodies[at::threads],)) for at in range(threads)]

    def run() -> None:
        for one in running:
            one.start()
        for one in running:
            one.join()

    return len(bodies) / scratch.seconds(run)


def measure(stored: int) -> None:
    """One line of the table, on the database that settings name."""
    from bench.api import served
    from lineage.actions.folding import fold_waiting
    from lineage.actions.receiving import keep_events
    from lineage.openlineage.admitting import admit
    from registry.models import AccessToken, User

    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url) as connection:
        connection.execute(_FLOOR_TABLE)
    user = User.objects.create(username="producer", is_service=True)
    _, secret = AccessToken.objects.create(user=user, name="bench", scopes=["lineage:write"])
    for start in range(0, stored, 5_000):
        kept = events(start, min(5_000, stored - start))
        keep_events([admit(orjson.loads(body)) for body in kept], sender="bench")
        fold_waiting()
    bodies = list(events(stored, SENT + SINGLE))
    many = [b"[" + b",".join(bodies[at : at + 100]) + b"]" for at in range(0, SENT, 100)]
    batch_floor, single_floor = floor_batches(url, bodies[:SENT]), floor_single(url, bodies[SENT:])
    with served("portal.wsgi:application") as web:
        batch = 100 * ours(web, secret, "/api/v1/lineage/batch", many, 2)
        single = ours(web, secret, "/api/v1/lineage", bodies[SENT:], CONNECTIONS)
    seconds = scratch.seconds(lambda: fold_waiting(seconds=3_600))
    folded = (SENT + SINGLE) / seconds
    print(
        f"{stored:>9,}{batch_floor:10,.0f}{batch:9,.0f}{batch / batch_floor:7.2f}"
        f"{folded:9,.0f}{folded / batch_floor:7.2f}"
        f"{single_floor:10,.0f}{single:9,.0f}{single / single_floor:7.2f}{scratch.peak_megabytes():8.0f}",
        flush=True,
    )


def main() -> None:
    size = len(next(events(0, 1)))
    scratch.run(
        "lineage", measure, about=__doc__, sizes=SIZES, unit="events received and folded before",
        heading=f"{size:,} bytes an event; events a second; wanted: batch 0.5, folded 0.15, single 0.3\n"
        "   stored  floor/s  batch/s  ratio folded/s  ratio floor 1/s single/s  ratio  peak MB",
    )  # fmt: skip


if __name__ == "__main__":
    main()
