"""What services need: their defaults, as a file or to look at."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from charter import calls
from charter.commands.speaking import connected, console, said, table
from charter.errors import CharterError
from charter.private import write
from charter.trust import payload_of

defaults = typer.Typer(no_args_is_help=True, help="What to serve when there is no value.")


def add_to(app: typer.Typer) -> None:
    app.add_typer(defaults, name="defaults")


@defaults.command()
def bundle(
    context: typer.Context,
    consumer: Annotated[str, typer.Argument(help="Such as service:checkout")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the signed bundle here")] = None,
) -> None:
    """The defaults of all that a consumer reads, signed; the signature is checked."""
    with connected(context) as registry:
        signed = registry.do(calls.bundle(consumer)) or {}
        payload = payload_of(signed, registry, may_ask=True)
        if out is not None:
            _write(out, signed)
    if said(context, payload):
        return
    rows = [
        [one["reference"], one["status"], one["served"], _default(one), "closes" if one["closes_at"] else ""]
        for one in payload["data"]
    ]
    table(["Feature", "State", "Served", "Default", ""], [[escape(str(cell)) for cell in row] for row in rows])
    console().print(f"Good until {payload['expires_at']}." + (f" Written to {escape(str(out))}." if out else ""))


@defaults.command()
def show(
    context: typer.Context, features: Annotated[list[str], typer.Argument(help="Features, with @number or not")]
) -> None:
    """The defaults of these features."""
    with connected(context) as registry:
        found = registry.defaults_of(features)
    if not said(context, found):
        rows = [[one["reference"], one["status"], one["served"], _default(one)] for one in found]
        table(["Feature", "State", "Served", "Default"], [[escape(str(cell)) for cell in row] for row in rows])


def _write(out: Path, signed: dict[str, str]) -> None:
    try:
        write(out, signed)
    except OSError as error:
        raise CharterError(f"{out} cannot be written: {error.strerror}.") from None


def _default(one: dict[str, object]) -> str:
    if one["is_withheld"]:
        return "withheld: it is somebody's value"
    return "none" if one["default"] is None else json.dumps(one["default"], ensure_ascii=False)
