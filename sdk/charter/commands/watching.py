"""How things are, what happens, and work that takes long: health, events, stores that are read, jobs."""

import sys
import time
from contextlib import suppress
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from charter.answers import Event, Events, Operation
from charter.commands.speaking import NO, OK, WARNINGS, connected, console, manner, said, table
from charter.registry import Registry

Job = Annotated[str, typer.Argument(help="Such as PULL-12", metavar="JOB")]
EVERY = 10.0  # seconds between two questions
_CODES = {"succeeded": OK, "partial": WARNINGS}
connections = typer.Typer(no_args_is_help=True, help="The stores that Charter reads.")
jobs = typer.Typer(no_args_is_help=True, help="Work that takes long.")


def add_to(app: typer.Typer) -> None:
    app.command()(health)
    app.command()(events)
    app.add_typer(connections, name="connections")
    app.add_typer(connections, name="connectors", hidden=True)  # what the pages call them
    app.add_typer(jobs, name="jobs")


def health(
    context: typer.Context,
    key: Annotated[str | None, typer.Argument(help="A feature; feature views unless said", metavar="KEY")] = None,
    project: Annotated[str | None, typer.Option(help="Only views of this project")] = None,
    owner: Annotated[str | None, typer.Option(help="Only views of this team")] = None,
    state: Annotated[str | None, typer.Option(help="Only ok, warn, crit or unknown")] = None,
) -> None:
    """How feature views are, or one feature. Ends with 1 when a limit is breached, with 3 when one is at risk."""
    with connected(context) as registry:
        if key is not None:
            found: Any = registry.feature_health(key.partition("@")[0])
        else:
            found = registry.health(project=project, owner=owner, health=state)
    states = {found["state"]} if key is not None else {row["state"] for row in found}
    if not said(context, found):
        if key is not None:
            _say_feature(found)
        else:
            rows = [[escape(row["view"]), row["state"], escape(" ".join(row["reasons"]))] for row in found]
            table(["View", "Health", "Why"], rows)
    raise typer.Exit(NO if "crit" in states else WARNINGS if "warn" in states else OK)


def _say_feature(found: dict[str, Any]) -> None:
    console().print(f"{found['state']}  {escape(' '.join(found['reasons']))}".rstrip())
    for name in ("declared_until", "source_until", "served_until", "null_rate"):
        value = found.get(name)
        console().print(f"  {name.replace('_', ' '):15} {'unknown' if value is None else value}")


def events(
    context: typer.Context,
    after: Annotated[str, typer.Option(help="Where the last time ended; without it all that is kept")] = "",
    follow: Annotated[bool, typer.Option("--follow", help="Stay, and ask again every ten seconds")] = False,
) -> None:
    """What has happened: what webhooks of your teams are told. With --json, one event a line. Ctrl-C ends --follow."""
    read = None
    try:
        with connected(context) as registry, suppress(KeyboardInterrupt):
            while read is None or read.has_more or follow:
                if read is not None and not read.has_more:
                    time.sleep(EVERY)
                read = _say_events(context, registry.events(after))
                after = read.after
    finally:
        if read is not None:  # also when Charter has gone away meanwhile
            print(f"Go on with: charter events --after {after}", file=sys.stderr)


def _say_events(context: typer.Context, found: Events) -> Events:
    for one in found.data:
        _say_event(context, one)
    return found


def _say_event(context: typer.Context, event: Event) -> None:
    how = manner(context)
    if how.form != "text":
        print(event.model_dump_json(), flush=True)
    elif not how.is_quiet:
        what = event.data.get("version") or event.data.get("key") or event.data.get("plan") or ""
        console().print(f"{event.timestamp:%Y-%m-%d %H:%M}  {event.type:30}  {escape(str(what))}".rstrip())


@connections.command("list")
def listed(context: typer.Context) -> None:
    """The stores that are connected."""
    with connected(context) as registry:
        found = registry.connections()
    if not said(context, found):
        rows = [
            [escape(one.slug), one.kind, one.owner or "nobody", "on" if one.is_enabled else "off", str(one.failures)]
            for one in found
        ]
        table(["Connection", "Kind", "Owner", "", "Failures"], rows)


@connections.command()
def sync(
    context: typer.Context,
    connection: Annotated[str, typer.Argument(help="Its short name, as in its address")],
    kind: Annotated[str, typer.Option(help="definitions or measurements")] = "definitions",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Stay until it is finished")] = True,
) -> None:
    """Read a store now. Ends with 0 when all went well, with 3 when a part did, with 1 otherwise."""
    how = manner(context)
    with connected(context) as registry:
        begun = registry.pull(connection, kind)
        ended = _watched(registry, begun.id, is_quiet=how.is_quiet) if wait else begun
    _say_end(context, ended)


@jobs.command("list")
def jobs_listed(
    context: typer.Context, limit: Annotated[int, typer.Option(help="How many")] = 20
) -> None:  # fmt: skip
    """Work, newest first."""
    with connected(context) as registry:
        found = registry.operations(limit)
    if not said(context, found):
        rows = [[one.id, escape(one.connection), one.kind, one.state, _far(one)] for one in found]
        table(["Job", "Connection", "Kind", "State", "Done"], rows)


@jobs.command()
def watch(context: typer.Context, job: Job) -> None:
    """Stay until a job is finished. Ends with 0 when all went well, with 3 when a part did, with 1 otherwise."""
    how = manner(context)
    with connected(context) as registry:
        ended = _watched(registry, job, is_quiet=how.is_quiet)
    _say_end(context, ended)


def _watched(registry: Registry, job: str, *, is_quiet: bool) -> Operation:
    """The job at its end; on a terminal a bar grows meanwhile."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(compact=True),
    )  # fmt: skip
    out = Console(stderr=True)
    with Progress(*columns, console=out, transient=True, disable=is_quiet or not out.is_terminal) as bar:
        task = bar.add_task(job, total=None)
        for latest in registry.watch(job):
            bar.update(task, completed=latest.done, total=latest.total, description=f"{job} {latest.state}")
    return latest


def _say_end(context: typer.Context, ended: Operation) -> None:
    if not said(context, ended):
        counts = ", ".join(f"{many} {what.replace('_', ' ')}" for what, many in ended.counts.items() if many)
        console().print(f"{ended.id} {ended.state}: {escape(counts or 'nothing changed')}")
        if ended.warnings_count or ended.errors_count:
            console().print(f"  {ended.warnings_count} warnings, {ended.errors_count} errors")
    raise typer.Exit(_CODES.get(ended.state, NO) if ended.is_finished else OK)


def _far(one: Operation) -> str:
    return f"{one.done} of {one.total}" if one.total is not None else str(one.done)
