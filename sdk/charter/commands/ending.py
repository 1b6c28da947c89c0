"""The end of a version: announced, answered by its readers, retired."""

from typing import Annotated, Any

import typer
from rich.markup import escape

from charter.answers import Announced, CanRetire, Deprecation
from charter.commands.finding import Reference
from charter.commands.speaking import CHANGES, NO, OK, WARNINGS, connected, console, manner, said, table
from charter.registry import Registry

FORBIDDEN = 403  # a search finds what others answer for, too
Number = Annotated[str, typer.Argument(help="Such as DEP-17", metavar="DEPRECATION")]
Consumer = Annotated[str, typer.Argument(help="Such as model:fraud-ranker")]
deprecations = typer.Typer(no_args_is_help=True, help="Ends of versions that are announced, and answers to them.")


def add_to(app: typer.Typer) -> None:
    for command in (deprecate, retire):
        app.command()(command)
    app.command("can-retire")(can_retire)
    app.add_typer(deprecations, name="deprecations")


def deprecate(
    context: typer.Context,
    sunset: Annotated[str, typer.Option(help="The last day it is served: 2027-01-31")],
    reason: Annotated[str, typer.Option(help="Why, for its readers")],
    key: Annotated[str | None, typer.Argument(help="project.view.feature@number", metavar="KEY")] = None,
    query: Annotated[str, typer.Option(help="Instead of KEY: all that a search finds and you may end")] = "",
    replacement: Annotated[str | None, typer.Option(help="What to read instead: KEY@2")] = None,
    kind: Annotated[str, typer.Option(help="replaced, unneeded, quality or legal")] = "",
    instead: Annotated[str, typer.Option(help="What readers do where nothing replaces it")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --query: show what would end, tell nobody")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --query: do not ask before telling readers")] = False,
) -> None:
    """Announce the end of a version and tell its readers, or move an end that is announced.

    With --query it shows first what would end. Ends with 0 when all that is yours was announced, 3 when a part was, 1
    when nothing was; with --dry-run it ends with 2 when something would be.
    """
    if (key is None) == (not query) or (key and (dry_run or yes)):
        raise typer.BadParameter("Name a version, or say --query, which --dry-run and --yes go with.")
    end: dict[str, Any] = {
        "sunset": sunset,
        "reason": reason,
        "replacement": replacement,
        "kind": kind,
        "instead": instead,
    }
    with connected(context) as registry:
        if key is None:
            raise typer.Exit(_deprecate_many(context, registry, query, end, dry_run=dry_run, yes=yes))
        registry.deprecate(key, **end)
        found = registry.can_retire(key)
        if not said(context, found):
            console().print(f"{escape(key)} is deprecated and served until {sunset}.")
            _say_blockers(registry, key, found)


def _deprecate_many(
    context: typer.Context, registry: Registry, query: str, end: dict[str, Any], *, dry_run: bool, yes: bool
) -> int:  # fmt: skip
    """Look first, and then announce what was looked at: never what a search finds only later."""
    tried = registry.deprecate_many(query=query, dry_run=True, **end)
    able = [one.version for one in tried if one.ok]
    if dry_run or not able:
        _say_outcomes(context, tried, "would be announced")
        return CHANGES if able else NO
    if not yes:
        if manner(context).form == "text":
            _say_outcomes(context, tried, "would be announced")
        typer.confirm(f"Deprecate {len(able)} and tell their readers?", abort=True, err=True)
    outcomes = [*registry.deprecate_many(able, **end), *(one for one in tried if not one.ok)]
    _say_outcomes(context, outcomes, "is announced")
    if not any(one.ok for one in outcomes):
        return NO
    return OK if all(one.ok or one.status == FORBIDDEN for one in outcomes) else WARNINGS


def _say_outcomes(context: typer.Context, outcomes: list[Announced], what: str) -> None:
    if said(context, outcomes):
        return
    rows = [
        [escape(one.version), f"{what}, {one.deprecation.readers_known} readers" if one.deprecation else "",
         escape(one.why_not)]
        for one in outcomes
    ]  # fmt: skip
    table(["Version", "Outcome", "Why not"], rows)


