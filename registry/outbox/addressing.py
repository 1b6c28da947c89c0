"""Whom a message goes to, by which way, and when."""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from registry.choices import PAGERS, Cadence, Channel
from registry.models import Delivery, NoticeChoice, Team, User, Webhook
from registry.outbox.events import ASKED_FOR, EVENTS

MORNING = time(8)


def deliveries_for(
    event: str, *, teams: Iterable[Team] = (), users: Iterable[User] = (), everybody: bool = False,
    pages: bool = False, but: User | None = None,
) -> list[Delivery]:  # fmt: skip
    """Unsaved deliveries: mails to the teams' own addresses as such news usually goes out, or else to their members
    without `but`, to users as each of them wants it, and to the webhooks of the teams; those without a team hear what
    concerns `everybody`. Webhooks that wake somebody are called only where it `pages`."""
    teams = list(teams)
    people = {user.pk: user for user in users}
    for team in teams:
        if not team.email:
            people |= {user.pk: user for user in team.members.filter(is_active=True)}
    people = {pk: user for pk, user in people.items() if user != but}
    found = [*_to_addresses(event, [team.email for team in teams if team.email]), *_to_people(event, people)]
    hooks = Webhook.objects.wanting(event).filter(Q(team__in=teams) | Q(team=None, pk__isnull=not everybody))
    if not pages:
        hooks = hooks.exclude(kind__in=PAGERS)
    found += [Delivery(channel=Channel.HOOK, webhook=hook) for hook in hooks]
    return list({(one.address, one.webhook_id): one for one in found}.values())


def _to_addresses(event: str, addresses: Iterable[str]) -> Iterator[Delivery]:
    """A team's address has no choices of its own."""
    usual = Cadence.NOW if event in ASKED_FOR else EVENTS[event].usual
    if usual == Cadence.OFF:
        return
    due = due_at(timezone.now(), usual, NoticeChoice())
    for address in addresses:
        yield Delivery(channel=Channel.MAIL, address=address, due_at=due, is_digest=usual != Cadence.NOW)


def is_reachable(team: Team) -> bool:
    """Whether a message to the team arrives anywhere."""
    return bool(reachable([team.pk]))


def reachable(teams: Collection[int], event: str = "feature.deprecated") -> set[int]:
    """Of these teams, those to which such a message arrives: by mail, to a living member, or to a webhook."""
    hooks = Webhook.objects.wanting(event).filter(team=OuterRef("pk"))
    people = User.objects.filter(memberships__team=OuterRef("pk"), is_active=True).exclude(email="")
    rows = Team.objects.filter(~Q(email="") | Exists(hooks) | Exists(people), pk__in=teams)
    return set(rows.values_list("pk", flat=True))


def _to_people(event: str, people: dict[int, User]) -> Iterator[Delivery]:
    choices = {one.user_id: one for one in NoticeChoice.objects.filter(user__in=people)}
    for pk, user in people.items():
        choice = choices.get(pk) or NoticeChoice(user=user)
        cadence = Cadence.NOW if event in ASKED_FOR else choice.cadence(event, EVENTS[event].usual)
        if user.email and user.is_active and cadence != Cadence.OFF:
            due = due_at(timezone.now(), cadence, choice)
            is_digest = cadence != Cadence.NOW or due > timezone.now()
            yield Delivery(channel=Channel.MAIL, address=user.email, due_at=due, is_digest=is_digest)


def due_at(now: datetime, cadence: Cadence, choice: NoticeChoice) -> datetime:
    """When somebody wants to hear: at once but not in their quiet hours, at eight in the morning, or on Monday."""
    zone = zone_of(choice.time_zone)
    here = now.astimezone(zone)
    if cadence == Cadence.NOW:
        end = _quiet_until(here, choice)
        return now if end is None else end.astimezone(UTC)
    day = here.date() + timedelta(days=here.time() >= MORNING)
    if cadence == Cadence.WEEKLY:
        day += timedelta(days=-day.weekday() % 7)
    return _at(day, MORNING, zone)


def zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _quiet_until(here: datetime, choice: NoticeChoice) -> datetime | None:
    """The end of the quiet hours that `here` is in; they may go past midnight."""
    start, end, now = choice.quiet_from, choice.quiet_until, here.time()
    if start is None or end is None or start == end:
        return None
    is_over_night = start > end
    is_quiet = (now >= start or now < end) if is_over_night else start <= now < end
    if not is_quiet:
        return None
    return datetime.combine(here.date() + timedelta(days=is_over_night and now >= start), end, here.tzinfo)


def _at(day: date, moment: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, moment, zone).astimezone(UTC)
