"""What a deprecation does by itself: finds readers, tells and reminds them, sees them move, tells the committee.

Run again and again, by whoever: each message is written once, because its key says what it tells to whom.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from governance import letters
from governance.models import Deprecation, DeprecationState, Reader, ReaderState
from registry import roles
from registry.actions.action import Note, action, invalid, lock
from registry.actions.endings import retire_version
from registry.actions.telling import tell
from registry.choices import VersionState
from registry.models import Message, Team, User, Version
from registry.outbox.addressing import is_reachable
from registry.outbox.letters import Letter
from registry.queries.retirement import blockers_of, readers_of, still_reads

log = structlog.get_logger()
# Who has acknowledged is reminded only when it becomes urgent.
ACKNOWLEDGED_FROM = 7
AHEAD = timedelta(hours=24)


def follow_all(project_id: int | None = None) -> int:
    """Follow every deprecation, of one project or of all. Returns how many there are."""
    ended = Version.objects.filter(state=VersionState.DEPRECATED).exclude(
        deprecations__state=DeprecationState.ANNOUNCED
    )
    held = Deprecation.objects.open()
    if project_id is not None:
        ended = ended.filter(feature__project=project_id)
        held = held.filter(version__feature__project=project_id)
    for version in ended.select_related("feature__view", "feature__project"):
        open_deprecation(version, actor=None)
    numbers = list(held.order_by("pk").values_list("pk", flat=True))
    for number in numbers:
        _follow_safely(number)
    return len(numbers)


def _follow_safely(number: int) -> None:
    """One that cannot be followed must not keep the others from being followed."""
    try:
        with transaction.atomic():
            row = Deprecation.objects.open().with_version().select_for_update(of=("self",), skip_locked=True)
            if (held := row.filter(pk=number).first()) is not None:
                follow(held)
    except Exception:
        log.exception("deprecation_not_followed", deprecation=number)


@action("governance.open_deprecation")
def open_deprecation(version: Version, note: Note, *, actor: None) -> Deprecation:
    """Follow what was deprecated by another door, such as a file in git."""
    held = version.deprecations.filter(state=DeprecationState.DRAFT).first()
    made = held or Deprecation(version=version)
    made.state, made.announced_at = DeprecationState.ANNOUNCED, version.deprecated_at or timezone.now()
    made.save()
    note.subject = made
    return made


def follow(deprecation: Deprecation) -> None:
    """Bring one deprecation up to date. Wants its row to be locked, or new."""
    state = deprecation.version.state
    if state == VersionState.ACTIVE:
        _end(deprecation, DeprecationState.WITHDRAWN, "feature.deprecation_cancelled", "stays after all")
    elif state == VersionState.RETIRED:
        _end(deprecation, DeprecationState.RETIRED, "feature.retired", "is retired")
    else:
        _find_readers(deprecation)
        _tell_what_ends(deprecation)
        _remind(deprecation)
        _tell_brownouts(deprecation)
        _come_to_the_end(deprecation)


def _find_readers(deprecation: Deprecation) -> None:
    """Who reads it now, and who has moved."""
    now = timezone.now()
    reading = {one.consumer_id for one in readers_of(deprecation.version) if still_reads(one, now)}
    held = {one.consumer_id: one for one in deprecation.readers.all()}
    Reader.objects.bulk_create(
        Reader(deprecation=deprecation, consumer_id=number) for number in sorted(reading - held.keys())
    )
    for number, reader in held.items():
        if (reader.moved_at is None) != (number in reading):
            reader.moved_at = None if number in reading else now
            reader.save(update_fields=["moved_at"])


def _tell_what_ends(deprecation: Deprecation) -> None:
    """The announcement to those who have not heard it, and to all what has changed since."""
    version = deprecation.version
    terms = {"sunset_on": str(version.sunset_on), "replacement": str(version.replacement or "")}
    is_known, has_changed = bool(deprecation.told), bool(deprecation.told) and deprecation.told != terms
    title = f"{version} goes away on {version.sunset_on}"
    if not is_known:
        _tell_everybody(deprecation, "feature.deprecated", "announced", title)
    elif has_changed:
        said = f"changed to {terms['sunset_on']} {terms['replacement']}"
        _tell_everybody(deprecation, "feature.deprecation_changed", said, f"Changed: {title}")
        _tell_teams(deprecation, "feature.deprecation_changed", said, f"Changed: {title}", _told(deprecation))
    new = [one for one in _remaining(deprecation) if one.told_at is None]
    _tell_teams(deprecation, "feature.deprecated", "announced", title, new)
    if deprecation.told != terms:
        deprecation.told = terms
        deprecation.save(update_fields=["told"])


def _remind(deprecation: Deprecation) -> None:
    left, announced = deprecation.days_left, deprecation.announced_at
    if left is None or left < 0 or announced is None or deprecation.version.sunset_on is None:
        return
    at_first = (deprecation.version.sunset_on - announced.date()).days
    due = min((days for days in deprecation.reminders if left <= days < at_first), default=None)
    if due is None:
        return
    readers = [one for one in _told(deprecation) if one.state != ReaderState.ACKNOWLEDGED or due <= ACKNOWLEDGED_FROM]
    said = f"reminder {due} before {deprecation.version.sunset_on}"
    _tell_teams(deprecation, "feature.sunset_approaching", said, _approaching(deprecation), readers)


@action("governance.remind_readers")
def remind_readers(deprecation: Deprecation, note: Note, *, actor: User) -> Deprecation:
    """The owner reminds every team that has not moved, whatever it has answered. Once a day."""
    row: Deprecation = lock(deprecation)
    if row.state != DeprecationState.ANNOUNCED:
        raise invalid(deprecation=f"{row} is {row.state}: nobody is reminded any longer.")
    said = f"asked {timezone.now().date()}"
    if Message.objects.filter(key__startswith=f"{row} {said} ").exists():
        raise invalid(deprecation="They were reminded today already.")
    readers = _told(row)
    if not readers:
        raise invalid(deprecation="Nobody is left who could be reminded.")
    _tell_teams(row, "feature.sunset_approaching", said, _approaching(row), readers)
    note.change("reminded", None, [str(one.consumer) for one in readers])
    return row


def _approaching(deprecation: Deprecation) -> str:
    left = deprecation.days_left
    if left is None or left < 0:
        return f"{deprecation.version} is past its last day"
    when = "today" if left == 0 else "tomorrow" if left == 1 else f"in {left} days"
    return f"{deprecation.version} goes away {when}"


def _tell_brownouts(deprecation: Deprecation) -> None:
    now = timezone.now()
    near = deprecation.version.brownouts.filter(starts_at__lte=now + AHEAD, ends_at__gt=now - AHEAD)
    for window in near:
        event, what = _phase(window.starts_at, window.ends_at, now)
        letter = letters.brownout(deprecation, window)
        title = f"{deprecation.version} {what}"
        key = f"{deprecation} brownout {window.pk} {event}"
        readers = _told(deprecation)
        _send(deprecation, event, key, title, letter, _teams(readers), everybody=True)


def _phase(start: datetime, end: datetime, now: datetime) -> tuple[str, str]:
    if now < start:
        return "feature.brownout_announced", f"is switched off for a while from {start:%Y-%m-%d %H:%M} UTC"
    if now < end:
        return "feature.brownout_started", f"is switched off until {end:%Y-%m-%d %H:%M} UTC"
    return "feature.brownout_ended", "is served again"


def _come_to_the_end(deprecation: Deprecation) -> None:
    """After the last day: retire it where the project says so and nothing stands in the way, else ask the committee."""
    left = deprecation.days_left
    if left is None or left > 0:
        return
    version = deprecation.version
    if version.feature.project.retires_alone and not blockers_of(version, None):
        try:
            retire_version(version, actor=None, reason=f"{deprecation}: its last day has passed and nobody reads it.")
        except ValidationError as refusal:  # somebody has begun to read it meanwhile
            log.info("not_retired", deprecation=str(deprecation), because=refusal.messages)
        else:
            version.refresh_from_db()
            follow(deprecation)
            return
    if left < 0 and deprecation.escalated_at is None and (readers := _remaining(deprecation)):
        escalate_deprecation(deprecation, actor=None, readers=readers)


@action("governance.escalate_deprecation")
def escalate_deprecation(deprecation: Deprecation, note: Note, *, actor: None, readers: list[Reader]) -> None:
    """Tell the committee, the owner and the readers that the last day has passed and it is still read."""
    deprecation.escalated_at = timezone.now()
    deprecation.save(update_fields=["escalated_at"])
    note.change("escalated_at", None, deprecation.escalated_at)
    committee = User.objects.filter(groups__name__in=[roles.COMMITTEE, roles.CHAIR], is_active=True).distinct()
    title = f"{deprecation.version} is past its last day and still read"
    letter = letters.overdue(deprecation, readers)
    teams = _owners(deprecation)
    _send(
        deprecation, "feature.sunset_passed", f"{deprecation} passed", title, letter, teams, users=committee,
        everybody=True,
    )  # fmt: skip


def _end(deprecation: Deprecation, state: DeprecationState, event: str, what: str) -> None:
    deprecation.state, deprecation.ended_at = state, timezone.now()
    deprecation.save(update_fields=["state", "ended_at"])
    letter = (letters.retired if state == DeprecationState.RETIRED else letters.cancelled)(deprecation)
    title = f"{deprecation.version} {what}"
    readers = [one for one in deprecation.readers.select_related("consumer__team") if one.told_at]
    _send(deprecation, event, f"{deprecation} {state}", title, letter, _teams(readers), everybody=True)


def _tell_everybody(deprecation: Deprecation, event: str, what: str, title: str) -> None:
    """Followers, and webhooks that listen to everything."""
    followers = User.objects.filter(follows__feature=deprecation.version.feature_id, is_active=True)
    letter = letters.general(deprecation)
    _send(deprecation, event, f"{deprecation} {what}", title, letter, (), users=followers, everybody=True)


def _tell_teams(deprecation: Deprecation, event: str, what: str, title: str, readers: Iterable[Reader]) -> None:
    """One message for each team, however much of what it runs is concerned."""
    of_team: dict[Team, list[Reader]] = defaultdict(list)
    for reader in readers:
        if reader.consumer.team is not None and is_reachable(reader.consumer.team):
            of_team[reader.consumer.team].append(reader)
    for team, mine in of_team.items():
        key = f"{deprecation} {what} to {team.slug}, reader {mine[0].pk}"
        _send(deprecation, event, key, title, letters.ending(deprecation, mine), [team], readers=mine)
    told = [reader.pk for reader in chain.from_iterable(of_team.values()) if reader.told_at is None]
    Reader.objects.filter(pk__in=told).update(told_at=timezone.now())


def _send(
    deprecation: Deprecation, event: str, key: str, title: str, letter: Letter, teams: Iterable[Team], *,
    users: Iterable[User] = (), everybody: bool = False, readers: Iterable[Reader] = (),
) -> None:  # fmt: skip
    version = deprecation.version
    data = {
        "deprecation": str(deprecation), "version": str(version), "sunset_on": str(version.sunset_on or ""),
        "replacement": str(version.replacement or ""), "consumers": [str(one.consumer) for one in readers],
    }  # fmt: skip
    tell(
        event, key=key, title=title, letter=letter, data=data, teams=teams, users=users, everybody=everybody,
        feature=version.feature,
    )  # fmt: skip


def _remaining(deprecation: Deprecation) -> list[Reader]:
    return list(deprecation.readers.remaining().select_related("consumer__team", "deprecation"))


def _told(deprecation: Deprecation) -> list[Reader]:
    return [one for one in _remaining(deprecation) if one.told_at is not None]


def _teams(readers: Iterable[Reader]) -> list[Team]:
    return list({one.consumer.team.pk: one.consumer.team for one in readers if one.consumer.team}.values())


def _owners(deprecation: Deprecation) -> Iterator[Team]:
    yield from Team.objects.filter(Q(pk=deprecation.owner_id))
