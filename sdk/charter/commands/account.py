"""Who asks, where, and whether it works."""

import importlib.metadata
from typing import Annotated

import typer

from charter import settings
from charter.commands.speaking import NO, console, errors_said, manner, said
from charter.errors import CharterError
from charter.registry import Registry


def add_to(app: typer.Typer) -> None:
    for command in (login, whoami, doctor):
        app.command()(command)


def login(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="Such as https://charter.example.com")],
    token: Annotated[str, typer.Option(prompt=True, hide_input=True, help="Asked for unless given")],
) -> None:
    """Remember address and token for this user, after trying them."""
    with errors_said(), Registry(url, token) as registry:
        name = registry.me()["username"]
        place = settings.keep(registry.settings)
    console().print(f"You are {name}. Kept in {place}.")


def whoami(context: typer.Context) -> None:
    """Who you are, and what the token may do."""
    how = manner(context)
    with errors_said(), Registry(how.url, how.token) as registry:
        found = registry.me()
    if not said(how, found):
        scopes = (found.get("token") or {}).get("scopes") or found.get("scopes") or []
        console().print(f"{found['username']} at {registry.settings.url}: {', '.join(scopes) or 'no scopes'}")


def doctor(context: typer.Context) -> None:
    """Try everything that a command needs, a line each. Ends with 1 when something is wrong."""
    how, out = manner(context), console()
    out.print(f"charter {importlib.metadata.version('charter')}")
    try:
        with Registry(how.url, how.token) as registry:
            out.print(f"address  {registry.settings.url}")
            found = registry.me()
    except CharterError as error:
        out.print(f"wrong    {error}")
        raise typer.Exit(NO) from None
    out.print(f"token    ok, of {found['username']}")
