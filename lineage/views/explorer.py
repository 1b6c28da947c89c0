"""The explorer: what lies around a node, drawn, as a table, and for other tools."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.timezone import make_aware
from django.views.decorators.http import require_GET

from common.spreadsheets import csv_response
from lineage.drawing import Look, as_dot, drawn, words_of
from lineage.models import Node, NodeKind
from lineage.queries.explorer import MOST, Asked, explored
from lineage.queries.graph import Graph, GraphNode, tellers_of
from lineage.queries.named import find_node, nodes_named
from lineage.queries.overlays import OVERLAYS, states_of
from lineage.queries.reach import EdgeFound
from lineage.retelling import graph_events
from registry.models import User
from registry.views.actor import actor_of

STEPS = (0, 1, 2, 3, 5, 10)
MOST_OPENED = 20
MOST_NAMED = 20
COLUMNS = ("source", "source_kind", "target", "target_kind", "told_by", "first_seen_at", "last_seen_at")

Row = tuple[EdgeFound, GraphNode, GraphNode, GraphNode | None]  # an edge, its ends, and whose events say so


@dataclass(frozen=True, slots=True)
class Exploring:
    """What a page of the explorer is about. `missing` names what was asked for and is not there."""

    start: Node | None
    asked: Asked
    missing: str = ""


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """`?node=` is anything that names a node; `up`, `down`, `as_of`, `open`, `to`, `overlay`, `fold` say how much."""
    actor = actor_of(request)
    exploring = _exploring(actor, request.GET)
    if exploring.start is None:
        return _start(request, actor, exploring)
    graph = explored(actor, exploring.start, exploring.asked)
    overlay = request.GET.get("overlay", "health")
    context = {
        "node": graph.start,
        "graph": graph,
        "picture": drawn(graph, _look(request.GET, actor, graph, overlay), label=_label(graph)),
        "rows": _rows(actor, graph),
        "asked": exploring.asked,
        "missing": exploring.missing,
        "overlays": [(name, label, name == overlay) for name, label in OVERLAYS],
        "steps": STEPS,
        "most": MOST,
        "query": request.GET.urlencode(),
        "until": request.GET.get("to", ""),
        "day": request.GET.get("as_of", ""),
    }
    return render(request, "lineage/explorer/page.html", context)


def _start(request: HttpRequest, actor: User, exploring: Exploring) -> HttpResponse:
    """Before anything is chosen: what was named and may be meant, or what was heard of last."""
    seen = Node.objects.visible_to(actor).canonical().defer("facets", "picture", "spellings")
    named = list(nodes_named(actor, exploring.missing)[:MOST_NAMED]) if exploring.missing else []
    heard = seen.filter(last_seen_at__isnull=False, kind__in=[NodeKind.DATASET, NodeKind.JOB])
    context = {
        "missing": exploring.missing,
        "named": named,
        "heard": list(heard.order_by("-last_seen_at")[:MOST_NAMED]) if not exploring.missing else [],
        "views": list(seen.filter(view__isnull=False).select_related("view")[:MOST_NAMED]),
    }
    return render(request, "lineage/explorer/start.html", context, status=404 if exploring.missing else 200)


@require_GET
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """What the explorer shows at the same query, as svg, dot, csv, or openlineage: there without folds."""
    actor = actor_of(request)
    exploring = _exploring(actor, request.GET)
    if exploring.start is None or form not in _FORMS:
        return HttpResponse("There is no such graph.", status=404, content_type="text/plain")
    asked = replace(exploring.asked, is_folded=False) if form == "openlineage" else exploring.asked
    graph = explored(actor, exploring.start, asked)
    return _FORMS[form](request, graph)


def _svg(request: HttpRequest, graph: Graph) -> HttpResponseBase:
    look = _look(request.GET, actor_of(request), graph, request.GET.get("overlay", "health"))
    text = drawn(graph, look, label=_label(graph)).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return _file(text.replace(">", f"><style>{_PLAIN}</style>", 1), "image/svg+xml", "lineage.svg")


def _openlineage(request: HttpRequest, graph: Graph) -> HttpResponseBase:
    tellers = tellers_of(actor_of(request), graph.edges)
    events = graph_events(graph, tellers, at=timezone.now(), producer=settings.CHARTER_BASE_URL)
    return _file(orjson.dumps(list(events), option=orjson.OPT_INDENT_2).decode(), "application/json", "lineage.json")


def _dot(_request: HttpRequest, graph: Graph) -> HttpResponseBase:
    return _file("\n".join(as_dot(graph)) + "\n", "text/vnd.graphviz", "lineage.dot")


def _csv(request: HttpRequest, graph: Graph) -> HttpResponseBase:
    rows = (
        {
            "source": _name(source), "source_kind": source.kind, "target": _name(target), "target_kind": target.kind,
            "told_by": _name(teller) if teller else "", "first_seen_at": edge.first_at, "last_seen_at": edge.last_at,
        }
        for edge, source, target, teller in _rows(actor_of(request), graph)
    )  # fmt: skip
    return csv_response(COLUMNS, rows, filename="lineage.csv")


_FORMS: dict[str, Callable[[HttpRequest, Graph], HttpResponseBase]] = {
    "svg": _svg, "dot": _dot, "csv": _csv, "openlineage": _openlineage,
}  # fmt: skip
# Where the file is looked at there is no style sheet of ours.
_PLAIN = (
    "rect{fill:#fff;stroke:#7b8594}.start rect{stroke:#0b57c2;stroke-width:2}.edge{fill:none;stroke:#7b8594}"
    "text{font:600 12px sans-serif;fill:#171b21}.words,.more text{font-weight:400;fill:#545e6c}"
)


def _file(text: str, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        text, content_type=f"{kind}; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _name(node: GraphNode) -> str:
    return node.key or f"{node.namespace} {node.name}"


def _rows(actor: User, graph: Graph) -> list[Row]:
    nodes, tellers = {node.id: node for node in graph.nodes}, tellers_of(actor, graph.edges)
    return [(edge, nodes[edge.source], nodes[edge.target], tellers.get(edge.teller)) for edge in graph.edges]


def _label(graph: Graph) -> str:
    return f"Lineage of {graph.start.label}, {len(graph.nodes)} nodes; the same is in the table below"


def _exploring(actor: User, query: QueryDict) -> Exploring:
    """A page forgives: what is no number or no day is left out."""
    text = query.get("node", "").strip()
    found = find_node(actor, text) if text else None
    if found is None:
        return Exploring(None, Asked(), text)
    until, end = query.get("to", "").strip(), None
    if until and (named := find_node(actor, until)):
        end = named[0]
    asked = Asked(
        up=_steps(query.get("up", "1")), down=_steps(query.get("down", "1")), as_of=_end_of_day(query.get("as_of", "")),
        opened=_ids(query.getlist("open"))[:MOST_OPENED], until=end, is_folded=query.get("fold") != "off",
    )  # fmt: skip
    return Exploring(found[0], asked, until if until and end is None else "")


def _steps(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and int(text[:3]) in STEPS else 1


def _end_of_day(text: str) -> datetime | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return make_aware(datetime.combine(day + timedelta(days=1), datetime.min.time())) if day else None


def _ids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _look(query: QueryDict, actor: User, graph: Graph, overlay: str) -> Look:
    """Boxes lead to themselves as the middle of a new graph; a fold to the same page without folding."""
    here, states = reverse("lineage:explorer"), states_of(overlay, graph.nodes, actor)

    def url(node: GraphNode) -> str:
        asked = query.copy()
        if node.kind == "group":
            asked["fold"] = "off"
        else:
            asked["node"] = str(node.id)
            for name in ("open", "to"):
                asked.pop(name, None)
        return f"{here}?{asked.urlencode()}"

    def more_url(node: GraphNode) -> str:
        asked = query.copy()
        asked.appendlist("open", str(node.id))
        return f"{here}?{asked.urlencode()}"

    def words(node: GraphNode) -> str:
        return node.owner or "nobody answers for it" if overlay == "owner" and node.key else words_of(node)

    return Look(url, more_url, words, lambda node: states.get(node.id, ""))
