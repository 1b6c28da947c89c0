"""Announcing an end: drafted a page at a time, then announced in one step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any, Self
from uuid import uuid4

from django.utils import timezone

from governance.actions.following import follow
from governance.models import USUAL_REMINDERS, Deprecation, DeprecationState
from registry.actions.action import Note, action, invalid, lock
from registry.actions.endings import deprecate_version, ending_faults, plan_brownouts, window_fault
from registry.actions.telling import tell
from registry.actions.versions import refuse
from registry.choices import VersionState
from registry.models import User, Version
from registry.outbox.letters import Letter

LONGEST_REMINDER, MOST_REMINDERS, LONGEST_SENTENCE = 365, 10, 2_000
ENDABLE = (VersionState.ACTIVE, VersionState.QUARANTINED)
NOTHING_INSTEAD = "Nothing replaces it, so say what its readers do instead. One sentence will do."


@dataclass(frozen=True, slots=True)
class Said:
    """What a draft says so far. It is kept as JSON: {kind, reason, replacement: number of the row, instead, sunset_on,
    brownouts: [[start, end]], is_hard, reminders}."""

    kind: str = ""
    reason: str = ""
    replacement: Version | None = None
    instead: str = ""
    sunset_on: date | None = None
    brownouts: tuple[tuple[datetime, datetime], ...] = ()
    is_hard: bool = False
    reminders: tuple[int, ...] = tuple(USUAL_REMINDERS)

    @classmethod
    def of(cls, deprecation: Deprecation) -> Self:
        """Read from what is kept."""
        kept = deprecation.draft
        plain = {name: kept[name] for name in ("kind", "reason", "instead", "is_hard") if name in kept}
        named = Version.objects.select_related("feature").filter(pk=kept.get("replacement") or 0).first()
        windows = tuple(
            (datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in kept.get("brownouts", ())
        )
        return cls(
            replacement=named, sunset_on=date.fromisoformat(kept["sunset_on"]) if kept.get("sunset_on") else None,
            brownouts=windows, reminders=tuple(kept.get("reminders", USUAL_REMINDERS)), **plain,
        )  # fmt: skip

    @property
    def terms(self) -> dict[str, Any]:
        """What `announce_deprecation` is told."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@action("governance.draft_deprecation")
def draft_deprecation(
    version: Version, note: Note, *, actor: User, said: Mapping[str, Any] | None = None
) -> Deprecation:  # fmt: skip
    """Begin to end a version with what the first page asked; who begins again goes on with what there is."""
    row: Version = lock(version)
    announced = row.deprecations.open().first()
    held = row.deprecations.filter(state=DeprecationState.DRAFT).first()
    if (announced or held is None) and (why_not := hindrance(row, announced)):
        raise invalid(version=why_not)
    note.subject = made = held or Deprecation(version=row, created_by=actor)
    _fill(made, said or {})
    return made


@action("governance.draft_deprecation")
def fill_deprecation(deprecation: Deprecation, note: Note, *, actor: User, said: Mapping[str, Any]) -> Deprecation:
    """Keep what one page asked, unless it is wrong already. `said` is as `Said` reads it."""
    row = _draft(deprecation)
    _fill(row, said)
    return row


def _fill(row: Deprecation, said: Mapping[str, Any]) -> None:
    row.draft = row.draft | dict(said)
    found = faults_of(row.version, Said.of(row))
    refuse({name: text for name, text in found.items() if name in said})
    row.save()


@action("governance.draft_deprecation")
def discard_deprecation(deprecation: Deprecation, note: Note, *, actor: User) -> None:
    """Take a draft away. Nobody was told anything."""
    _draft(deprecation).delete()


@action("governance.draft_deprecation")
def try_notice(deprecation: Deprecation, note: Note, *, actor: User, letter: Letter) -> None:
    """Send the notice to oneself, as readers would get it."""
    if not actor.email:
        raise invalid(email="Charter knows no mail address of yours.")
    key, title = f"{deprecation} try {uuid4()}", f"Not sent yet: {deprecation.version} goes away"
    tell("notice.test", key=key, title=title, letter=letter, data={}, users=[actor])


def announce_draft(deprecation: Deprecation, *, actor: User) -> Deprecation:
    """Announce what a draft says."""
    said = Said.of(deprecation)
    refuse(faults_of(deprecation.version, said))
    return announce_deprecation(deprecation.version, actor=actor, **said.terms)


def hindrance(version: Version, announced: Deprecation | None) -> str:
    """Why nobody can begin to end the version, where `announced` is its open deprecation; empty when one can."""
    if announced is not None:
        return f"{announced} has announced the end of {version} already."
    if version.state not in ENDABLE:
        return f"{version} is {version.state}. Only what is active or quarantined can be deprecated."
    return ""


def faults_of(version: Version, said: Said) -> dict[str, str]:
    """What is wrong with a draft, or missing, by what its pages call it."""
    found = ending_faults(version, said.sunset_on, said.reason, said.replacement, said.kind)
    if said.replacement is None and not said.instead.strip():
        found.setdefault("instead", NOTHING_INSTEAD)
    if said.sunset_on is not None and (fault := window_fault(said.sunset_on, said.brownouts, timezone.now())):
        found["brownouts"] = fault
    return found


@action("governance.announce_deprecation")
def announce_deprecation(
    version: Version, note: Note, *, actor: User, kind: str, reason: str, sunset_on: date,
    replacement: Version | None = None, instead: str = "", brownouts: Sequence[tuple[datetime, datetime]] = (),
    is_hard: bool = False, reminders: Sequence[int] | None = None,
) -> Deprecation:  # fmt: skip
    """Deprecate a version and tell its readers, at once. Without a replacement, `instead` says what they do."""
    if replacement is None and not instead.strip():
        raise invalid(instead=NOTHING_INSTEAD)
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
