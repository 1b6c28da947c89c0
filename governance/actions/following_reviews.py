"""What happens to reviews by itself: people are reminded, silence is answered, holders are told, grants end."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.db.models import Count
from django.utils import timezone

from governance import review_letters as letters
from governance.actions.granting import revoke_grant
from governance.models import (
    NOTICE_DAYS,
    STANDING,
    Answer,
    Grant,
    GrantState,
    Recertification,
    RecertificationItem,
    ReviewState,
    Silence,
)
from governance.queries.committee import members
from governance.queries.policies import current_policies, policy_for
from governance.queries.recertification import progress
from registry import roles
from registry.actions.action import Note, action, decided_by, entry_of, lock
from registry.actions.telling import tell
from registry.models import AuditEntry, Team
from registry.outbox.letters import Letter

REMIND_AT = (50, 80, 100)  # percent of the time
# An answer can be mended for so long before its holder hears of it.
TOLD_AFTER = timedelta(minutes=5)


def follow_reviews() -> int:
    """Look at all reviews that are not done. Returns how many things have happened."""
    happened = 0
    for review in Recertification.objects.running():
        happened += _in_time(review)
    for review in _with_somebody_to_tell():
        happened += announce_revocations(review, actor=None)
    due = RecertificationItem.objects.filter(
        answer=Answer.REVOKE, revoked_at__isnull=True, revoke_at__lte=timezone.now()
    )
    for item in due.exclude(review__state=ReviewState.CANCELLED).order_by("pk"):
        happened += carry_out_revocation(item, actor=None)
    return happened


def _in_time(review: Recertification) -> int:
    passed = (timezone.now() - review.started_at) / (review.due_at - review.started_at) * 100
    reached = [share for share in REMIND_AT if share <= passed and share not in review.told]
    happened = remind_review(review, actor=None, share=reached[-1]) if reached else 0
    if passed >= REMIND_AT[-1]:
        complete_review(review, actor=None)
        return happened + 1
    return happened


@action("governance.remind_review")
def remind_review(review: Recertification, note: Note, *, actor: None, share: int) -> bool:
    """Tell those who have not answered that so much of the time is over. Once for each share; after a standstill only
    the last."""
    row: Recertification = lock(review)
    if share in row.told or not row.is_running:
        return False
    note.change("told", row.told, [*row.told, share])
    row.told = sorted({*row.told, *(one for one in REMIND_AT if one <= share)})
    row.save(update_fields=["told"])
    tell_reviewers(f"due {share}", row, lambda review, count, why: letters.due(review, count, share, why))
    return True


def tell_reviewers(what: str, row: Recertification, letter: Callable[[Recertification, int, str], Letter]) -> None:
    """The teams that answer for some of it, where they decide, and the committee."""
    event = "review.started" if what == "started" else "review.due"
    title = f"{row} {row.title}: " + ("grants to look at again" if what == "started" else "not answered yet")
    data = {"review": str(row), "due_at": row.due_at.isoformat()}
    said: dict[str, Any] = {"title": title, "data": data}
    if row.owners_decide:
        for team, count in _teams(row):
            why = f"You get this because {team} answers for the features."
            tell(event, key=f"{row} {what} team {team.pk}", letter=letter(row, count, why), teams=[team], **said)
    why = "You get this because you are on the committee."
    count = row.items.open().count()
    tell(event, key=f"{row} {what} committee", letter=letter(row, count, why), users=members(), **said)


def _teams(row: Recertification) -> Iterable[tuple[Team, int]]:
    counted = row.items.open().filter(owner__isnull=False).order_by("owner").values_list("owner").annotate(Count("pk"))
    counts: dict[int, int] = dict(counted)
    return [(team, counts[team.pk]) for team in Team.objects.filter(pk__in=counts)]


@action("governance.complete_review")
def complete_review(review: Recertification, note: Note, *, actor: None) -> Recertification:
    """All are answered, or its day is over: then what nobody has answered goes by its policy. Nothing happens before
    that."""
    row: Recertification = lock(review)
    if not row.is_running:
        return row
    _close_what_ended(row)
    is_due = row.due_at <= timezone.now()
    if not is_due and row.items.open().exists():
        return row
    kept = _answer_by_silence(row)
    note.change("state", row.state, ReviewState.COMPLETED.value)
    row.state, row.ended_at = ReviewState.COMPLETED.value, timezone.now()
    row.save(update_fields=["state", "ended_at"])
    _tell_completed(row, kept)
    return row


def _close_what_ended(row: Recertification) -> None:
    ended = row.items.open().exclude(grant__state__in=STANDING)
    ended.update(answer=Answer.OVER, decided_at=timezone.now())


def _answer_by_silence(row: Recertification) -> int:
    """Returns how many stay although nobody has answered."""
    policies, items = current_policies(), list(row.items.open().with_names())
    for item in items:
        grant = item.grant
        policy = policy_for(policies, grant.privacy_class, grant.setting, grant.environment)
        is_over = policy is not None and policy.silence == Silence.REVOKE
        item.answer = Answer.REVOKE.value if is_over else Answer.KEEP.value
        item.reason = f"Nobody answered in time, and {policy or 'no policy'} says so."
        item.decided_at = timezone.now()
    RecertificationItem.objects.bulk_update(items, ["answer", "reason", "decided_at"], batch_size=500)
    AuditEntry.objects.bulk_create([_entry(one) for one in items])
    return sum(one.answer == Answer.KEEP for one in items)


def _entry(item: RecertificationItem) -> AuditEntry:
    note = Note(reason=item.reason)
    note.change("answer", Answer.OPEN.value, item.answer)
    return entry_of(None, "governance.answer_review", item, note)


def _tell_completed(row: Recertification, kept: int) -> None:
    people = {one.pk: one for one in members().filter(groups__name=roles.CHAIR)}
    if row.started_by:
        people[row.started_by.pk] = row.started_by
    counted = progress(row.items.all())
    tell(
        "review.completed", key=f"{row} completed", title=f"{row} {row.title} is completed", users=people.values(),
        letter=letters.completed(row, counted, kept),
        data={"review": str(row), "kept": counted.kept, "revoked": counted.revoked},
    )  # fmt: skip


def _with_somebody_to_tell() -> Iterable[Recertification]:
    items = RecertificationItem.objects.filter(
        answer=Answer.REVOKE, told_at__isnull=True, revoked_at__isnull=True, decided_at__lte=_mended_by()
    )
    return Recertification.objects.filter(pk__in=items.values("review")).exclude(state=ReviewState.CANCELLED)


def _mended_by() -> Any:
    return timezone.now() - TOLD_AFTER


@action("governance.announce_revocations")
def announce_revocations(review: Recertification, note: Note, *, actor: None) -> int:
    """Tell holders what ends in seven days, each of them once for all that is theirs. Returns how many grants that
    are."""
    row: Recertification = lock(review)
    if row.state == ReviewState.CANCELLED:
        return 0
    waiting = row.items.filter(answer=Answer.REVOKE, told_at__isnull=True, revoked_at__isnull=True)
    items = list(waiting.filter(decided_at__lte=_mended_by()).with_names())
    now = timezone.now()
    for item in items:
        item.told_at, item.revoke_at = now, now + timedelta(days=NOTICE_DAYS)
    RecertificationItem.objects.bulk_update(items, ["told_at", "revoke_at"], batch_size=500)
    for _, held in groupby(sorted(items, key=_holder), key=_holder):
        _tell_holder(row, list(held))
    note.change("told", None, len(items))
    return len(items)


def _holder(item: RecertificationItem) -> tuple[int, int]:
    grant = item.grant
    team = grant.consumer.team_id if grant.consumer else None
    return (team or 0, 0 if team else _person(grant))


def _person(grant: Grant) -> int:
    return grant.user_id or grant.item.request.requester_id


def _tell_holder(row: Recertification, items: Sequence[RecertificationItem]) -> None:
    first = items[0]
    what = f"{len(items)} grants" if len(items) > 1 else str(first.grant)
    tell(
        "access.revoking", key=f"{first} revoking {first.told_at:%Y-%m-%dT%H:%M:%S.%f}",
        title=f"{what} of {first.grant.subject} end in {NOTICE_DAYS} days", letter=letters.revoking(items),
        data={"review": str(row), "grants": [str(one.grant) for one in items]}, **_to(first.grant),
    )  # fmt: skip


def tell_staying(item: RecertificationItem) -> None:
    """Its holder was told that it ends, and it does not."""
    tell(
        "access.revoking", key=f"{item} stays {timezone.now():%Y-%m-%dT%H:%M:%S.%f}",
        title=f"{item.grant} stays after all", letter=letters.staying(item),
        data={"review": f"RC-{item.review_id}", "grants": [str(item.grant)]}, **_to(item.grant),
    )  # fmt: skip


def _to(grant: Grant) -> dict[str, Any]:
    people = {"users": [grant.user or grant.item.request.requester]}
    return people | ({"teams": [grant.consumer.team]} if grant.consumer and grant.consumer.team else {})


@action("governance.carry_out_revocation")
def carry_out_revocation(item: RecertificationItem, note: Note, *, actor: None) -> bool:
    """Its notice is over: the grant ends."""
    review: Recertification = lock(item.review)
    row: RecertificationItem = lock(item)
    is_off = review.state == ReviewState.CANCELLED or row.answer != Answer.REVOKE
    if is_off or row.revoked_at is not None or row.revoke_at is None:
        return False
    grant: Grant = lock(row.grant)
    if grant.state not in STANDING:
        note.change("answer", row.answer, Answer.OVER.value)
        row.answer = Answer.OVER.value
        row.save(update_fields=["answer"])
        return True
    with decided_by(f"RC-{row.review_id}"):
        revoke_grant(grant, actor=row.decided_by, reason=f"RC-{row.review_id}: {row.reason or row.why_suggested}")
    row.revoked_at = timezone.now()
    row.save(update_fields=["revoked_at"])
    note.change("grant", GrantState.ACTIVE.value, GrantState.REVOKED.value)
    return True
