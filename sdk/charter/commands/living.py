"""The life of a version: registered, drafted, published, read."""

import json
from typing import Annotated, Any

import typer
from rich.markup import escape

from charter.commands.finding import Reference
from charter.commands.speaking import connected, console, said

Terms = Annotated[
    list[str] | None, typer.Option("--set", help="A term: --set dtype=float64 --set purposes='[\"fraud\"]'")
]


def add_to(app: typer.Typer) -> None:
    for command in (register, draft, publish, declare):
        app.command()(command)


def register(
    context: typer.Context,
    view: Annotated[str, typer.Argument(help="project.view")],
    name: Annotated[str, typer.Argument(help="Name of the feature")],
    terms: Terms = None,
) -> None:
    """Register a feature, as a draft."""
    with connected(context) as registry:
        made = registry.register(view, name, **_terms(terms))
    if not said(context, made):
        console().print(f"{escape(made.reference)} is a draft. Publish it: charter publish {escape(made.reference)}")


def draft(context: typer.Context, key: Reference, terms: Terms = None) -> None:
    """Draft a new version of a feature."""
    with connected(context) as registry:
        made = registry.draft(key, **_terms(terms))
    if not said(context, made):
        console().print(f"{escape(made.reference)} is a draft. Publish it: charter publish {escape(made.reference)}")


def publish(context: typer.Context, key: Reference) -> None:
    """Publish a draft. What is published never changes."""
    with connected(context) as registry:
        made = registry.publish(key)
    if not said(context, made):
        console().print(f"{escape(made.reference)} is {made.status}.")


def declare(
    context: typer.Context,
    consumer: Annotated[str, typer.Argument(help="Such as model:fraud-ranker")],
    features: Annotated[typer.FileText, typer.Option(help="A file with one feature a line; - is standard input")],
    team: Annotated[str | None, typer.Option(help="Make the consumer for this team if it is not there yet")] = None,
    reason: Annotated[str, typer.Option(help="Why, where it begins to read what is deprecated")] = "",
) -> None:
    """Say that a consumer reads exactly these features."""
    named = [line.strip() for line in features if line.strip() and not line.startswith("#")]
    with connected(context) as registry:
        made = registry.declare(consumer, named, team=team, reason=reason)
    if not said(context, made):
        console().print(f"{escape(consumer)} reads {len(named)} features.")


def _terms(given: list[str] | None) -> dict[str, Any]:
    """`name=value`; a value that is JSON is taken as such, anything else as text."""
    terms: dict[str, Any] = {}
    for one in given or ():
        name, equals, value = one.partition("=")
        if not equals:
            raise typer.BadParameter(f"{one} has no =. Write --set dtype=float64")
        try:
            terms[name] = json.loads(value)
        except ValueError:
            terms[name] = value
    return terms
