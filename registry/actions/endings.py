"""The end of a version: announced, rehearsed, withdrawn, and at last for good."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from charter.files.changes import SHORTEST_NOTICE, sunset_fault
from registry.actions.action import Note, action, invalid, lock
from registry.actions.versions import move, reason_faults, refuse, require, require_any
from registry.choices import URGENT_ENDINGS, EndingKind, VersionState
from registry.models import Brownout, User, Version
from registry.notifications import follow_deprecations, learn_words
from registry.queries.retirement import blockers_of

LONGEST_BROWNOUT, MOST_BROWNOUTS = timedelta(hours=48), 10


@action("registry.deprecate_version")
def deprecate_version(
    version: Version, note: Note, *, actor: User | None, sunset_on: date, reason: str,
    replacement: Version | None = None, kind: str = "",
) -> Version:  # fmt: skip
    """Announce the end of a version: it still works until `sunset_on`, new readers are sent to the replacement, and
    those it has are told. `kind` is of EndingKind; the usual one, or the one announced before, unless given."""
    row: Version = lock(version)
    require_any(row, (VersionState.ACTIVE, VersionState.QUARANTINED, VersionState.DEPRECATED), "deprecated")
    if replacement is not None:
        replacement = Version.objects.get(pk=replacement.pk)  # as it is now
    kind = kind or row.ending_kind or (EndingKind.UNNEEDED if replacement is None else EndingKind.REPLACED).value
    refuse(ending_faults(row, sunset_on, reason, replacement, kind))
    note.change("sunset_on", row.sunset_on, sunset_on)
    note.change("replacement", _named(row.replacement), _named(replacement))
    announced = row.deprecated_at or timezone.now()
    said = {
        "sunset_on": sunset_on, "replacement": replacement, "state_reason": reason.strip(), "ending_kind": kind,
    }  # fmt: skip
    move(row, VersionState.DEPRECATED, note, deprecated_at=announced, **said)
    follow_deprecations(row.project_id)
    return row


@action("registry.deprecate_version")
def plan_brownouts(
    version: Version, note: Note, *, actor: User | None, windows: Sequence[tuple[datetime, datetime]],
    is_hard: bool = False, reason: str = "",
) -> Version:  # fmt: skip
    """Say when a deprecated version is switched off for a while, as a rehearsal of its end. Those that have begun
    stay; others that are not named are called off."""
    row: Version = lock(version)
    require(row, VersionState.DEPRECATED, f"v{row.number} is not deprecated.")
    now = timezone.now()
    assert row.sunset_on is not None  # noqa: S101  what is deprecated has one
    if said := window_fault(row.sunset_on, windows, now):
        raise invalid(brownouts=said)
    ahead = row.brownouts.filter(starts_at__gt=now)
    note.change("brownouts", [str(one) for one in ahead], [f"{start} to {end}" for start, end in windows])
    ahead.delete()
    Brownout.objects.bulk_create(
        Brownout(version=row, starts_at=start, ends_at=end, is_hard=is_hard) for start, end in windows
    )
    follow_deprecations(row.project_id)
    return row


@action("registry.withdraw_deprecation")
def withdraw_deprecation(version: Version, note: Note, *, actor: User | None, reason: str = "") -> Version:
    """It stays after all: active as before, without a sunset."""
    row: Version = lock(version)
    require(row, VersionState.DEPRECATED, f"v{row.number} is not deprecated.")
    note.change("sunset_on", row.sunset_on, None)
    row.brownouts.filter(starts_at__gt=timezone.now()).delete()
    said = {"sunset_on": None, "replacement": None, "state_reason": "", "ending_kind": ""}
    move(row, VersionState.ACTIVE, note, deprecated_at=None, **said)
    follow_deprecations(row.project_id)
    return row


@action("registry.retire_version")
def retire_version(version: Version, note: Note, *, actor: User | None, reason: str = "") -> Version:
    """End it for good. Its page stays and says what replaced it; nothing brings it back."""
    row: Version = lock(version)
    require_any(row, (VersionState.DEPRECATED, VersionState.QUARANTINED), "retired")
    if found := blockers_of(row, actor):
        raise invalid(version=f"It cannot retire yet. {' '.join(one.detail for one in found)}")
    move(row, VersionState.RETIRED, note, retired_at=timezone.now())
    learn_words(row.feature.project_id)
    follow_deprecations(row.project_id)
    return row


def ending_faults(
    row: Version, sunset_on: date | None, reason: str, replacement: Version | None, kind: str
) -> dict[str, str]:
    """What is wrong with the end of a version as it would be announced."""
    found, today = reason_faults(reason), timezone.now().date()
    if kind not in EndingKind.values:
        found["kind"] = f"Choose from {', '.join(EndingKind.values)}."
    if sunset_on is None:
        found["sunset_on"] = "Say its last day."
    elif sunset_on <= today:
        found["sunset_on"] = "Choose a day after today: readers need time to move."
    elif kind not in URGENT_ENDINGS and (
        said := sunset_fault(row.sunset_on, sunset_on, is_online=row.feature.is_online, today=today)
    ):
        found["sunset_on"] = said
    if replacement is None:
        return found
    if replacement.pk == row.pk:
        found["replacement"] = "A version cannot replace itself."
    elif replacement.state != VersionState.ACTIVE:
        found["replacement"] = f"{replacement} is {replacement.state}. Choose an active version."
    elif _leads_to(replacement, row):
        found["replacement"] = f"{replacement} is itself replaced by this one."
    return found


def shortest_notice(version: Version) -> timedelta:
    """How long before its last day the readers of a version are told at least."""
    return SHORTEST_NOTICE[version.feature.is_online]


def window_fault(sunset_on: date, windows: Sequence[tuple[datetime, datetime]], now: datetime) -> str:
    """What is wrong with such brownouts before such a last day; empty when nothing is."""
    last = datetime.combine(sunset_on, datetime.min.time(), UTC)
    if len(windows) > MOST_BROWNOUTS:
        return f"At most {MOST_BROWNOUTS}."
    before = now
    for start, end in sorted(windows):
        if start <= before:
            return "Each begins in the future, and after the one before it has ended."
        if not timedelta(0) < end - start <= LONGEST_BROWNOUT:
            return f"Each lasts at most {LONGEST_BROWNOUT.total_seconds() / 3600:.0f} hours."
        if end > last:
            return f"Each ends before the last day, {sunset_on}."
        before = end
    return ""


def _leads_to(version: Version, goal: Version) -> bool:
    """Whether replacements of replacements come round to `goal`."""
    seen: set[int] = set()
    step: Version | None = version
    while step is not None and step.pk not in seen:
        if step.pk == goal.pk:
            return True
        seen.add(step.pk)
        step = step.replacement
    return False


def _named(version: Version | None) -> str | None:
    return str(version) if version else None
