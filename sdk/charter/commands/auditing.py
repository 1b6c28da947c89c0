"""The audit log as a file, whether a file still is what was exported, and how the log itself stands."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from rich.markup import escape

from charter.audit import Checked, NotSound, check_export, read_anchors
from charter.commands.speaking import NO, OK, connected, console, said

audit = typer.Typer(no_args_is_help=True, help="The audit log: export it, check an export, see whether it is sound.")
FORMS = ("jsonl", "csv")
Day = Annotated[str | None, typer.Option(help="A day in UTC, such as 2026-03-03; included", metavar="DAY")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(audit, name="audit")


@audit.command()
def export(
    context: typer.Context,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to; standard output unless given")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="jsonl, or csv for spreadsheets")] = "jsonl",
    actor: Annotated[str | None, typer.Option(help="User name, or system")] = None,
    action: Annotated[str | None, typer.Option(help="Such as change_slo")] = None,
    object_key: Annotated[str | None, typer.Option("--object", help="Part of a key or name")] = None,
    project: Annotated[str | None, typer.Option()] = None,
    since: Day = None,
    until: Day = None,
) -> None:
    """Write the log into a file, oldest first, with the hashes by which `charter audit check` knows it."""
    if form not in FORMS:
        raise typer.BadParameter(f"--format is one of {', '.join(FORMS)}.")
    filters = {"actor": actor, "action": action, "object": object_key, "project": project, "since": since,
               "until": until}  # fmt: skip
    with connected(context) as registry, _opened(output) as file:
        registry.audit_export(file, form, **filters)


@audit.command()
def check(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="What `charter audit export` wrote", exists=True, dir_okay=False)],
    anchors: Annotated[
        list[Path] | None, typer.Option(help="A file of anchors, kept elsewhere; again for each", exists=True)
    ] = None,
) -> None:
    """Is an export what was exported? Needs no network. Ends with 1 at the first row that is not."""
    try:
        known = read_anchors(anchors or [])
        found = check_export(file, known)
    except NotSound as wrong:
        if not said(context, {"is_sound": False, "line": wrong.line, "detail": wrong.detail}):
            console().print(f"No. Line {wrong.line}: {escape(wrong.detail)}.")
        raise typer.Exit(NO) from None
    if not said(context, _answer(found)):
        for line in _lines(found, len(known)):
            console().print(line)
    raise typer.Exit(OK)


@audit.command()
def verification(context: typer.Context) -> None:
    """How the log itself stands in Charter. Ends with 1 when its last verification found something, or never was."""
    with connected(context) as registry:
        found = registry.audit_verification()
    if not said(context, found):
        for line in _standing(found):
            console().print(line)
    raise typer.Exit(OK if (found["verified"] or {}).get("is_sound") else NO)


def _opened(output: Path | None) -> Any:
    binary: BinaryIO = sys.stdout.buffer
    return nullcontext(binary) if output is None else output.open("wb")


def _answer(found: Checked) -> dict[str, Any]:
    return {
        "is_sound": True, "rows": found.rows, "partial": found.partial, "missing": found.missing, "first": found.first,
        "last": found.last, "hash": found.hash, "is_whole": found.is_whole, "anchors": sorted(found.met),
    }  # fmt: skip


def _lines(found: Checked, anchors: int) -> list[str]:
    if not found.rows:
        return ["It holds no rows."]
    whole = "all of the log up to there" if found.is_whole else f"{found.missing:,} places between them are not in it"
    lines = [f"Sound. {found.rows:,} rows, places {found.first:,} to {found.last:,}; {whole}."]
    if found.partial:
        lines.append(f"{found.partial:,} rows have personal values withheld: what they show was not checked.")
    if found.met:
        lines.append(f"It meets {len(found.met):,} of {anchors:,} anchors, the last at place {max(found.met):,}.")
    else:
        lines.append("No anchor was met. Compare the last hash with one, or with `charter audit verification`:")
    return [*lines, f"{found.last} {found.hash}"]


def _standing(found: dict[str, Any]) -> list[str]:
    head, done, waiting = found["head"], found["verified"], found["waiting"]
    lines = [f"Head      {head['place']:,} {head['hash']}" if head else "Head      nothing is sealed yet"]
    word = "never" if not done else f"{done['at']}, {'sound' if done['is_sound'] else 'NOT SOUND'}"
    lines += [f"Verified  {word}", f"Waiting   {waiting['count']:,}{', nobody seals' * waiting['is_too_long']}"]
    lines += [f"Fault     {one['kind']} at place {one['place']}, entry {one['entry']}: {escape(one['detail'])}"
              for one in (done or {}).get("faults", [])]  # fmt: skip
    if not found["is_anchored"]:
        return [*lines, "Anchored  off"]
    return lines + [f"Anchored  {one['at']} {escape(one['where'])} {escape(one['error']) or 'written'}"
                    for one in found["anchors"]]  # fmt: skip
