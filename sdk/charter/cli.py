"""The `charter` command. A group of commands is a module of `charter.commands` with `add_to(app)`; they meet here."""

import importlib.metadata
import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from charter.commands import (
    access,
    account,
    auditing,
    breaking,
    deciding,
    ending,
    files,
    finding,
    granting,
    living,
    moving,
    scoring,
    serving,
    tracing,
    watching,
)
from charter.commands.manners import accept_anywhere
from charter.commands.speaking import NO, OK, Manner


class Charter(TyperGroup):
    """Ends with our exit codes: 2 means changes here, so a mistyped option is 1, like any other error."""

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        code = self._code(*args, **extra)
        if standalone_mode:
            sys.exit(code)
        return code

    def _code(self, args: Any = None, **extra: Any) -> int:
        try:
            ended = super().main(args, standalone_mode=False, **extra)
        except typer.TyperException as error:
            if str(error):  # without a command it has shown the help already
                _say(f"Error: {error}", "Fix: charter --help, or charter COMMAND --help, says what there is.")
        except typer.Abort:
            _say("Stopped.")
        except Exception as error:
            if os.environ.get("CHARTER_DEBUG"):
                raise
            _say(f"Error: charter itself broke ({type(error).__name__}: {error}).", "Fix: CHARTER_DEBUG=1 shows where.")
        else:
            return ended if isinstance(ended, int) else OK
        return NO


def _say(*lines: str) -> None:
    for line in lines:
        print(line, file=sys.stderr)


def _say_version(is_asked: bool) -> None:
    if is_asked:
        print(importlib.metadata.version("charter"))
        raise typer.Exit


app = typer.Typer(
    cls=Charter, no_args_is_help=True, pretty_exceptions_enable=False, help="The feature registry, from a terminal."
)
_GROUPS = (
    finding, tracing, files, living, ending, access, granting, deciding, serving,
    scoring, watching, breaking, moving, auditing, account,
)  # fmt: skip
for group in _GROUPS:
    group.add_to(app)


@app.callback()
def before(
    context: typer.Context,
    url: Annotated[str | None, typer.Option(envvar="CHARTER_URL", help="Where Charter is")] = None,
    token: Annotated[str | None, typer.Option(envvar="CHARTER_TOKEN", help="Who asks", show_envvar=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON")] = False,
    as_yaml: Annotated[bool, typer.Option("--yaml", help="Answer as YAML")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing; the exit code tells")] = False,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_say_version, help="Which version this is")
    ] = False,
) -> None:
    """Exit codes: 0 yes or nothing to do, 1 no or an error, 2 changes, 3 warnings alone."""
    context.obj = Manner(url, token, "json" if as_json else "yaml" if as_yaml else "text", quiet)


accept_anywhere(app)


def main() -> None:
    app()
