"""The Lineage tab of a feature: the columns it is made of, its place in the graph, and who reads it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lineage.drawing import Look, drawn, words_of
from lineage.models import Node
from lineage.queries.explorer import Asked, explored
from lineage.queries.graph import columns_around
from lineage.queries.overlays import states_of
from lineage.registry_facts import view_node
from registry.views.actor import actor_of
from registry.views.feature_frame import find, frame


@require_GET
def page(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    actor = actor_of(request)
    found = find(request, project, view, feature)
    context = frame(request, found, tab="Lineage")
    node = Node.objects.visible_to(actor).filter(pk=view_node(found.view)).first()
    if node:
        graph = explored(actor, node, Asked(up=10, down=2))
        states = states_of("health", graph.nodes, actor)
        look = Look(
            lambda one: one.url or f"?{request.GET.urlencode()}", lambda one: one.url, words_of,
            lambda one: states.get(one.id, ""),
        )  # fmt: skip
        columns = columns_around(actor, node, found.name, up=10, down=0, indirect=True)
        names = {one.id: one for one in columns.nodes}
        context |= {
            "node": node,
            "graph": graph,
            "picture": drawn(graph, look, label=f"Lineage of {found.view.key}, {len(graph.nodes)} nodes"),
            "columns": [(edge, names[edge.source], names[edge.target]) for edge in columns.column_edges],
        }
    return render(request, "lineage/feature/page.html", context)
