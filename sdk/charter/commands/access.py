"""Access to personal features: asked for, decided, held, ended."""

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.markup import escape

from charter.answers import AccessRequest, Waiting
from charter.commands.speaking import connected, console, said, table

Keys = Annotated[list[str], typer.Argument(help="Features, with @number or not", metavar="KEY...")]
Number = Annotated[str, typer.Argument(help="Such as AR-1042", metavar="REQUEST")]
Granted = Annotated[str, typer.Argument(help="Such as GR-310", metavar="GRANT")]
Reader = Annotated[str | None, typer.Option("--for", help="Such as model:fraud-ranker; you yourself unless said")]
PurposeName = Annotated[str, typer.Option("--purpose", help="One of: charter purposes")]
Why = Annotated[str, typer.Option("--why", help="What you will do with it, in 20 characters or more")]
Online = Annotated[bool, typer.Option("--online", help="Served values too; else for training and analysis only")]
Environment = Annotated[str, typer.Option("--env", help="Such as prod; every environment unless said")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in 10 characters or more")]
Days = Annotated[int | None, typer.Option("--days", help="For how many days", min=1)]


def add_to(app: typer.Typer) -> None:
    app.command("request-access")(request_access)
    app.command("break-glass")(break_glass)
    for command in (requests, decide, withdraw, revoke, extend, purposes):
        app.command()(command)


def request_access(
    context: typer.Context,
    keys: Keys,
    purpose: PurposeName,
    why: Why,
    days: Annotated[int, typer.Option(help="For how many days", min=1)],
    consumer: Reader = None,
    online: Online = False,
    environment: Environment = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say whether it could be asked for, and ask nobody")
    ] = False,
) -> None:
    """Ask to read personal features, for yourself or for something of your team."""
    with connected(context) as registry:
        made = registry.request_access(
            keys, purpose=purpose, why=why, days=days, consumer=consumer, setting=_setting(online),
            environment=environment, dry_run=dry_run,
        )  # fmt: skip
    if dry_run and not said(context, made):
        console().print(f"{len(made.features)} features can be asked for.")
    elif not dry_run:
        _say(context, made)


def break_glass(
    context: typer.Context,
    keys: Keys,
    purpose: PurposeName,
    why: Why,
    incident: Annotated[str, typer.Option(help="Its number, such as INC-204")],
    consumer: Reader = None,
    online: Online = False,
    environment: Environment = "",
) -> None:
    """Take access at once because of an incident. Leads of teams may; it lasts hours, and is reviewed."""
    with connected(context) as registry:
        made = registry.take_access(
            keys, purpose=purpose, incident=incident, why=why, consumer=consumer, setting=_setting(online),
            environment=environment,
        )  # fmt: skip
    _say(context, made)


def requests(
    context: typer.Context,
    number: Annotated[str | None, typer.Argument(help="One, such as AR-1042", metavar="REQUEST")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Yours, and those for what your teams run")] = False,
    inbox: Annotated[bool, typer.Option("--inbox", help="Those that wait for you")] = False,
    every: Annotated[bool, typer.Option("--all", help="Decided ones too")] = False,
) -> None:
    """Requests for access: those that are in review, or one of them."""
    if sum((mine, inbox, number is not None)) > 1:
        raise typer.BadParameter("Name a request, or say --mine, or --inbox.")
    with connected(context) as registry:
        if number is not None:
            _say(context, registry.access_request(number))
            return
        found: Any = registry.inbox().decide if inbox else registry.access_requests(
            state=None if every or mine else "in-review", mine=True if mine else None
        )  # fmt: skip
    if not said(context, found):
        table(["Request", "State", "Who reads", "Purpose", "Features", "Due"], [_row(one) for one in found])


def decide(
    context: typer.Context,
    number: Number,
    verdict: Annotated[str, typer.Argument(help="approve, deny, changes (ask for them) or recuse")],
    reason: Annotated[str, typer.Option(help="Why: needed for all but a plain yes")] = "",
    days: Days = None,
    offline_only: Annotated[bool, typer.Option("--offline-only", help="For training and analysis, not served")] = False,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="KEY@2: a yes for this alone; again for more")
    ] = None,
    condition: Annotated[list[str] | None, typer.Option(help="What the reader must keep to; again for more")] = None,
) -> None:
    """Decide about a request that waits for you, as it is now."""
    with connected(context) as registry:
        made = registry.decide(
            number, verdict, reason=reason, days=days, setting="offline" if offline_only else None, features=only,
            conditions=condition or (),
        )  # fmt: skip
    _say(context, made)


