"""The `charter` command."""

import importlib.metadata
from typing import Annotated

import typer

from charter.commands import account, files, finding, living
from charter.commands.speaking import Manner

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="The feature registry, from a terminal.")
for group in (finding, files, living, account):
    group.add_to(app)


@app.callback()
def before(
    context: typer.Context,
    url: Annotated[str | None, typer.Option(envvar="CHARTER_URL", help="Where Charter is")] = None,
    token: Annotated[str | None, typer.Option(envvar="CHARTER_TOKEN", help="Who asks", show_envvar=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON")] = False,
    as_yaml: Annotated[bool, typer.Option("--yaml", help="Answer as YAML")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing; the exit code tells")] = False,
    version: Annotated[bool, typer.Option("--version", help="Which version this is")] = False,
) -> None:
    """Exit codes: 0 yes or nothing to do, 1 no or an error, 2 changes, 3 warnings alone."""
    context.obj = Manner(url, token, "json" if as_json else "yaml" if as_yaml else "text", quiet)
    if version:
        print(importlib.metadata.version("charter"))
        raise typer.Exit


def main() -> None:
    app()
