"""Lineage out, beside its floor: `python -m bench.lineage_graph`. Sizes are edges; there are 0.4 nodes to an edge.

Layers of tables, each edge from one to the next, as stores that feed each other have. `floor` asks a bare table of
edges, with an index on either end, by one recursive query: everything downstream of a node, ten steps deep. `graph` is
what an endpoint answers, of at most 500 nodes, with what they are called and how many were left out, seen by somebody
who may not see everything; `impact` says who is hit. `page` is the whole explorer with 150 nodes.
"""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any
from uuid import UUID

from bench import scratch

SIZES = (10_000, 100_000, 1_000_000)
LAYERS, ASKED = 12, 200
_NODES = """
INSERT INTO lineage_node (id, kind, namespace, name, same_as_id, spellings, facets, first_seen_at, last_seen_at)
SELECT md5('node' || n)::uuid, 'dataset', 'postgres://warehouse:5432',
  'dwh.layer_' || n %% %(layers)s || '.table_' || n, md5('node' || n)::uuid, '{}', '{}', now(), now()
FROM generate_series(1, %(nodes)s) AS n
"""
# From a node of one layer to one of the next; the same pairs in ours and in the floor's table.
_PAIRS = """
CREATE TABLE bench_floor AS
SELECT DISTINCT md5('node' || a)::uuid AS src, md5('node' || (b - b %% %(layers)s + a %% %(layers)s + 1))::uuid AS dst
FROM (SELECT 1 + (random() * (%(nodes)s - 2 * %(layers)s))::int AS a,
             %(layers)s + (random() * (%(nodes)s - 2 * %(layers)s))::int AS b
      FROM generate_series(1, %(edges)s)) pairs
WHERE a %% %(layers)s < %(layers)s - 1
"""
_EDGES = """
INSERT INTO lineage_edge (teller_id, source_id, target_id, flows, is_current, first_at, last_at)
SELECT dst, src, dst, true, true, now(), now() FROM bench_floor
"""
_FLOOR = """
WITH RECURSIVE reached(id, depth) AS (
  SELECT %s::uuid, 0 UNION
  SELECT edge.dst, reached.depth + 1 FROM reached JOIN bench_floor edge ON edge.src = reached.id
  WHERE reached.depth < 10)
SELECT id, min(depth) FROM reached GROUP BY id
"""


def fill(edges: int) -> None:
    from common.statements import execute_many

    asked = {"layers": LAYERS, "nodes": edges * 4 // 10, "edges": edges * 12 // 11}
    for statement in (
        _NODES, _PAIRS, "CREATE INDEX ON bench_floor (src, dst)", "CREATE INDEX ON bench_floor (dst, src)", _EDGES,
        "ANALYZE bench_floor", "ANALYZE lineage_edge", "ANALYZE lineage_node",
    ):  # fmt: skip
        execute_many(statement, [asked])


def timed(work: Callable[[Any], Any], starts: Sequence[Any]) -> tuple[float, float]:
    """Milliseconds at the median and at the 99th of 100."""
    times = []
    for start in starts:
        began = time.perf_counter()
        work(start)
        times.append((time.perf_counter() - began) * 1_000)
    return statistics.median(times), statistics.quantiles(times, n=100, method="inclusive")[98]


def measure(edges: int) -> None:
    """One line of the table, on the database that settings name."""
    import_module("portal.wsgi")  # as a web worker is loaded

    from django.conf import settings
    from django.test import Client

    from common.statements import fetch
    from lineage.models import Node
    from lineage.queries.graph import graph_around
    from lineage.queries.impact import impact_of
    from registry.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    fill(edges)
    user = User.objects.create(username="asker")
    random.seed(7)
    first = [UUID(str(id)) for (id,) in fetch("SELECT src FROM bench_floor ORDER BY md5(src::text) LIMIT %s", [ASKED])]
    nodes = Node.objects.in_bulk(first)
    reached = statistics.mean(len(fetch(_FLOOR, [start])) for start in first)
    floor = timed(lambda start: fetch(_FLOOR, [start]), first)
    graph = timed(lambda start: graph_around(user, nodes[start], up=0, down=10), first)
    impact = timed(lambda start: impact_of(user, nodes[start]), first)
    client = Client()
    client.force_login(user, backend="portal.login.AuthenticationBackend")
    page = timed(lambda start: client.get(f"/lineage/?node={start}&up=0&down=10&fold=off"), first[:40])
    print(
        f"{edges:>10,}{reached:9,.0f}{floor[0]:9.2f}{floor[1]:9.2f}{graph[0]:9.2f}{graph[1]:9.2f}"
        f"{graph[1] / floor[1]:7.2f}{impact[0]:9.2f}{impact[1]:9.2f}{page[0]:9.0f}{page[1]:9.0f}",
        flush=True,
    )


def main() -> None:
    scratch.run(
        "lineage_graph", measure, about=__doc__, sizes=SIZES, unit="edges",
        heading="milliseconds; wanted: p99 of graph at most 3 times the floor's, the page under 300\n"
        "     edges  reached    floor      p99    graph      p99  ratio   impact      p99     page      p99",
    )  # fmt: skip


if __name__ == "__main__":
    main()