def withdraw(context: typer.Context, number: Number) -> None:
    """Take a request of yours back."""
    with connected(context) as registry:
        _say(context, registry.withdraw(number))


def grants(
    context: typer.Context,
    as_of: Annotated[str | None, typer.Option(help="As it was on a day, 2026-03-03, or at a moment")] = None,
    feature: Annotated[str | None, typer.Option(help="A feature, with @number or not")] = None,
    consumer: Annotated[str | None, typer.Option("--for", help="model:fraud-ranker, or person:alice")] = None,
    purpose: Annotated[str | None, typer.Option(help="For this purpose only")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Yours, and those of what your teams run")] = False,
) -> None:
    """Who may read what, now or on a day."""
    if context.invoked_subcommand:
        return
    with connected(context) as registry:
        found = registry.grants(
            as_of=as_of, feature=feature, subject=consumer, purpose=purpose, mine=True if mine else None
        )
    if not said(context, found):
        rows = [
            [one.id, escape(one.subject), escape(one.feature), escape(one.purpose), one.setting, _day(one.ends_at),
             "" if one.holds or as_of else "gives nothing now"]
            for one in found
        ]  # fmt: skip
        table(["Grant", "Who reads", "Feature", "Purpose", "Where", "Until", ""], rows)


def revoke(context: typer.Context, number: Granted, reason: Reason) -> None:
    """End a grant now. Who holds it is told why."""
    with connected(context) as registry:
        ended = registry.revoke_grant(number, reason=reason)
    if not said(context, ended):
        console().print(f"{ended.id} is {ended.state}. {escape(ended.subject)} may not read {escape(ended.feature)}.")


def extend(context: typer.Context, number: Granted, days: Days = None) -> None:
    """Ask for the same again. The grant stays as it is until the new one is there."""
    with connected(context) as registry:
        _say(context, registry.extend_grant(number, days=days))


def purposes(context: typer.Context) -> None:
    """What personal data may be used for."""
    with connected(context) as registry:
        found = registry.purposes()
    if not said(context, found):
        rows = [[escape(one.name), "yes" if one.is_usable else "no", escape(one.description[:80])] for one in found]
        table(["Purpose", "Granted for", "What is done"], rows)


def _setting(online: bool) -> str:
    return "online" if online else "offline"


def _row(one: AccessRequest | Waiting) -> list[str]:
    named = escape(one.features[0]) if len(one.features) == 1 else f"{len(one.features)} features"
    return [one.id, one.state, escape(one.subject), escape(one.purpose), named, _day(one.due_at)]


def _day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d}"


def _say(context: typer.Context, found: AccessRequest) -> None:
    if said(context, found):
        return
    due = f", due {found.due_at:%Y-%m-%d %H:%M} UTC" if found.due_at and found.state == "in-review" else ""
    console().print(f"{found.id} is {found.state}{due}: {escape(found.subject)} for {escape(found.purpose)}")
    for item in found.items:
        granted = f", {item.grant}" if item.grant else ""
        console().print(f"  {escape(item.feature)}  {item.outcome}{granted}")
    for one in found.decisions:
        back = ", taken back" if one.undone_at else ""
        console().print(f"  {one.voter or 'the policy'}: {one.verdict}{back}  {escape(one.reason)}".rstrip())
