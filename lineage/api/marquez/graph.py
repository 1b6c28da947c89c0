"""`GET /lineage`, at the address that takes events too, `/column-lineage` and `/runlineage/upstream`."""

from collections.abc import Sequence

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from common.limits import RateLimit
from common.parameters import Parameter
from lineage.api.graph import number
from lineage.api.marquez.endpoints import MarquezEndpoint, described, existing
from lineage.api.marquez.jobs import run_found
from lineage.api.receiving import LineageView
from lineage.marquez.columns import column_graph
from lineage.marquez.graph import lineage_graph
from lineage.marquez.upstream import upstream_runs
from lineage.models import Node
from lineage.queries.named import find_node
from lineage.queries.reach import DEEPEST
from registry.models import User

_ANY = 1_000_000  # Marquez sets no limit; ours is applied without a word, as what lies deeper is hardly ever there
_NODE = Parameter(
    "nodeId",
    "`dataset:namespace:name`, `job:namespace:name` or `datasetField:namespace:name:column`; `#version` may follow.",
    required=True,
)
_DEPTH = Parameter("depth", f"How many jobs to pass; {DEEPEST} unless said.", {"type": "integer", "minimum": 0})
# Clients in Python write True and False.
_TRUE = ("true", "True")


class EventsAndGraphView(LineageView, MarquezEndpoint):
    """Take one OpenLineage event: a RunEvent, JobEvent or DatasetEvent. Sent again, it changes nothing."""

    required_scopes = LineageView.required_scopes | MarquezEndpoint.required_scopes
    other_problems = {"GET": (404,)}
    parameters = {"GET": (_NODE, _DEPTH)}

    @described("lineage")
    def get(self, request: Request) -> HttpResponse:
        """Marquez: what lies up and down of a dataset or job, the 500 nearest of it, from dataset through job to
        dataset."""
        node, _ = node_found(self.actor, request)
        return self.answer({"graph": lineage_graph(self.actor, node, depth_of(request))})

    def get_throttles(self) -> Sequence[BaseThrottle]:
        """Events are never turned away; questions may be."""
        if self.request.method == "POST":
            return super().get_throttles()
        return [RateLimit()]


class ColumnLineageView(MarquezEndpoint):
    """Marquez: which columns a column is made of, or all columns of a dataset, or of what a job writes."""

    other_problems = {"GET": (404,)}
    parameters = {
        "GET": (
            _NODE,
            _DEPTH,
            Parameter("withDownstream", "What it goes into, too.", choices=("true", "false", "True", "False")),
        )
    }

    @described("column_lineage")
    def get(self, request: Request) -> HttpResponse:
        node, column = node_found(self.actor, request)
        both_ways = request.query_params.get("withDownstream") in _TRUE
        graph = column_graph(self.actor, node, column, depth=depth_of(request), with_downstream=both_ways)
        return self.answer({"graph": graph})


class UpstreamRunsView(MarquezEndpoint):
    """Marquez: a run, the runs that made what it read, the runs that made what those read, and so on."""

    other_problems = {"GET": (404,)}
    parameters = {"GET": (Parameter("runId", "The id of the run.", OpenApiTypes.STR, required=True), _DEPTH)}

    @described("run_lineage")
    def get(self, request: Request) -> HttpResponse:
        run = run_found(self.actor, request.query_params["runId"])
        return self.answer({"runs": upstream_runs(self.actor, run, depth_of(request))})


def node_found(actor: User, request: Request) -> tuple[Node, str]:
    """The node that is asked about, and its column. Raises NotFound."""
    written = request.query_params["nodeId"]
    return existing(find_node(actor, written), written)


def depth_of(request: Request) -> int:
    return min(number(request.query_params, "depth", DEEPEST, _ANY), DEEPEST)
