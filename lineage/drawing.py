"""The graph as SVG, laid out on the server: boxes that are links, from left to right as data flows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.diagrams import joined, short, tenth
from common.layered import Layout, laid_out
from lineage.queries.graph import Graph, GraphNode

BOX_WIDTH, BOX_HEIGHT = 176, 40
_GAP, _STEP, _EDGE = 72, 52, 14
_SIDE = 44  # room for how many more there are
_WORDS = BOX_WIDTH - 32  # bold letters are wide
KINDS = {
    "dataset": "table", "job": "job", "view": "feature view", "model": "model", "service": "service",
    "dashboard": "dashboard", "group": "shown as one; show each",
}  # fmt: skip

Link = Callable[[GraphNode], str]


@dataclass(frozen=True, slots=True)
class Look:
    """How nodes are drawn: where they lead, what their second line says, and the state that colours them."""

    url: Link
    more_url: Link
    words: Callable[[GraphNode], str]
    state: Callable[[GraphNode], str]


def drawn(graph: Graph, look: Look, *, label: str) -> SafeString:
    """One `<svg role="group">`, its boxes in the order of columns; the same as a table belongs beside it."""
    nodes = {node.id: node for node in graph.nodes}
    layout = laid_out(list(nodes), [(edge.source, edge.target) for edge in graph.edges])
    width = layout.columns * (BOX_WIDTH + _GAP) - _GAP + 2 * _SIDE
    height = layout.rows * _STEP - (_STEP - BOX_HEIGHT) + 2 * _EDGE
    in_order = sorted(nodes.values(), key=lambda node: (layout.column[node.id], layout.row[node.id]))
    numbers = {node.id: number for number, node in enumerate(in_order)}
    edges = joined(_edge(edge.source, edge.target, layout, nodes, numbers) for edge in graph.edges)
    boxes = joined(_box(node, layout, look, is_start=node.id == graph.start.id) for node in in_order)
    return format_html(
        '<svg class="lineage" role="group" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}">{}{}</svg>',
        label, width, tenth(height), width, tenth(height), edges, boxes,
    )  # fmt: skip


def _place(node: UUID, layout: Layout[UUID]) -> tuple[float, float]:
    """The upper left corner of a node's box."""
    return _SIDE + layout.column[node] * (BOX_WIDTH + _GAP), _EDGE + layout.row[node] * _STEP


def _edge(
    source: UUID, target: UUID, layout: Layout[UUID], nodes: dict[UUID, GraphNode], numbers: dict[UUID, int]
) -> SafeString:
    """From the right of a box to the left of another; back against the stream where the graph has a circle.

    The keyboard walks by the numbers of its ends (static/lineage/graph.js).
    """
    (x0, y0), (x1, y1) = _place(source, layout), _place(target, layout)
    is_back = layout.column[source] >= layout.column[target]
    ways = layout.ways.get((target, source) if is_back else (source, target), ())
    rows = [_EDGE + row * _STEP for row in (reversed(ways) if is_back else ways)]
    middle, step = BOX_HEIGHT / 2, -(BOX_WIDTH + _GAP) if is_back else BOX_WIDTH + _GAP
    start, end = (x0, x1 + BOX_WIDTH) if is_back else (x0 + BOX_WIDTH, x1)
    # Straight past the boxes of a column that it passes, so that it never runs behind one.
    sides = (BOX_WIDTH, 0) if is_back else (0, BOX_WIDTH)
    passed = [(x0 + step * (at + 1) + side, y) for at, y in enumerate(rows) for side in sides]
    stops = [(start, y0), *passed, (end, y1)]
    return format_html(
        '<path class="{}" data-ends="{} {}" d="{}"><title>{} → {}</title></path>', "edge back" if is_back else "edge",
        numbers[source], numbers[target], _curve([(x, y + middle) for x, y in stops]), nodes[source].label,
        nodes[target].label,
    )  # fmt: skip


def _curve(stops: Sequence[tuple[float, float]]) -> str:
    x, y = stops[0]
    parts = [f"M{tenth(x)},{tenth(y)}"]
    for to_x, to_y in stops[1:]:
        bend = (x + to_x) / 2
        parts.append(f"C{tenth(bend)},{tenth(y)} {tenth(bend)},{tenth(to_y)} {tenth(to_x)},{tenth(to_y)}")
        x, y = to_x, to_y
    return " ".join(parts)


def _box(node: GraphNode, layout: Layout[UUID], look: Look, *, is_start: bool) -> SafeString:
    x, y = _place(node.id, layout)
    css = " ".join(filter(None, ("box", node.kind, look.state(node), "start" if is_start else "")))
    words = look.words(node)
    return format_html(
        '<g class="{}"><a href="{}"{}><title>{}</title><rect x="{}" y="{}" width="{}" height="{}" rx="6"/>'
        '<text x="{}" y="{}">{}</text><text class="words" x="{}" y="{}">{}</text></a>{}{}</g>',
        css, look.url(node), SafeString(' aria-current="true"' if is_start else ""), _title(node, words),
        tenth(x), tenth(y), BOX_WIDTH, BOX_HEIGHT, tenth(x + 10), tenth(y + 17), short(node.label, _WORDS),
        tenth(x + 10), tenth(y + 32), short(words, _WORDS),
        _more(node, look, x - 2, y, node.more_up, "upstream"),
        _more(node, look, x + BOX_WIDTH + 2, y, node.more_down, "downstream"),
    )  # fmt: skip


def _title(node: GraphNode, words: str) -> str:
    return f"{node.key or f'{node.namespace} {node.name}'} ({words})" if node.kind != "group" else node.label


def _more(node: GraphNode, look: Look, x: float, y: float, count: int, way: str) -> SafeString:
    """How many neighbours are not shown, as a link that shows them."""
    if not count:
        return SafeString("")
    anchor = "end" if way == "upstream" else "start"
    return format_html(
        '<a class="more" href="{}" aria-label="Show {} more {} of {}"><text x="{}" y="{}" text-anchor="{}">+{}</text>'
        "</a>",
        look.more_url(node), count, way, node.label, tenth(x), tenth(y + BOX_HEIGHT / 2 + 4), anchor,
        f"{count:,}",
    )  # fmt: skip


def words_of(node: GraphNode) -> str:
    """What it is and where: `table · postgres`, `model · prod`."""
    place = node.environment if node.key else node.namespace.partition(":")[0]
    if node.kind == "dataset" and place in ("file", "s3", "gs", "abfss"):
        return f"file · {place}" if place != "file" else "file"
    return " · ".join(filter(None, (KINDS.get(node.kind, node.kind), place)))


def as_dot(graph: Graph) -> Iterable[str]:
    """Lines of Graphviz's language."""
    yield "digraph lineage {"
    yield "  rankdir=LR; node [shape=box];"
    for node in graph.nodes:
        words = _quoted("\n".join((node.label, words_of(node))))
        yield f"  {_quoted(str(node.id))} [label={words}];"
    for edge in graph.edges:
        yield f"  {_quoted(str(edge.source))} -> {_quoted(str(edge.target))};"
    yield "}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
