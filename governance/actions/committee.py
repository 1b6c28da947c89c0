"""The committee about itself: its quorum and clock, seats and terms, who stands in, and conflicts of interest."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from governance.models import Committee, Conflict, ConflictKind, Seat
from governance.queries.committee import members
from registry import roles
from registry.actions.action import Note, action, invalid, lock
from registry.models import Team, User

SAID = ("charge", "quorum", "days_to_decide", "days_unanswered", "reviews_quarterly", "days_to_review")
LONGEST_DELEGATION = timedelta(days=92)
NEVER_VOTE = {roles.ADMIN, roles.AUDITOR}


@action("governance.change_committee")
def change_committee(_parent: None, note: Note, *, actor: User, reason: str = "", **said: Any) -> Committee:
    """Say some of what the committee says about itself anew."""
    Committee.objects.get_or_create(pk=1)
    row: Committee = lock(Committee(pk=1))
    for name in said.keys() & set(SAID):
        note.change(name, getattr(row, name), said[name])
        setattr(row, name, said[name])
    row.full_clean()
    row.save()
    note.subject = row
    return row


@action("governance.change_seat")
def change_seat(
    user: User, note: Note, *, actor: User | None, starts_on: date, ends_on: date | None = None,
    is_officer: bool = False,
) -> Seat:  # fmt: skip
    """For how long somebody else is on the committee, and whether as data protection officer. The role itself is given
    by administrators."""
    if ends_on is not None and ends_on < starts_on:
        raise invalid(ends_on="Choose a day that is not before the first one.")
    seat, _ = Seat.objects.get_or_create(user=user)
    row: Seat = lock(seat)
    for name, value in {"starts_on": starts_on, "ends_on": ends_on, "is_officer": is_officer}.items():
        note.change(name, getattr(row, name), value)
        setattr(row, name, value)
    row.save()
    return row


@action("governance.name_delegate")
def name_delegate(user: User, note: Note, *, actor: User, delegate: User | None, since: date | None = None,
                  until: date | None = None) -> Seat:  # fmt: skip
    """Say who votes in the actor's place for a while; None ends it."""
    today = timezone.now().date()
    if delegate is not None:
        _check_delegate(user, delegate, since or today, until, today)
    seat, _ = Seat.objects.get_or_create(user=user)
    row: Seat = lock(seat)
    note.change("delegate", row.delegate and row.delegate.username, delegate and delegate.username)
    row.delegate = delegate
    row.delegate_from, row.delegate_until = (since or today, until) if delegate else (None, None)
    row.save()
    return row


def _check_delegate(user: User, delegate: User, since: date, until: date | None, today: date) -> None:
    if delegate.pk == user.pk or delegate.is_service or not delegate.is_active:
        raise invalid(delegate="Choose somebody else, with an account that is active.")
    if delegate.role_names & NEVER_VOTE or delegate.is_superuser:
        raise invalid(delegate="Administrators and auditors never vote, in nobody's place.")
    if members().filter(pk=delegate.pk).exists():
        raise invalid(delegate=f"{delegate} is on the committee already and has a vote of their own.")
    if until is None or not max(since, today) <= until <= since + LONGEST_DELEGATION:
        raise invalid(until=f"Choose a last day, at most {LONGEST_DELEGATION.days} days after the first.")


@action("governance.declare_conflict")
def declare_conflict(
    user: User, note: Note, *, actor: User | None, kind: str = ConflictKind.DECLARED, person: User | None = None,
    team: Team | None = None, reason: str = "",
) -> Conflict:  # fmt: skip
    """Somebody does not decide about a person or a team from now on. Everybody says it of themselves; the chair and
    administrators of others."""
    if actor is not None and actor.pk != user.pk and not actor.has_perm("governance.remove_conflict"):
        raise invalid(user="You can declare this for yourself only. The chair records it for others.")
    if (person is None) == (team is None) or (kind == ConflictKind.REPORTS_TO and person is None):
        raise invalid(person="Name one person or one team; one reports to a person.")
    if kind not in ConflictKind.values or person == user:
        raise invalid(person="Choose somebody else.")
    made, is_new = Conflict.objects.get_or_create(
        user=user, kind=kind, person=person, team=team, defaults={"reason": reason.strip()[:400]}
    )
    if is_new:
        note.change("conflict", None, str(made))
    return made


@action("governance.remove_conflict")
def remove_conflict(conflict: Conflict, note: Note, *, actor: User) -> None:
    """It is so no longer."""
    note.change("conflict", str(conflict), None)
    conflict.delete()