def can_retire(context: typer.Context, key: Reference) -> None:
    """May a version retire? Ends with 0 for yes and 1 for no, with what stands in the way."""
    with connected(context) as registry:
        found = registry.can_retire(key)
        if not said(context, found):
            many = len(found.blockers)
            console().print("Yes." if found.ok else f"No. {many} blocker{'s' if many != 1 else ''}")
            _say_blockers(registry, key, found)
    raise typer.Exit(OK if found.ok else NO)


def retire(
    context: typer.Context, key: Reference, reason: Annotated[str, typer.Option(help="Why")] = ""
) -> None:  # fmt: skip
    """End a version for good."""
    with connected(context) as registry:
        made = registry.retire(key, reason=reason)
    if not said(context, made):
        console().print(f"{escape(made.reference)} is {made.status}.")


@deprecations.command("list")
def listed(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="announced, retired or withdrawn")] = "announced",
    project: Annotated[str | None, typer.Option(help="Only of this project")] = None,
    owner: Annotated[str | None, typer.Option(help="Only what this team ends")] = None,
    reader: Annotated[str | None, typer.Option(help="Only what this team reads")] = None,
) -> None:
    """What ends, when, and how many of its readers are left."""
    with connected(context) as registry:
        found = registry.deprecations(state=state, project=project, owner=owner, reader=reader)
    if not said(context, found):
        rows = [
            [one.id, escape(one.version), str(one.sunset_on or ""), f"{one.readers_left} of {one.readers_known}"]
            for one in found
        ]
        table(["Deprecation", "Version", "Last day", "Readers left"], rows)


@deprecations.command()
def show(context: typer.Context, number: Number) -> None:
    """One, with everybody whom it concerns."""
    with connected(context) as registry:
        _say(context, registry.deprecation(number))


@deprecations.command()
def acknowledge(
    context: typer.Context,
    number: Number,
    consumer: Consumer,
    note: Annotated[str, typer.Option(help="What the owner should know")] = "",
    not_using: Annotated[bool, typer.Option("--not-using", help="It does not read the version at all")] = False,
) -> None:
    """Answer for a consumer of your team: it will move in time."""
    with connected(context) as registry:
        _say(context, registry.acknowledge(number, consumer, note=note, is_using=not not_using))


@deprecations.command("more-time")
def more_time(
    context: typer.Context,
    number: Number,
    consumer: Consumer,
    until: Annotated[str, typer.Option(help="Such as 2027-03-31")],
    reason: Annotated[str, typer.Option(help="What takes longer")],
) -> None:
    """Ask the owner for more time, for a consumer of your team."""
    with connected(context) as registry:
        _say(context, registry.ask_extension(number, consumer, until=until, reason=reason))


@deprecations.command()
def remind(context: typer.Context, number: Number) -> None:
    """Remind the teams that have not moved. Once a day."""
    with connected(context) as registry:
        _say(context, registry.remind(number))


def _say(context: typer.Context, found: Deprecation) -> None:
    if said(context, found):
        return
    console().print(f"{found.id}  {escape(found.version)} is {found.state}, last day {found.sunset_on}")
    if found.replacement:
        console().print(f"  replaced by {escape(found.replacement)}")
    rows = [[escape(one.consumer), escape(one.team or "nobody"), one.state] for one in found.readers]
    if rows:
        table(["Reader", "Team", "Answer"], rows)


def _say_blockers(registry: Registry, key: str, found: CanRetire) -> None:
    for one in found.blockers:
        console().print(f"  {escape(one.detail)}")
    if any(one.consumer for one in found.blockers) and (held := _announced(registry, key)):
        console().print(f"Move them: charter deprecations remind {held.id}")


def _announced(registry: Registry, key: str) -> Deprecation | None:
    """The deprecation that its readers were told of."""
    rows: list[Any] = [one for one in registry.deprecations() if one.version == key]
    return rows[0] if rows else None
