"""What is shown can be told to others as OpenLineage: told back to us it is the same graph."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest

from tests.cast import api_as, page_as
from tests.lineage.orders import CLEAN, RAW, WAREHOUSE, make_orders, run
from tests.lineage.sent import forget, tell

pytestmark = pytest.mark.django_db
NODE = f"dataset:{WAREHOUSE}:{CLEAN}"
COLUMN = f"datasetField:{WAREHOUSE}:{CLEAN}:amount"


def asked(cast: SimpleNamespace, **query: str) -> Any:
    answer = api_as(cast.owner_a).get("/api/v1/lineage/graph", {"node": NODE, "depth": "5", **query})
    assert answer.status_code == 200, answer.content
    return answer.json()


def shape(graph: dict[str, Any]) -> tuple[set[tuple], set[tuple], set[tuple]]:
    """Edges by name, those of jobs with the job, and edges of columns: what a model reads, it holds as columns then."""
    names = {node["id"]: (node["namespace"], node["name"]) for node in graph["nodes"]}
    jobs = {
        (names[one["source"]], names[one["target"]], (one["told_by"] or {}).get("name", ""))
        for one in graph["edges"]
        if (one["told_by"] or {"kind": "job"})["kind"] == "job"
    }
    edges = {(names[one["source"]], names[one["target"]]) for one in graph["edges"]}
    columns = {
        (names[one["source"]], one["source_column"], names[one["target"]], one["is_direct"])
        for one in graph["column_edges"]
    }
    return edges, {job for job in jobs if job[2]}, columns


@pytest.fixture
def orders(cast: SimpleNamespace) -> SimpleNamespace:
    """With a job that says nothing of columns, and one that reads one table of two outputs."""
    made = make_orders(cast)
    tell(run("count", [CLEAN, RAW], ["dwh.report.counts"]))
    tell(run("archive", [CLEAN], ["s3.archive"]))
    return made


@pytest.mark.parametrize("query", [{}, {"direction": "up"}, {"level": "feature", "node": COLUMN}])
def test_told_back_it_is_the_same(cast: SimpleNamespace, orders: SimpleNamespace, query: dict[str, str]) -> None:
    before = shape(asked(cast, **query))
    events = asked(cast, format="openlineage", **query)
    assert before[0]
    assert events
    forget()
    tell(*events)
    assert shape(asked(cast, **query)) == before


def test_every_event_is_valid(cast: SimpleNamespace, orders: SimpleNamespace, real_inputs: Path) -> None:
    spec = real_inputs / "openlineage/spec"
    core = json.loads((spec / "OpenLineage.json").read_text())
    facets = json.loads((spec / "LineageFacet.json").read_text())["$defs"]
    events = asked(cast, format="openlineage")
    for event in events:
        kind = "DatasetEvent" if "dataset" in event else "JobEvent"
        jsonschema.validate(event, {**core, "oneOf": [{"$ref": f"#/$defs/{kind}"}]})
        for one in [*event.get("outputs", []), *([event["dataset"]] if "dataset" in event else [])]:
            if facet := one.get("facets", {}).get("lineage"):
                own = {key: body for key, body in facets.items() if key != "LineageDatasetFacet"}
                jsonschema.validate(facet, {"$defs": own} | facets["LineageDatasetFacet"]["allOf"][1])
    assert {event["job"]["name"] for event in events if "job" in event} >= {"clean", "count", "archive"}


def test_the_explorer_gives_it_as_a_file(cast: SimpleNamespace, orders: SimpleNamespace) -> None:
    answer = page_as(cast.viewer).get("/lineage/graph.openlineage", {"node": NODE, "up": "5", "down": "5"})
    assert answer["Content-Disposition"] == 'attachment; filename="lineage.json"'
    named = {one["dataset"]["name"] for one in json.loads(answer.content) if "dataset" in one}
    assert "shop.order_stats" in named
    assert "secret.scores" not in named
