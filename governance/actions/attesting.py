"""Statements that a check is met, where Charter has no evidence to read: made for a while, taken back."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone

from governance.actions.reasons import require_reason
from governance.models import Attestation
from governance.scorecard.catalogue import BY_SLUG, Check
from governance.scorecard.reading import valid_attestations
from registry.actions.action import Note, action, invalid, lock
from registry.actions.telling import tell
from registry.models import Message, User
from registry.outbox.letters import Letter

SHORTEST_STATEMENT, LONGEST_STATEMENT, LONGEST_LINK = 20, 2_000, 1_000
REMIND_AT = (14, 3)  # days before its end
_is_address = URLValidator(schemes=["http", "https"])


@action("governance.attest_check")
def attest_check(
    _nothing: None, note: Note, *, actor: User, check: str, statement: str, valid_until: date, link: str = ""
) -> Attestation:
    """State that a check is met until a day. It passes meanwhile, unless evidence says otherwise. The one that holds
    longest counts."""
    asked = _check(check)
    _refuse_too_long(asked, valid_until)
    if not SHORTEST_STATEMENT <= len(statement.strip()) <= LONGEST_STATEMENT:
        said = f"Say what was done or seen, in {SHORTEST_STATEMENT} to {LONGEST_STATEMENT:,} characters."
        raise invalid(statement=f"{said} Auditors read it.")
    made = Attestation.objects.create(
        check_slug=asked.slug, statement=statement.strip(), link=_address(link), valid_until=valid_until, made_by=actor
    )
    note.subject = made
    note.change("check", None, asked.slug)
    note.change("statement", None, made.statement)
    note.change("valid_until", None, valid_until)
    return made


@action("governance.withdraw_attestation")
def withdraw_attestation(attestation: Attestation, note: Note, *, actor: User, reason: str) -> Attestation:
    """It does not hold any longer. The check is what its evidence says again, at once."""
    row: Attestation = lock(attestation)
    if row.withdrawn_at is not None:
        raise invalid(attestation=f"{row} was taken back already.")
    require_reason(reason)
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_because = timezone.now(), actor, reason.strip()
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
    note.change("withdrawn_at", None, row.withdrawn_at)
    return row


def remind_attestations() -> int:
    """Tell who has made a statement that it ends, some days before; after a standstill once. Nobody is told of one that
    another statement outlasts. Returns how many were told."""
    told = 0
    standing = valid_attestations()
    for row in standing.values():
        left = (row.valid_until - timezone.now().date()).days
        due = [days for days in REMIND_AT if left <= days]
        told += bool(due) and _tell_ending(row, due[-1]) is not None
    return told


def _tell_ending(row: Attestation, days: int) -> Message | None:
    check = BY_SLUG[row.check_slug]
    letter = Letter(
        paragraphs=(row.statement, "Once it has ended, the check is unknown until somebody states it anew."),
        facts=[("Check", check.title), ("Last day", row.valid_until.isoformat())],
        links=[("Look at it", row.get_absolute_url())], why="You get this because you have made the statement.",
    )  # fmt: skip
    return tell(
        "scorecard.attestation_ending", key=f"{row} ends in {days}", title=f"{row} about {check.title} ends soon",
        letter=letter, data={"attestation": str(row), "check": row.check_slug}, users=[row.made_by],
    )  # fmt: skip


def _check(slug: str) -> Check:
    asked = BY_SLUG.get(slug)
    if asked is None:
        raise invalid(check=f"There is no check {slug[:40]}.")
    if not asked.most_days:
        raise invalid(check="Charter reads all the evidence of this check: nothing has to be stated.")
    return asked


def _refuse_too_long(check: Check, valid_until: date) -> None:
    today = timezone.now().date()
    if not today < valid_until <= today + timedelta(days=check.most_days):
        raise invalid(valid_until=f"Choose a day after today, and within {check.most_days} days.")


def _address(link: str) -> str:
    link = link.strip()
    if not link:
        return ""
    try:
        _is_address(link)
    except ValidationError:
        raise invalid(link="Write a whole address, such as https://wiki.example.org/drill.") from None
    if len(link) > LONGEST_LINK:
        raise invalid(link=f"At most {LONGEST_LINK:,} characters.")
    return link
