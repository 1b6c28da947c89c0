"""What is broken, and what one does about it: charter incidents."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape

from charter.answers import Incident
from charter.commands.speaking import NO, OK, connected, console, said, table
from charter.files.durations import UNITS, seconds

Number = Annotated[str, typer.Argument(help="Such as INC-90", metavar="INCIDENT")]
incidents = typer.Typer(invoke_without_command=True, help="What is broken, who has it, and when it is over.")


def add_to(app: typer.Typer) -> None:
    app.add_typer(incidents, name="incidents")


@incidents.callback()
def listed(
    context: typer.Context,
    mine: Annotated[bool, typer.Option("--mine", help="Only those of your teams")] = False,
    owner: Annotated[str | None, typer.Option(help="Only those that this team has")] = None,
    view: Annotated[str | None, typer.Option(help="Only those that hit this view: project.view")] = None,
    state: Annotated[list[str] | None, typer.Option(help="open, acknowledged, resolved; else all but the last")] = None,
) -> None:
    """Without a command: those that go on. Ends with 1 when there is one."""
    if context.invoked_subcommand is not None:
        return
    states = state or ["open", "acknowledged"]
    with connected(context) as registry:
        found = registry.incidents(owner=owner, view=view, mine="true" if mine else None, state=states)
    if not said(context, found):
        if found:
            rows = [[one.id, one.state, escape(one.title), one.owner or "nobody", str(one.views_hit)] for one in found]
            table(["Incident", "State", "What", "Has it", "Views"], rows)
        else:
            console().print("Nothing is broken.")
    raise typer.Exit(NO if any(not one.is_over for one in found) else OK)


@incidents.command()
def show(context: typer.Context, incident: Number) -> None:
    """One, with what it hits and what happened."""
    with connected(context) as registry:
        found = registry.incident(incident)
    if said(context, found):
        return
    out = console()
    out.print(f"[bold]{found.id}[/bold]  {found.state}  {escape(found.title)}")
    out.print(f"  {found.cause_kind} {escape(found.cause)}, since {found.opened_at:%Y-%m-%d %H:%M}")
    out.print(f"  {found.owner or 'nobody'} has it")
    for one in found.hits:
        out.print(f"  hits {escape(one['view'])}  {one['health']}")
    for line in found.events:
        out.print(f"  {line.at:%Y-%m-%d %H:%M}  {escape(line.what)}  {line.actor or ''}".rstrip())


@incidents.command()
def ack(context: typer.Context, incident: Number) -> None:
    """Say that you are at it."""
    with connected(context) as registry:
        _say(context, registry.acknowledge_incident(incident))


@incidents.command()
def resolve(
    context: typer.Context, incident: Number, reason: Annotated[str, typer.Option(help="How")] = ""
) -> None:  # fmt: skip
    """Say that it is over. Most are over by themselves."""
    with connected(context) as registry:
        _say(context, registry.resolve_incident(incident, reason))


@incidents.command()
def mute(
    context: typer.Context, incident: Number,
    lasting: Annotated[str, typer.Option("--for", help="How long, such as 4h or 1d; 0m tells again")] = "4h",
) -> None:  # fmt: skip
    """Have nobody more told for a while, but that it is over."""
    if not lasting[:-1].isdecimal() or lasting[-1] not in UNITS:
        raise typer.BadParameter("Write it as 30m, 4h or 1d.")
    length = seconds(lasting)
    until = datetime.now(UTC) + timedelta(seconds=length) if length else None
    with connected(context) as registry:
        _say(context, registry.mute_incident(incident, until))


@incidents.command()
def reassign(
    context: typer.Context, incident: Number, team: Annotated[str, typer.Argument(help="Short name of the team")]
) -> None:
    """Give it to another team, which is told."""
    with connected(context) as registry:
        _say(context, registry.reassign_incident(incident, team))


def _say(context: typer.Context, found: Incident) -> None:
    if not said(context, found):
        muted = f", muted until {found.muted_until:%Y-%m-%d %H:%M}" if found.muted_until else ""
        console().print(f"{found.id} is {found.state}; {found.owner or 'nobody'} has it{muted}.")
