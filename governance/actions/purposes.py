"""Purposes: registered, looked at again, ended."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from governance.actions.reasons import require_reason
from governance.models import Purpose
from registry.actions.action import Note, action, invalid, lock
from registry.models import User

SAID = ("description", "legal_basis", "assessment", "assessed_until", "review_on")
LONGEST_REVIEW = timedelta(days=731)


@action("governance.register_purpose")
def register_purpose(
    _parent: None, note: Note, *, actor: User | None, name: str, description: str, legal_basis: str, review_on: date,
    assessment: str = "", assessed_until: date | None = None,
) -> Purpose:  # fmt: skip
    """A reason for which data may be used, from now on one that requests and contracts can name."""
    made = Purpose(name=name.strip())
    _say(made, note, {
        "description": description, "legal_basis": legal_basis, "assessment": assessment,
        "assessed_until": assessed_until, "review_on": review_on,
    })  # fmt: skip
    note.subject = made
    return made


@action("governance.change_purpose")
def change_purpose(purpose: Purpose, note: Note, *, actor: User, reason: str = "", **said: Any) -> Purpose:
    """Say some of it anew, such as the day of the next review. What is left out stays; grants for it stay."""
    row: Purpose = lock(purpose)
    if row.ended_at is not None:
        raise invalid(purpose=f"{row} has ended. Register another one.")
    if unknown := sorted(said.keys() - set(SAID)):
        raise invalid(**dict.fromkeys(unknown, f"This cannot be set. Choose from {', '.join(SAID)}."))
    _say(row, note, said)
    return row


@action("governance.end_purpose")
def end_purpose(purpose: Purpose, note: Note, *, actor: User, reason: str) -> Purpose:
    """Nothing may be used for it any more: from now on grants for it give nothing, although they stay on record."""
    row: Purpose = lock(purpose)
    if row.ended_at is not None:
        raise invalid(purpose=f"{row} has ended already.")
    require_reason(reason)
    row.ended_at = timezone.now()
    note.change("ended_at", None, row.ended_at)
    row.save(update_fields=["ended_at"])
    return row


def _say(row: Purpose, note: Note, said: dict[str, Any]) -> None:
    for name, value in said.items():
        value = value.strip() if isinstance(value, str) else value
        note.change(name, getattr(row, name) if row.pk else None, value)
        setattr(row, name, value)
    today = timezone.now().date()
    if "review_on" in said and not today <= row.review_on <= today + LONGEST_REVIEW:
        raise invalid(review_on="Choose a day from today to two years from now.")
    row.full_clean()
    row.save()
