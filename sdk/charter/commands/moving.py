"""Moving from an old view to a new one, and telling Charter what others measured."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from charter.answers import Parity
from charter.commands.speaking import NO, OK, WARNINGS, connected, console, said, table

EVERY = 1.0  # seconds between two looks
LARGEST = 9_000_000  # bytes of a report: Charter takes 10 MB at once
_CODES = {"passed": OK, "failed": NO}
metrics = typer.Typer(no_args_is_help=True, help="What others measured.")


def add_to(app: typer.Typer) -> None:
    app.command()(parity)
    app.command()(migration)
    app.add_typer(metrics, name="metrics")


def parity(
    context: typer.Context,
    old: Annotated[str, typer.Argument(help="The view that is read now: project.view")],
    new: Annotated[str, typer.Argument(help="The view that is to replace it")],
    passes: Annotated[float, typer.Option("--pass", help="Percent that must agree")] = 99.5,
    sample: Annotated[int, typer.Option(help="How many entities to compare")] = 500,
    tolerance: Annotated[float, typer.Option(help="How far numbers may be apart, as a share")] = 1e-6,
    pairs: Annotated[list[str] | None, typer.Option("--map", help="old=new, where names differ; else by name")] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Stay until it is finished")] = True,
) -> None:
    """Compare two views on the same entities. Ends with 0 when it passes, 1 when it fails, 3 when nobody can say."""
    mapping = _mapping(pairs or [])
    with connected(context) as registry:
        found = registry.start_parity(
            old, new, pass_mark=passes / 100, sample=sample, tolerance=tolerance, mapping=mapping
        )
        while wait and not found.is_finished:
            found = registry.parity(found.id, EVERY)
        if found.is_finished:
            found = registry.parity(found.id)
    if not said(context, found):
        _say(found)
    raise typer.Exit(_CODES.get(found.state, WARNINGS) if found.is_finished else OK)


def _mapping(pairs: Sequence[str]) -> dict[str, str]:
    split = [pair.partition("=") for pair in pairs]
    if wrong := next((pair for pair, (old, _, new) in zip(pairs, split, strict=True) if not old or not new), ""):
        raise typer.BadParameter(f"Write --map old=new instead of {wrong}.")
    return {old: new for old, _, new in split}


def _say(found: Parity) -> None:
    console().print(f"{found.id}  {found.state}  {escape(found.reason)}".rstrip())
    worst = [one for one in found.features if one["differing"] or not one["compared"]]
    if worst:
        rows = [
            [escape(f"{one['old']} -> {one['new']}"), f"{one['differing']} of {one['compared']}",
             str(one["absent_old"]), str(one["absent_new"]), " ".join(one["examples"])]
            for one in worst[:20]
        ]  # fmt: skip
        table(["Feature", "Differ", "Null in old", "Null in new", "Keys (hashed)"], rows)
    for one in found.left_out:
        console().print(f"  left out: {escape(one)}")


def migration(
    context: typer.Context, consumer: Annotated[str, typer.Argument(help="Such as model:fraud-ranker")]
) -> None:
    """How far a model has moved. Ends with 0 when nothing is left to do, with 2 while something is."""
    with connected(context) as registry:
        found = registry.migration(consumer)
    rows = found["rows"]
    if not said(context, found):
        lines = [
            [escape(one["old"]), escape(one["new"] or "nothing named"), one["state"], one["parity"],
             escape(one["next_step"]), escape(one["who"] or "nobody")]
            for one in rows
        ]  # fmt: skip
        table(["Reads now", "Instead", "State", "Parity", "Next", "Who"], lines)
    raise typer.Exit(OK if all(one["state"] == "removed" for one in rows) else 2)


@metrics.command()
def push(
    context: typer.Context,
    evidently: Annotated[Path, typer.Option(help="report.json of Evidently 0.7", exists=True, dir_okay=False)],
    view: Annotated[str, typer.Option(help="The view whose data it is about: project.view")],
    by: Annotated[str, typer.Option(help="Who measured")] = "evidently",
) -> None:
    """Send a report of Evidently. It is as old as its file: sent twice, it is one report."""
    report = _report(evidently)
    at = datetime.fromtimestamp(evidently.stat().st_mtime, UTC)
    with connected(context) as registry:
        found = registry.report_evidently(view, report, by=by, at=at)
    if not said(context, found):
        console().print(f"{found['received']} checks of {escape(view)} and its features were taken over.")
        if found.get("left_out"):
            console().print(f"  no features of it: {escape(', '.join(found['left_out']))}")


def _report(path: Path) -> dict[str, Any]:
    if path.stat().st_size > LARGEST:
        raise typer.BadParameter(f"{path} is larger than {LARGEST:,} bytes. Report fewer columns at once.")
    try:
        found = json.loads(path.read_text())
    except ValueError:
        raise typer.BadParameter(f"{path} is no JSON. Write it with run.save_json().") from None
    if not isinstance(found, dict):
        raise typer.BadParameter(f"{path} is no report of Evidently.")
    return found
