"""Where data comes from, where it goes, and who is hit when something changes or is late."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.markup import escape

from charter.answers import Lineage
from charter.commands.speaking import connected, console, manner, said, table

FORMS = ("table", "dot", "json")
LEVELS = ("dataset", "column", "feature")
Node = Annotated[
    str, typer.Argument(help="project.view, a feature, model:name, a table or job, or dataset:namespace:name")
]


def add_to(app: typer.Typer) -> None:
    app.command()(lineage)
    app.command()(impact)


def lineage(
    context: typer.Context,
    key: Node,
    up: Annotated[bool, typer.Option("--up", help="Only where it comes from")] = False,
    down: Annotated[bool, typer.Option("--down", help="Only where it goes")] = False,
    depth: Annotated[int, typer.Option(help="How many steps", min=0, max=20)] = 2,
    level: Annotated[str, typer.Option(help="dataset, column or feature")] = "dataset",
    form: Annotated[str, typer.Option("--format", help="table, dot for Graphviz, or json")] = "table",
) -> None:
    """What something is made of and what is made of it. Ends with 1 where lineage does not know it."""
    if form not in FORMS or level not in LEVELS:
        raise typer.BadParameter(f"--format is one of {', '.join(FORMS)}, --level one of {', '.join(LEVELS)}.")
    direction = "both" if up == down else "up" if up else "down"
    with connected(context) as registry:
        found = registry.lineage(key, direction=direction, depth=depth, level=level)
    if form == "json":
        manner(context).form = "json"
    if not said(context, found):
        _say_graph(found, form)


def _say_graph(found: Lineage, form: str) -> None:
    if form == "dot":
        print("\n".join(_dot(found)))
        return
    if found.links:
        table(["From", "To"], [[escape(source), escape(target)] for source, target in found.links])
    else:
        console().print("Nobody says where it comes from or goes to.")
    if found.left_out:
        console().print(f"{found.left_out:,} more nodes do not fit.")


def _dot(found: Lineage) -> Iterator[str]:
    """Lines of Graphviz's language."""
    yield "digraph lineage {"
    yield "  rankdir=LR; node [shape=box];"
    yield from (f"  {_quoted(node.label)};" for node in found.nodes if not found.column_edges)
    yield from (f"  {_quoted(source)} -> {_quoted(target)};" for source, target in found.links)
    yield "}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def impact(
    context: typer.Context,
    node: Node,
    column: Annotated[str, typer.Option(help="One column of it")] = "",
    depth: Annotated[int, typer.Option(help="How many steps", min=0, max=20)] = 10,
) -> None:
    """Who is hit when it changes or is late. Ends with 1 where lineage does not know it."""
    with connected(context) as registry:
        found = registry.impact(node, column=column, depth=depth)
    if said(context, found):
        return
    if not found.affected:
        console().print("Nobody that you may see, as far as anybody says.")
        return
    rows = [
        [escape(one.key), escape(one.owner or "nobody"), escape(one.environment), one.sure, str(one.depth)]
        for one in found.affected
    ]
    table(["What", "Owner", "Environment", "How sure", "Steps"], rows)
    if found.left_out:
        console().print(f"And {found.left_out:,} more.")
