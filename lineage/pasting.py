"""What people paste into the search box, as tables, columns and jobs. The registry's search asks by dotted path."""

from collections.abc import Iterator

from lineage.models import Node, NodeKind
from lineage.queries.named import find_nodes
from registry.models import Actor
from registry.search.results import Target

NODE_IDS = ("dataset:", "job:", "datasetField:")


def pasted(actor: Actor, text: str, most: int) -> Iterator[Target]:
    """Pages of what `text` names, as far as the actor sees it. What has spaces is searched, unless it is a nodeId."""
    if " " not in text or text.startswith(NODE_IDS):
        yield from (_target(node, column) for node, column in find_nodes(actor, text, most=most))


def _target(node: Node, column: str) -> Target:
    if thing := node.view or node.consumer:
        return Target(
            "view" if node.view else "consumer", str(thing), thing.get_absolute_url(),
            thing.description or node.get_kind_display(), str(thing),
        )  # fmt: skip
    kind = "job" if node.kind == NodeKind.JOB else "table"
    named, url = (f"{node.name}.{column}", node.impact_url(column)) if column else (node.name, node.page_url)
    return Target(kind, named, url, f"{kind.title()} of {node.namespace}, with its lineage", node.reference)
