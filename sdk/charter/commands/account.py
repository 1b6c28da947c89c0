"""Who asks, where, and whether it works."""

import importlib.metadata
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any

import httpx
import typer
from rich.markup import escape

from charter import settings
from charter.commands.speaking import NO, OK, WARNINGS, connected, console, errors_said, manner, said, table
from charter.errors import CharterError, Refused, Unreachable
from charter.registry import Registry

tokens = typer.Typer(no_args_is_help=True, help="Your tokens.")
MOST_SKEW = 60.0  # seconds
SOON_DAYS = 14


def add_to(app: typer.Typer) -> None:
    for command in (login, whoami, doctor):
        app.command()(command)
    app.add_typer(tokens, name="token")


def login(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="Such as https://charter.example.com")],
    token: Annotated[str, typer.Option(prompt=True, hide_input=True, help="Asked for unless given")],
) -> None:
    """Remember address and token for this user, after trying them."""
    with errors_said(), Registry(url, token) as registry:
        name = registry.me()["username"]
        place = settings.keep(registry.settings)
    if not manner(context).is_quiet:
        console().print(f"You are {escape(name)}. Kept in {escape(str(place))}.")


def whoami(context: typer.Context) -> None:
    """Who you are, and what the token may do."""
    with connected(context) as registry:
        found = registry.me()
    if not said(context, found):
        scopes = ", ".join(_token(found).get("scopes", [])) or "no scopes"
        console().print(f"{escape(found['username'])} at {escape(registry.settings.url)}: {scopes}")


@tokens.command("list")
def listed(context: typer.Context) -> None:
    """Your tokens, without their secrets."""
    with connected(context) as registry:
        found = registry.tokens()
    if not said(context, found):
        rows = [[one["id"], escape(one["name"]), ", ".join(one["scopes"]), str(one["expires_at"])] for one in found]
        table(["Token", "Name", "Scopes", "Expires"], rows)


@tokens.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What it is for")],
    scope: Annotated[list[str], typer.Option(help="What it may do; again for each one")],
    days: Annotated[int, typer.Option(help="Its life")] = 90,
) -> None:
    """Make a token. Its secret is printed this once, alone, for a pipe or a variable."""
    how = manner(context)
    with connected(context) as registry:
        made = registry.create_token(name, scope, days)
    if how.form != "text":
        said(context, made)
    else:
        print(made["secret"])


@tokens.command()
def revoke(context: typer.Context, token_id: Annotated[str, typer.Argument(metavar="TOKEN")]) -> None:
    """End a token at once."""
    with connected(context) as registry:
        registry.revoke_token(token_id)
    if not said(context, {"revoked": token_id}):
        console().print(f"{escape(token_id)} is revoked.")


def doctor(context: typer.Context) -> None:
    """Try everything that a command needs, a line each. Ends with 1 when something is wrong, with 3 for warnings."""
    how = manner(context)
    found = [{"what": what, "state": state, "detail": detail} for what, state, detail in _tried(how.url, how.token)]
    if not said(context, found):
        for one in found:
            console().print(f"{one['what']:9} {one['state']:5} {escape(one['detail'])}".rstrip())
    states = {one["state"] for one in found}
    raise typer.Exit(NO if "wrong" in states else WARNINGS if "warn" in states else OK)


def _tried(url: str | None, token: str | None) -> Iterator[tuple[str, str, str]]:
    """(what, ok, warn or wrong, detail); the first thing that is wrong ends it, because the rest hangs on it."""
    yield "client", "ok", importlib.metadata.version("charter")
    try:
        with Registry(url, token) as registry:
            yield from _of_address(registry.settings.url)
            me = registry.me()
            yield from _of_token(me)
    except Refused as refused:
        yield "token", "wrong", f"{refused.detail} {refused.fix}"
    except Unreachable as error:
        yield "address", "wrong", str(error)
    except CharterError as error:
        yield "settings", "wrong", str(error)


def _of_address(url: str) -> Iterator[tuple[str, str, str]]:
    try:
        answer = httpx.get(f"{url}/healthz", timeout=10.0)
    except httpx.HTTPError as error:
        raise Unreachable(f"{url} does not answer: {error}. Is that the address, and does Charter run?") from None
    if answer.status_code != 200:
        raise Unreachable(f"{url}/healthz answers {answer.status_code}. What is there may not be Charter.")
    is_plain = url.startswith("http://") and httpx.URL(url).host not in ("localhost", "127.0.0.1", "::1")
    yield "address", "warn" if is_plain else "ok", f"{url}{', and the token can be read on its way' * is_plain}"
    if told := answer.headers.get("Date"):
        skew = abs((datetime.now(UTC) - parsedate_to_datetime(told)).total_seconds())
        yield "clock", "warn" if skew > MOST_SKEW else "ok", f"{skew:.0f} s apart from Charter's"


def _of_token(me: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    token = _token(me)
    left = (datetime.fromisoformat(token["expires_at"]) - datetime.now(UTC)).days if token else 0
    yield "token", "warn" if left < SOON_DAYS else "ok", f"of {me['username']}, good for {left} days"
    scopes = set(token.get("scopes", []))
    missing = [scope for scope in ("features:read", "features:write", "metrics:write") if scope not in scopes]
    yield "scopes", "ok", ", ".join(sorted(scopes)) + (f"; without {', '.join(missing)}" if missing else "")


def _token(me: dict[str, Any]) -> dict[str, Any]:
    token: dict[str, Any] = me.get("token") or {}
    return token
