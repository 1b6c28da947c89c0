"""Find features and look at them."""

import webbrowser
from typing import Annotated

import typer
from rich.markup import escape

from charter.calls import split
from charter.commands.speaking import NO, OK, WARNINGS, connected, console, errors_said, manner, said, table
from charter.settings import known

Reference = Annotated[str, typer.Argument(help="project.view.feature, or that with @number", metavar="KEY")]


def add_to(app: typer.Typer) -> None:
    app.command()(search)
    app.command()(show)
    app.command("open")(open_page)
    app.command()(copy)
    app.command()(diff)
    app.command()(check)


def search(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="As on the search page: avg amount entity:user health:ok")] = "",
    limit: Annotated[int, typer.Option(help="How many")] = 20,
) -> None:
    """Find features."""
    with connected(context) as registry:
        found = registry.search(text, limit)
    if said(context, found):
        return
    if not found:
        console().print("Nothing found.")
        return
    table(
        ["Feature", "State", "Health", "Owner", "Description"],
        [
            [escape(one.key), one.status, one.health, one.owner or "nobody", escape(one.description[:80])]
            for one in found
        ],
    )


def show(context: typer.Context, key: Reference) -> None:
    """Show a feature and its contract."""
    with connected(context) as registry:
        handle = registry.feature(key)
    if said(
        context, {"feature": handle.feature.model_dump(mode="json"), "version": handle.contract.model_dump(mode="json")}
    ):
        return
    out, contract = console(), handle.contract
    out.print(f"[bold]{escape(handle.reference)}[/bold]  {contract.status}")
    out.print(escape(handle.feature.description or "No description."))
    default = "none" if contract.default_policy == "none" else f"{contract.default} ({contract.default_policy})"
    rows = [
        ["Type", contract.dtype], ["Unit", contract.unit or "none stated"], ["Default", default],
        ["Class", handle.feature.privacy_class or "unclassified"], ["Owner", handle.feature.owner or "nobody"],
        ["Health", handle.feature.health],
    ]  # fmt: skip
    if contract.sunset_on:
        rows.append(["Sunset", f"{contract.sunset_on}; read {contract.replacement or 'nothing'} instead"])
    table(["", ""], [[name, escape(str(value))] for name, value in rows])


def open_page(context: typer.Context, key: Reference) -> None:
    """Open the page of a feature in the browser."""
    with errors_said():
        address = _address(context, key)
    webbrowser.open(address)
    console().print(address)


def copy(context: typer.Context, key: Reference) -> None:
    """Print the reference with its version, for a pipe into a clipboard: charter copy KEY | pbcopy."""
    with connected(context) as registry:
        print(registry.feature(key).reference)


def diff(context: typer.Context, old: Reference, new: Reference) -> None:
    """What differs between two versions of a feature. Ends with 2 when something does."""
    (key, before), (other, after) = split(old), split(new)
    if key != other or before is None or after is None:
        raise typer.BadParameter("Two versions of one feature: charter diff KEY@1 KEY@2")
    with connected(context) as registry:
        found = registry.difference(old, new)
    if not said(context, found):
        for one in found:
            console().print(f"{one['term']:18} {escape(str(one['old']))} -> {escape(str(one['new']))}")
        if not found:
            console().print("They say the same.")
    raise typer.Exit(2 if found else OK)


def check(
    context: typer.Context,
    features: Annotated[list[str] | None, typer.Argument(help="Features, with @number or not")] = None,
    consumer: Annotated[str | None, typer.Option(help="Who reads; alone, all that it does: model:fraud-ranker")] = None,
    purpose: Annotated[str, typer.Option(help="Of personal features, only access for this counts")] = "",
    environment: Annotated[str, typer.Option("--env", help="Only access for this environment counts")] = "",
) -> None:
    """May these be read? Ends with 0, with 3 for warnings, with 1 when one is blocked.

    Of a consumer it also says until when it has access to personal features; of features, who reads them.
    """
    if not features and not consumer:
        raise typer.BadParameter("Name features, or a consumer: charter check --consumer model:fraud-ranker")
    with connected(context) as registry:
        found = registry.check(features, consumer=consumer, purpose=purpose, environment=environment)
    if not said(context, found):
        for one in found.data:
            why = " ".join(reason.detail for reason in one.reasons)
            console().print(f"{one.verdict:8} {escape(one.reference)}  {escape(why)}".rstrip())
    raise typer.Exit({"ok": OK, "warning": WARNINGS, "blocked": NO}[found.verdict])


def _address(context: typer.Context, key: str) -> str:
    how = manner(context)
    (project, view, feature), number = split(key)[0].split(".", 2), split(key)[1]
    return f"{known(how.url, how.token).url}/f/{project}/{view}/{feature}/" + (f"?v={number}" if number else "")
