"""`charter grants`: who may read what, and whether stores let them read that and nothing else."""

from typing import Annotated

import typer
from rich.markup import escape

from charter.commands.access import grants
from charter.commands.speaking import NO, OK, WARNINGS, connected, console, said, table

WRONG = ("extra", "absent")


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(invoke_without_command=True)
    group.callback(invoke_without_command=True)(grants)
    group.command()(verify)
    app.add_typer(group, name="grants")


def verify(
    context: typer.Context,
    connection: Annotated[str | None, typer.Option(help="Only of this connection")] = None,
    every: Annotated[bool, typer.Option("--all", help="Owners, superusers and Charter's own too")] = False,
) -> None:
    """Do stores let people read what was granted, and nothing else? Ends with 0 for yes, 1 for no, 3 where something
    could not be asked."""
    with connected(context) as registry:
        found = registry.rights_found(connection=connection)
    if not said(context, found):
        shown = [one for one in found if every or one.kind in (*WRONG, "unknown")]
        if shown:
            rows = [
                [one.kind, escape(one.account), escape(one.feature or ""), escape(one.how), one.grant or ""]
                for one in shown
            ]
            table(["Kind", "Account", "Feature", "How", "Grant"], rows)
        else:
            console().print("As granted.")
    kinds = {one.kind for one in found}
    raise typer.Exit(NO if kinds & set(WRONG) else WARNINGS if "unknown" in kinds else OK)
