"""Recertification: started, answered grant by grant, called off. What follows by itself is in `following_reviews`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import structlog
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from common.locks import wait_for_lock
from governance import review_letters as letters
from governance.actions.following_reviews import complete_review, tell_reviewers, tell_staying
from governance.actions.granting import revoke_grant
from governance.actions.reasons import SHORTEST_REASON, require_reason
from governance.models import (
    LONGEST_REVIEW,
    STANDING,
    Answer,
    GrantState,
    Recertification,
    RecertificationItem,
    ReviewState,
)
from governance.queries.committee import committee
from governance.queries.recertification import Found, Reviewer, Scope, in_scope, reviewer
from governance.recertifying import advise, digits
from registry.actions.action import Note, action, decided_by, entry_of, invalid, lock
from registry.models import AuditEntry, User

log = structlog.get_logger()
MOST_GRANTS, MOST_ANSWERS = 2_000, 500
LATEST_START = timedelta(days=13)  # after the first day of its quarter: later, the next one is nearer
QUARTERLY = "Charter starts one each quarter, as the committee has said. Is each of these grants still needed?"
LONGEST_REASON = 2_000


@action("governance.start_review")
def start_review(
    _parent: None, note: Note, *, actor: User | None, title: str, due_on: date, scope: Scope, about: str = "",
    owners_decide: bool = True, quarter: str = "",
) -> Recertification:  # fmt: skip
    """Look again at the active grants of a scope, as they and their use are now, until the end of a day. Those who
    answer are told at once. A grant that is being looked at already is left out."""
    today = timezone.now().date()
    if not 0 < len(title.strip()) <= 120:
        raise invalid(title="1 to 120 characters, such as 2026 Q4.")
    if not today < due_on <= today + timedelta(days=LONGEST_REVIEW):
        raise invalid(due_on=f"Choose a day from tomorrow to {LONGEST_REVIEW} days from now.")
    wait_for_lock("reviews")
    found = in_scope(scope)
    if not 0 < len(found) <= MOST_GRANTS:
        raise invalid(scope=f"{len(found):,} active grants are like that. There have to be 1 to {MOST_GRANTS:,}.")
    row = Recertification.objects.create(
        title=title.strip(), note=about.strip(), classes=list(scope.classes), project=scope.project, owner=scope.owner,
        purpose=scope.purpose, unused_days=scope.unused_days, owners_decide=owners_decide, started_by=actor,
        due_at=datetime.combine(due_on, time.max, UTC), quarter=quarter,
    )  # fmt: skip
    RecertificationItem.objects.bulk_create(_item(row, one) for one in found)
    note.subject, note.reason = row, row.note
    note.change("grants", 0, len(found))
    tell_reviewers("started", row, letters.started)
    return row


def start_quarterly() -> Recertification | None:
    """Start the review of the quarter that has begun, where the committee wants one each quarter: once, however often
    this is called. Nothing where nobody holds a grant, or where no worker was there in its first days."""
    about, today = committee(), timezone.now().date()
    quarter, began_on = quarter_of(today)
    if not about.reviews_quarterly or today - began_on > LATEST_START:
        return None
    try:
        with transaction.atomic():
            wait_for_lock("reviews")
            if Recertification.objects.filter(quarter=quarter).exists():
                return None
            return start_review(
                None, actor=None, title=quarter, quarter=quarter, scope=Scope(), about=QUARTERLY,
                due_on=today + timedelta(days=about.days_to_review),
            )  # fmt: skip
    except ValidationError as refusal:
        log.warning("quarterly_review_not_started", quarter=quarter, reason=" ".join(refusal.messages))
        return None


def quarter_of(day: date) -> tuple[str, date]:
    """Its name, such as 2026 Q4, and its first day."""
    number = (day.month + 2) // 3
    return f"{day.year} Q{number}", date(day.year, 3 * number - 2, 1)


def _item(review: Recertification, found: Found) -> RecertificationItem:
    facts, advice = found.facts, advise(found.facts)
    reads = None if facts.reads is None else sum(count for _, count in facts.reads)
    return RecertificationItem(
        review=review, grant=found.grant, owner=found.owner, days_read=digits(facts), reads=reads,
        last_read_on=facts.last, suggested=advice.answer, why_suggested=advice.why[:300], is_unused=facts.is_unused,
        risk=advice.risk,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody answers for one item, by its number."""

    item: int
    answer: str
    reason: str = ""
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of it: the item, or why not. `item` is None for what is not in the review."""

    said: Said
    item: RecertificationItem | None
    refusal: ValidationError | PermissionDenied | None = None
    before: str = ""
    is_new: bool = False


@action("governance.answer_review")
def answer_items(review: Recertification, note: Note, *, actor: User, said: Sequence[Said]) -> list[Answered]:
    """Keep or revoke grants, each for itself: what is refused for one loses nothing of the others. Holders of what is
    revoked are told within minutes and keep it for seven days; what is urgent ends now. The last answer completes the
    review. Of two who answer for one grant at once, the second is told who was first."""
    row: Recertification = lock(review)
    if not row.is_running:
        raise invalid(review=f"{row} is over: {row.get_state_display().lower()}.")
    if len(said) > MOST_ANSWERS:
        raise invalid(items=f"At most {MOST_ANSWERS} at once.")
    rows = row.items.filter(pk__in=[one.item for one in said]).with_names().select_for_update(of=("self",))
    me, held = reviewer(actor), {one.pk: one for one in rows}
    outcomes = [_answer(row, held.get(one.item), one, me) for one in said]
    new = [one for one in outcomes if one.is_new]
    changed = [one.item for one in new if one.item]
    RecertificationItem.objects.bulk_update(
        changed, ["answer", "reason", "decided_by", "decided_at", "is_urgent", "told_at", "revoke_at"], batch_size=500
    )
    AuditEntry.objects.bulk_create([_entry(actor, one) for one in new])
    note.change("answers", None, len(changed))
    _revoke_urgent(row, changed, actor)
    if not row.items.open().exists():
        complete_review(row, actor=None)
    return outcomes


def _answer(row: Recertification, item: RecertificationItem | None, said: Said, me: Reviewer) -> Answered:
    """Written on the item, not saved."""
    if item is None or not _sees(me.user, item):
        return Answered(said, None, invalid(item=f"There is no such grant in {row}."))
    if why_not := me.why_not(row, item):
        return Answered(said, item, PermissionDenied(why_not))
    if faults := _faults(item, said, me.user):
        return Answered(said, item, ValidationError({name: [text] for name, text in faults.items()}))
    if item.answer == said.answer and item.decided_by_id == me.user.pk:
        return Answered(said, item)
    if item.told_at is not None:
        tell_staying(item)
    before = item.answer
    item.answer, item.reason, item.is_urgent = said.answer, said.reason.strip()[:LONGEST_REASON], said.is_urgent
    item.decided_by, item.decided_at, item.told_at, item.revoke_at = me.user, timezone.now(), None, None
    return Answered(said, item, before=before, is_new=True)


def _sees(user: User, item: RecertificationItem) -> bool:
    return user.sees_everything or item.owner_id in user.team_ids


def _faults(item: RecertificationItem, said: Said, user: User) -> dict[str, str]:
    """By field. Nothing is guessed: what is neither keep nor revoke is refused."""
    if said.answer not in (Answer.KEEP, Answer.REVOKE):
        return {"answer": "Choose from keep, revoke."}
    if item.grant.state != GrantState.ACTIVE or item.revoked_at is not None:
        return {"item": f"{item.grant} is over already."}
    if item.answer != Answer.OPEN and item.decided_by_id != user.pk:
        return {"item": f"{item.decided_by or 'The policy'} has answered already: {item.get_answer_display().lower()}."}
    if said.is_urgent and said.answer != Answer.REVOKE:
        return {"is_urgent": "Only what is revoked can be urgent."}
    if len(said.reason.strip()) < SHORTEST_REASON and (why := _needs_reason(item, said)):
        return {"reason": f"{why} Write {SHORTEST_REASON} characters or more."}
    return {}


def _needs_reason(item: RecertificationItem, said: Said) -> str:
    if said.is_urgent:
        return "It ends without notice, so say why."
    return "This goes against what is suggested, so say why." if item.suggested not in ("", said.answer) else ""


def _entry(actor: User, answered: Answered) -> AuditEntry:
    """Each answer has its own entry: the report names it."""
    item, said = answered.item, answered.said
    note = Note(reason=said.reason.strip() or (item.why_suggested if item else ""))
    note.change("answer", answered.before, said.answer)
    note.change("is_urgent", False, said.is_urgent)
    return entry_of(actor, "governance.answer_review", item, note)


def _revoke_urgent(row: Recertification, items: Sequence[RecertificationItem], actor: User) -> None:
    for item in items:
        if item.is_urgent and lock(item.grant).state in STANDING:
            with decided_by(str(row)):
                revoke_grant(item.grant, actor=actor, reason=item.reason)
            item.told_at = item.revoke_at = item.revoked_at = timezone.now()
            item.save(update_fields=["told_at", "revoke_at", "revoked_at"])


@action("governance.cancel_review")
def cancel_review(review: Recertification, note: Note, *, actor: User, reason: str) -> Recertification:
    """Call it off: what was answered stays on record, and what has not been revoked yet stays."""
    row: Recertification = lock(review)
    if not row.is_running:
        raise invalid(review=f"{row} is over: {row.get_state_display().lower()}.")
    require_reason(reason)
    note.change("state", row.state, ReviewState.CANCELLED.value)
    row.state, row.ended_at, row.reason = ReviewState.CANCELLED.value, timezone.now(), reason.strip()[:LONGEST_REASON]
    row.save(update_fields=["state", "ended_at", "reason"])
    for item in row.items.filter(answer=Answer.REVOKE, told_at__isnull=False, revoked_at__isnull=True).with_names():
        tell_staying(item)
    return row
