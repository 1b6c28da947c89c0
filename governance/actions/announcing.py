"""Announcing an end: drafted a page at a time, then announced in one step."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.actions.following import follow
from governance.models import Deprecation, DeprecationState
from registry.actions.action import Note, action, invalid, lock
from registry.actions.endings import deprecate_version, plan_brownouts
from registry.choices import VersionState
from registry.models import User, Version

LONGEST_REMINDER, MOST_REMINDERS, LONGEST_SENTENCE = 365, 10, 2_000


@action("governance.draft_deprecation")
def draft_deprecation(version: Version, note: Note, *, actor: User) -> Deprecation:
    """Begin to end a version; the team that answers for it goes on where it left off."""
    row: Version = lock(version)
    held = row.deprecations.filter(state=DeprecationState.DRAFT).first()
    if held is not None:
        note.subject = held
        return held
    if row.state not in (VersionState.ACTIVE, VersionState.QUARANTINED):
        raise invalid(version=f"{row} is {row.state}. Only what is active or quarantined can be deprecated.")
    try:
        with transaction.atomic():
            note.subject = made = Deprecation.objects.create(version=row, created_by=actor)
    except IntegrityError:
        raise invalid(version=f"{row} is being deprecated already.") from None
    return made


@action("governance.draft_deprecation")
def fill_deprecation(deprecation: Deprecation, note: Note, *, actor: User, said: Mapping[str, Any]) -> Deprecation:
    """Keep what one page asked. It is checked as a whole when it is announced."""
    row = _draft(deprecation)
    row.draft = row.draft | dict(said)
    row.save(update_fields=["draft"])
    return row


@action("governance.draft_deprecation")
def discard_deprecation(deprecation: Deprecation, note: Note, *, actor: User) -> None:
    """Take a draft away. Nobody was told anything."""
    _draft(deprecation).delete()


@action("governance.announce_deprecation")
def announce_deprecation(
    version: Version, note: Note, *, actor: User, kind: str, reason: str, sunset_on: date,
    replacement: Version | None = None, instead: str = "", brownouts: Sequence[tuple[datetime, datetime]] = (),
    is_hard: bool = False, reminders: Sequence[int] | None = None,
) -> Deprecation:  # fmt: skip
    """Deprecate a version and tell its readers, at once. Without a replacement, `instead` says what they do."""
    if replacement is None and not instead.strip():
        raise invalid(instead="Nothing replaces it, so say what its readers do instead. One sentence will do.")
    row: Version = lock(version)
    held = row.deprecations.filter(state__in=[DeprecationState.DRAFT, DeprecationState.ANNOUNCED]).first()
    if held is not None and held.state == DeprecationState.ANNOUNCED:
        raise invalid(version=f"{held} has announced the end of {row} already. Move its last day there.")
    deprecate_version(
        row, actor=actor, sunset_on=sunset_on, reason=reason, replacement=replacement, kind=kind
    )  # fmt: skip
    if brownouts:
        plan_brownouts(row, actor=actor, windows=brownouts, is_hard=is_hard)
    made = held or Deprecation(version=row, created_by=actor)
    made.version.refresh_from_db()
    made.instead = _sentence(instead)
    if reminders is not None:
        made.reminders = _reminders(reminders)
    made.state, made.announced_at, made.draft = DeprecationState.ANNOUNCED, timezone.now(), {}
    made.save()
    note.subject = made
    note.change("sunset_on", None, sunset_on)
    follow(made)
    return made


def usual_brownouts(sunset_on: date) -> list[tuple[datetime, datetime]]:
    """An hour a fortnight before the last day, and a whole day a week before it: in the morning, UTC, when people are
    there to notice."""
    short = _morning(_working_day(sunset_on - timedelta(days=14)))
    long = _morning(_working_day(sunset_on - timedelta(days=7)))
    windows = [(short, short + timedelta(hours=1)), (long, long + timedelta(hours=24))]
    return [one for one in windows if one[0] > timezone.now() and one[1].date() < sunset_on]


def usual_sunset(today: date, days: int) -> date:
    """The first Monday to Thursday that leaves readers so many days: nothing ends before a weekend."""
    return _working_day(today + timedelta(days=days))


def _working_day(day: date) -> date:
    return day + timedelta(days={4: 3, 5: 2, 6: 1}.get(day.weekday(), 0))


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), timezone.get_default_timezone())


def _draft(deprecation: Deprecation) -> Deprecation:
    row: Deprecation = lock(deprecation)
    if row.state != DeprecationState.DRAFT:
        raise invalid(deprecation=f"{row} is {row.state}, not a draft.")
    return row


def _sentence(text: str) -> str:
    if len(text) > LONGEST_SENTENCE:
        raise invalid(instead=f"At most {LONGEST_SENTENCE:,} characters.")
    return text.strip()


def _reminders(days: Sequence[int]) -> list[int]:
    if len(days) > MOST_REMINDERS or not all(0 < one <= LONGEST_REMINDER for one in days):
        raise invalid(reminders=f"At most {MOST_REMINDERS} numbers of days, each from 1 to {LONGEST_REMINDER}.")
    return sorted(set(days), reverse=True)
