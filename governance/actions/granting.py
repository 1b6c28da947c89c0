"""The life of a grant: made, set up, active, and over."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from governance import access_letters as letters
from governance.actions.reasons import SHORTEST_REASON
from governance.models import STANDING, Grant, GrantState, RequestItem
from governance.notifications import enforce_rights
from governance.queries.wanted import is_enforced
from registry.actions.action import Note, action, invalid, lock
from registry.actions.consumers import note_grant_reads
from registry.actions.telling import tell
from registry.models import User

REMIND_DAYS = (14, 3)


@action("governance.activate_grant")
def grant_item(
    item: RequestItem, note: Note, *, actor: None, lasts: timedelta, setting: str, conditions: list[str],
    is_emergency: bool = False,
) -> Grant:  # fmt: skip
    """The right that an approved item asks for. Where a store has to give it, a worker sets it up first; otherwise it
    is active at once. Its clock runs once it is active."""
    request, purpose = item.request, item.purpose
    assert purpose is not None  # noqa: S101  nothing is sent without one
    made = Grant.objects.create(
        item=item, version=item.version, consumer=request.consumer, team=request.team,
        user=None if request.consumer_id else request.requester, purpose=purpose, privacy_class=item.privacy_class,
        setting=setting, environment=request.environment, conditions=conditions, lasts=lasts, is_emergency=is_emergency,
    )  # fmt: skip
    note.subject = made
    note.change("state", None, made.state)
    note.change("subject", None, made.subject)
    note.change("version", None, str(made.version))
    note.change("purpose", None, str(made.purpose))
    if is_enforced(made):
        enforce_rights(made.version.feature.view.connection_id)
        return made
    return activate_grant(made, actor=None)


@action("governance.activate_grant")
def activate_grant(grant: Grant, note: Note, *, actor: None) -> Grant:
    """The right is there: from now on decisions say yes, until its end. What it renews ends."""
    row: Grant = lock(grant)
    if row.state not in (GrantState.PROVISIONING, GrantState.FAILED):
        return row
    now = timezone.now()
    note.change("state", row.state, GrantState.ACTIVE.value)
    row.state, row.starts_at, row.ends_at, row.problem = GrantState.ACTIVE, now, now + row.lasts, ""
    note.change("ends_at", None, row.ends_at)
    row.save(update_fields=["state", "starts_at", "ends_at", "problem"])
    former = row.item.request.renews
    if former is not None and former.version_id == row.version_id:
        _end(lock(former), GrantState.SUPERSEDED, f"{row} renews it.", None, Note())
    note_grant_reads(row.consumer, row.version, is_there=True)
    return row


@action("governance.fail_grant")
def fail_grant(grant: Grant, note: Note, *, actor: None, reason: str) -> Grant:
    """A store did not take the right. It is tried again; meanwhile decisions say no."""
    row: Grant = lock(grant)
    if row.state in (GrantState.PROVISIONING, GrantState.FAILED):
        note.change("state", row.state, GrantState.FAILED.value)
        row.state, row.problem = GrantState.FAILED, reason[:2_000]
        row.save(update_fields=["state", "problem"])
    return row


@action("governance.revoke_grant")
def revoke_grant(grant: Grant, note: Note, *, actor: User | None, reason: str) -> Grant:
    """End it now. Who holds it is told why."""
    row: Grant = lock(grant)
    if len(reason.strip()) < SHORTEST_REASON:
        raise invalid(reason=f"Say why, in {SHORTEST_REASON} characters or more. Who holds it reads it.")
    if row.state not in STANDING:
        raise invalid(grant=f"{row} is over already: {row.get_state_display().lower()}.")
    _end(row, GrantState.REVOKED, reason.strip(), actor, note)
    _tell("access.revoked", row, f"{row}: {row.subject} may not read {row.version} any more", f"Revoked: {row.reason}")
    return row


@action("governance.expire_grant")
def expire_grant(grant: Grant, note: Note, *, actor: None) -> Grant:
    """Its day has come. The same can be asked for again with one click."""
    row: Grant = lock(grant)
    if row.state == GrantState.ACTIVE and row.ends_at and row.ends_at <= timezone.now():
        _end(row, GrantState.EXPIRED, "Its day has come.", None, note)
        text = f"It was for {row.purpose}. Ask again if it is still needed."
        _tell("access.expired", row, f"{row}: access to {row.version} has ended", text)
    return row


@action("governance.remind_grant")
def remind_grant(grant: Grant, note: Note, *, actor: None, days: int) -> Grant:
    """Tell who holds it that it ends within so many days."""
    row: Grant = lock(grant)
    if row.state == GrantState.ACTIVE and row.ends_at and days not in row.reminded:
        row.reminded = sorted({*row.reminded, days}, reverse=True)
        row.save(update_fields=["reminded"])
        note.change("reminded", None, days)
        left = (row.ends_at - timezone.now()).days + 1
        title = f"{row}: access to {row.version} ends in {left} day{'s' if left > 1 else ''}"
        _tell("access.expiring", row, title, "Renew it there with one click, if it is still needed.", key=str(days))
    return row


def end_due() -> int:
    """Expire what is due and remind of what soon will be. Returns how many grants changed."""
    now, changed = timezone.now(), 0
    for grant in Grant.objects.filter(state=GrantState.ACTIVE, ends_at__lte=now).iterator(chunk_size=500):
        with transaction.atomic():
            expire_grant(grant, actor=None)
        changed += 1
    for days in REMIND_DAYS:
        soon = Grant.objects.filter(
            state=GrantState.ACTIVE, is_emergency=False, ends_at__gt=now, ends_at__lte=now + timedelta(days=days)
        )
        # Who was granted three days is not told at once that they end in fourteen.
        for grant in soon.filter(lasts__gt=timedelta(days=days)).exclude(reminded__contains=[days]):
            remind_grant(grant, actor=None, days=days)
            changed += 1
    return changed


def _end(row: Grant, state: GrantState, reason: str, actor: User | None, note: Note) -> None:
    note.change("state", row.state, state.value)
    row.state, row.reason, row.ended_at, row.ended_by = state.value, reason[:2_000], timezone.now(), actor
    row.save(update_fields=["state", "reason", "ended_at", "ended_by"])
    still = Grant.objects.standing().filter(consumer=row.consumer, version=row.version).exists()
    note_grant_reads(row.consumer, row.version, is_there=still)
    enforce_rights(row.version.feature.view.connection_id)


def _tell(event: str, row: Grant, title: str, text: str, key: str = "") -> None:
    to: dict[str, Any] = {"teams": [row.consumer.team]} if row.consumer and row.consumer.team else {}
    tell(
        event, key=f"{row} {event} {key}".strip(), title=title, letter=letters.of_grants([row], text),
        users=[row.user or row.item.request.requester], data={"grant": str(row), "state": row.state}, **to,
    )  # fmt: skip
