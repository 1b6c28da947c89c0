"""How commands speak: tables for people, JSON and YAML for programs, errors that say what to do. Never a traceback."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import typer
import yaml
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from charter.errors import CharterError, Refused
from charter.registry import Registry

OK, NO, CHANGES, WARNINGS = 0, 1, 2, 3


@dataclass(slots=True)
class Manner:
    """What the options before the command ask for."""

    url: str | None = None
    token: str | None = None
    form: str = "text"  # text, json or yaml
    is_quiet: bool = False


def console() -> Console:
    """For people, on standard output. NO_COLOR is heeded, and a pipe gets plain text."""
    return Console(highlight=False, soft_wrap=True)


def manner(context: typer.Context) -> Manner:
    return context.find_root().obj


@contextmanager
def errors_said() -> Iterator[None]:
    """What Charter refuses, or a network that is down, ends the command with 1 and a sentence."""
    try:
        yield
    except Refused as refused:
        for line in _lines(refused):
            print(line, file=sys.stderr)
        raise typer.Exit(NO) from None
    except CharterError as error:
        print(f"Error: {error}", file=sys.stderr)
        raise typer.Exit(NO) from None


def _lines(refused: Refused) -> Iterator[str]:
    yield f"Error: {refused.detail}"
    for one in refused.errors[:50]:
        where = one.get("path") or one.get("pointer") or one.get("parameter") or ""
        line = f":{one['line']}" if one.get("line") else ""
        if one.get("detail") != refused.detail:
            yield f"  {where}{line}: {one.get('detail', '')}".replace("  : ", "  ")
    if refused.fix:
        yield f"Fix: {refused.fix}"
    if refused.request_id:
        yield f"Request: {refused.request_id}"


@contextmanager
def connected(context: typer.Context) -> Iterator[Registry]:
    """Charter, as the options before the command say; what it refuses ends the command."""
    how = manner(context)
    with errors_said(), Registry(how.url, how.token) as registry:
        yield registry


def said(context: typer.Context, answer: Any) -> bool:
    """Print the answer for a program, when one asks. Returns whether there is nothing left to say."""
    how = manner(context)
    if how.form == "json":
        print(json.dumps(_plain(answer), indent=2, ensure_ascii=False))
    elif how.form == "yaml":
        print(yaml.safe_dump(_plain(answer), sort_keys=False, allow_unicode=True), end="")
    return how.form != "text" or how.is_quiet


def _plain(answer: Any) -> Any:
    if isinstance(answer, BaseModel):
        return answer.model_dump(mode="json")
    return [_plain(one) for one in answer] if isinstance(answer, list) else answer


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    made = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        made.add_row(*row)
    console().print(made)


def progress(message: str) -> Any:
    """A line while something takes time; only on a terminal, and never in the way of output."""
    return Console(stderr=True).status(message)
