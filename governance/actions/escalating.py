"""What the clock does to requests that nobody answers: the chair is told, and in the end they are over."""

from django.utils import timezone

from governance import access_letters as letters
from governance.clock import TOLD_AT, after_working_days, share_of
from governance.models import AccessRequest, Outcome, RequestState
from governance.queries.committee import committee, members
from registry import roles
from registry.actions.action import Note, action, lock
from registry.actions.telling import tell


def escalate_due() -> int:
    """Look at all open requests. Returns how many were escalated or ended."""
    now, changed = timezone.now(), 0
    days = committee().days_unanswered
    for request in AccessRequest.objects.open().iterator(chunk_size=500):
        since = request.paused_at or request.sent_at
        if since is not None and after_working_days(since, days) <= now:
            changed += end_request(request, actor=None)
        elif _is_nearly_due(request):
            changed += escalate_request(request, actor=None)
    return changed


def _is_nearly_due(request: AccessRequest) -> bool:
    if request.state != RequestState.REVIEW or request.told_chair_at or not (request.sent_at and request.due_at):
        return False
    return share_of(request.sent_at, request.due_at, timezone.now()) >= TOLD_AT


@action("governance.escalate_request")
def escalate_request(request: AccessRequest, note: Note, *, actor: None) -> bool:
    """Tell the chair that most of the time is over. Once for each request."""
    row: AccessRequest = lock(request)
    if row.told_chair_at is not None or row.state != RequestState.REVIEW:
        return False
    row.told_chair_at = timezone.now()
    row.save(update_fields=["told_chair_at"])
    note.change("told_chair_at", None, row.told_chair_at)
    tell(
        "access.overdue", key=f"{row} overdue", title=f"{row} is nearly due and not decided",
        users=members().filter(groups__name=roles.CHAIR),
        letter=letters.to_decide(row, "You get this because you chair the committee."), data={"request": str(row)},
    )  # fmt: skip
    return True


@action("governance.end_request")
def end_request(request: AccessRequest, note: Note, *, actor: None) -> bool:
    """Nobody has answered for too long: it is over, and can be asked anew."""
    row: AccessRequest = lock(request)
    if not row.is_open:
        return False
    row.items.filter(outcome=Outcome.PENDING).update(outcome=Outcome.UNANSWERED)
    note.change("state", row.state, RequestState.UNANSWERED.value)
    row.state, row.decided_at = RequestState.UNANSWERED, timezone.now()
    row.save(update_fields=["state", "decided_at"])
    tell(
        "access.unanswered", key=f"{row} unanswered", title=f"{row} ended without an answer", users=[row.requester],
        letter=letters.of_request(row), data={"request": str(row), "state": row.state},
    )  # fmt: skip
    return True
