"""Lineage's benchmarks: their events are real ones, and ten times as many take ten times the statements and no more."""

import json

import pytest

from bench.imports import measured
from bench.lineage import events
from bench.lineage_graph import fill
from common.statements import fetch
from lineage.actions.folding import fold_waiting
from lineage.actions.receiving import keep_events
from lineage.models import Edge, Event, Node
from lineage.openlineage.admitting import admit
from lineage.queries.graph import graph_around
from registry.models import User

pytestmark = pytest.mark.django_db


def told(first: int, count: int) -> int:
    keep_events([admit(json.loads(body)) for body in events(first, count)], sender="bench")
    return fold_waiting()


def test_a_batch_is_folded_by_as_many_statements_whatever_its_size() -> None:
    few = measured(lambda: {"folded": told(0, 20)})
    many = measured(lambda: {"folded": told(1_000, 200)})
    assert (few.counts, many.counts) == ({"folded": 20}, {"folded": 200})
    assert few.statements == many.statements
    assert not Event.objects.exclude(state="kept").exists()
    assert Edge.objects.flowing().exists()


def test_the_graph_takes_as_many_statements_whatever_its_size() -> None:
    fill(2_000)
    user = User.objects.create(username="asker")
    fed = [id for (id,) in fetch("SELECT src FROM bench_floor GROUP BY src ORDER BY count(*) DESC, src", [])]
    start = Node.objects.filter(pk__in=fed, name__startswith="dwh.layer_0.").order_by("pk")[0]
    graph_around(user, start, up=0, down=1)  # roles and teams are read once
    few = measured(lambda: {"nodes": len(graph_around(user, start, up=0, down=1).nodes)})
    many = measured(lambda: {"nodes": len(graph_around(user, start, up=0, down=10).nodes)})
    assert many.counts["nodes"] > few.counts["nodes"]
    assert few.statements == many.statements
