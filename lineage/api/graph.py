"""The graph over REST: what lies around a node, and who is hit by it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from common.json import OrjsonRenderer
from common.parameters import Parameter
from common.problems import InvalidParameter, NotFound
from lineage.api.formats import OpenLineage
from lineage.models import Node
from lineage.queries.graph import MOST, Graph, GraphNode, columns_around, graph_around, tellers_of
from lineage.queries.impact import DEPTH, impact_of
from lineage.queries.named import find_node
from lineage.queries.reach import DEEPEST
from lineage.retelling import graph_events
from registry.api.endpoints import Endpoint
from registry.api.past import moment
from registry.choices import Scope

LEVELS = ("dataset", "column", "feature")
WAYS = ("both", "up", "down")
_DEPTH = {"type": "integer", "minimum": 0, "maximum": DEEPEST}
NODE = Parameter(
    "node",
    "An id, `dataset:namespace:name`, `job:namespace:name`, `datasetField:namespace:name:column`, a key of a view or "
    "feature, `model:name`, or a name that only one table or job has.",
    required=True,
)

COLUMN = Parameter("column", "One column of it, where the name of the node does not say.")


class LineageNodeSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.CharField(help_text="dataset, job, view, model, service, dashboard.")
    namespace = serializers.CharField()
    name = serializers.CharField()
    key = serializers.CharField(help_text="Of the registry, where it knows the thing.")
    owner = serializers.CharField()
    environment = serializers.CharField()
    health = serializers.CharField()
    depth = serializers.IntegerField(help_text="Steps from the start; below 0 upstream.")
    more_up = serializers.IntegerField(help_text="Neighbours upstream that are not in this answer.")
    more_down = serializers.IntegerField()
    columns = serializers.ListField(child=serializers.CharField())


class LineageTellerSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.CharField(help_text="job, or dataset where its own events say what it is made of.")
    namespace = serializers.CharField()
    name = serializers.CharField()


class LineageEdgeSerializer(serializers.Serializer):
    source = serializers.UUIDField()
    target = serializers.UUIDField()
    told_by = LineageTellerSerializer(
        allow_null=True, help_text="Whose events say so: the job that makes one of the other. null: the registry does."
    )
    first_seen_at = serializers.DateTimeField(allow_null=True)
    last_seen_at = serializers.DateTimeField(allow_null=True)


class LineageColumnEdgeSerializer(serializers.Serializer):
    source = serializers.UUIDField()
    source_column = serializers.CharField()
    target = serializers.UUIDField()
    target_column = serializers.CharField(help_text="Empty for the whole, as when rows are filtered.")
    is_direct = serializers.BooleanField(help_text="The value itself goes over, not only its influence.")
    subtype = serializers.CharField()
    masking = serializers.BooleanField(allow_null=True, help_text="null: nobody says.")


class LineageGraphSerializer(serializers.Serializer):
    start = serializers.UUIDField()
    column = serializers.CharField()
    nodes = LineageNodeSerializer(many=True)
    edges = LineageEdgeSerializer(many=True)
    column_edges = LineageColumnEdgeSerializer(many=True)
    left_out = serializers.IntegerField(help_text="How many more nodes there are.")


class LineageGraphView(Endpoint):
    """What a node is made of and what is made of it, on the level of nodes or of columns."""

    required_scopes = {"GET": Scope.FEATURES_READ}
    renderer_classes = [OrjsonRenderer, OpenLineage]
    other_problems = {"GET": (404,)}
    parameters = {
        "GET": (
            NODE,
            Parameter(
                "format",
                "`openlineage` gives events that say the same: one JobEvent a job, one DatasetEvent for each table "
                "or view that speaks for itself.",
                choices=(OrjsonRenderer.format, OpenLineage.format),
            ),
            Parameter("direction", "Up to where it comes from, down to where it goes.", choices=WAYS),
            Parameter("depth", "How many steps; 2 unless said.", _DEPTH),
            Parameter("level", "Nodes, or the columns that a column is made of. A feature is one.", choices=LEVELS),
            Parameter("indirect", "Follow influence too: filters, joins, sorts.", choices=("true", "false")),
            Parameter("as_of", "As it was at this moment. On the level of nodes."),
            Parameter("limit", f"The nearest nodes; {MOST} unless said.", {"type": "integer", "maximum": MOST}),
        )
    }

    @extend_schema(operation_id="lineage_graph", responses=LineageGraphSerializer)
    def get(self, request: Request) -> HttpResponse:
        query = request.query_params
        node, column = found(self, query)
        depth, way = number(query, "depth", 2, DEEPEST), query.get("direction", "both")
        steps = {"up": depth if way != "down" else 0, "down": depth if way != "up" else 0}
        most = max(number(query, "limit", MOST, MOST), 1)
        if query.get("level", "dataset") == "dataset":
            as_of = moment(query["as_of"]) if query.get("as_of") else None
            graph = graph_around(self.actor, node, as_of=as_of, most=most, **steps)
        elif column:
            indirect = query.get("indirect") == "true"
            graph = columns_around(self.actor, node, column, indirect=indirect, most=most, **steps)
        else:
            raise _invalid("node", "On this level name a column or feature, as in datasetField:namespace:name:column.")
        tellers = tellers_of(self.actor, graph.edges)
        if request.accepted_renderer.format == OpenLineage.format:
            events = graph_events(graph, tellers, at=timezone.now(), producer=settings.CHARTER_BASE_URL)
            return self.answer(list(events))
        return self.answer(_told(graph, tellers))


class LineageAffectedSerializer(serializers.Serializer):
    kind = serializers.CharField()
    key = serializers.CharField()
    owner = serializers.CharField()
    environment = serializers.CharField()
    depth = serializers.IntegerField()
    sure = serializers.ChoiceField(["certain", "likely", "possible"])


class LineageAffectedGroupSerializer(serializers.Serializer):
    owner = serializers.CharField()
    environment = serializers.CharField()
    count = serializers.IntegerField()


class LineageImpactSerializer(serializers.Serializer):
    start = serializers.UUIDField()
    column = serializers.CharField()
    affected = LineageAffectedSerializer(many=True)
    groups = LineageAffectedGroupSerializer(many=True)
    left_out = serializers.IntegerField()


class LineageImpactView(Endpoint):
    """Who is hit when a table, column, job, view or feature changes or is late, and how sure that is."""

    required_scopes = {"GET": Scope.FEATURES_READ}
    other_problems = {"GET": (404,)}
    parameters = {"GET": (NODE, COLUMN, Parameter("depth", f"How many steps; {DEPTH} unless said.", _DEPTH))}

    @extend_schema(operation_id="lineage_impact", responses=LineageImpactSerializer)
    def get(self, request: Request) -> HttpResponse:
        node, column = found(self, request.query_params)
        impact = impact_of(self.actor, node, column, depth=number(request.query_params, "depth", DEPTH, DEEPEST))
        affected = [
            {
                "kind": one.node.kind, "key": one.node.key, "owner": one.node.owner,
                "environment": one.node.environment, "depth": one.node.depth, "sure": one.sure,
            }
            for one in impact.affected
        ]  # fmt: skip
        groups = [{"owner": owner, "environment": place, "count": count} for owner, place, count in impact.groups]
        told = {"start": node.pk, "column": column, "affected": affected, "groups": groups}
        return self.answer(told | {"left_out": impact.left_out})


def found(endpoint: Endpoint, query: Mapping[str, str]) -> tuple[Node, str]:
    """The node that the query names, and its column. Raises NotFound and InvalidParameter."""
    if not query.get("node"):
        raise _invalid("node", "Say which node: node=dataset:namespace:name.")
    named = find_node(endpoint.actor, query["node"])
    if named is None:
        raise NotFound(
            f"Lineage knows no {query['node'][:200]}.", fix="Ask for dataset:namespace:name, as its producer writes it."
        )
    node, column = named
    return node, query.get("column") or column


def number(query: Mapping[str, str], name: str, usual: int, most: int) -> int:
    text = query.get(name, str(usual))
    if not (text.isascii() and text.isdecimal() and len(text) < 12 and int(text) <= most):
        raise _invalid(name, f"{name} is a number from 0 to {most}.")
    return int(text)


def _told(graph: Graph, tellers: Mapping[UUID, GraphNode]) -> dict[str, Any]:
    edges = [
        {
            "source": one.source, "target": one.target, "told_by": _teller(tellers.get(one.teller)),
            "first_seen_at": one.first_at, "last_seen_at": one.last_at,
        }
        for one in graph.edges
    ]  # fmt: skip
    columns = [
        {
            "source": one.source, "source_column": one.source_column, "target": one.target,
            "target_column": one.target_column, "is_direct": one.is_direct, "subtype": one.subtype,
            "masking": one.masking,
        }
        for one in graph.column_edges
    ]  # fmt: skip
    return {
        "start": graph.start.id, "column": graph.column, "nodes": [_node(one) for one in graph.nodes], "edges": edges,
        "column_edges": columns, "left_out": graph.left_out,
    }  # fmt: skip


def _teller(node: GraphNode | None) -> dict[str, Any] | None:
    return {"id": node.id, "kind": node.kind, "namespace": node.namespace, "name": node.name} if node else None


def _node(node: GraphNode) -> dict[str, Any]:
    return {
        "id": node.id, "kind": node.kind, "namespace": node.namespace, "name": node.name, "key": node.key,
        "owner": node.owner, "environment": node.environment, "health": node.health, "depth": node.depth,
        "more_up": node.more_up, "more_down": node.more_down, "columns": node.columns,
    }  # fmt: skip


def _invalid(parameter: str, detail: str) -> InvalidParameter:
    return InvalidParameter(detail, errors=[{"parameter": parameter, "code": f"invalid_{parameter}", "detail": detail}])
