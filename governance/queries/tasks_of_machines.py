"""How far an access request of a program has come, in the words of AuthZEN's Access Request profile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError

from governance.models import (
    AccessRequest,
    AccessTask,
    AccessTaskItem,
    Grant,
    GrantState,
    Outcome,
    RequestState,
)
from governance.queries.votes import tallies_of
from governance.tallying import Stage
from registry.models import User

PENDING, APPROVED, PARTIAL = "pending", "approved", "partial"
_STATUSES = {
    Outcome.DRAFT: PENDING, Outcome.PENDING: PENDING, Outcome.APPROVED: APPROVED, Outcome.DENIED: "denied",
    Outcome.WITHDRAWN: "cancelled", Outcome.UNANSWERED: "expired",
}  # fmt: skip
_STAGES = {Stage.OWNER: "owner", Stage.COMMITTEE: "committee"}


@dataclass(frozen=True, slots=True)
class Part:
    """One item of a submission: where it stands, and until when an approval holds."""

    item: AccessTaskItem
    status: str
    approved_at: datetime | None = None
    approved_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """`requests` are the house's own; `steps` is (step, of how many, its name) while somebody has to decide."""

    task: AccessTask
    parts: list[Part]
    requests: list[AccessRequest]
    steps: tuple[int, int, str] | None

    @property
    def status(self) -> str:
        """Of all parts together: pending while one is, else what they agree on."""
        found = {part.status for part in self.parts}
        return PENDING if PENDING in found else found.pop() if len(found) == 1 else PARTIAL


def task_of(actor: User, number: str) -> AccessTask | None:
    """A task of the actor's own, or of a request that the actor sees."""
    try:
        task = AccessTask.objects.filter(pk=number.removeprefix("arq_")).select_related("purpose").first()
    except (ValueError, ValidationError):
        return None
    if task is None or task.asker_id == actor.pk:
        return task
    seen = AccessRequest.objects.visible_to(actor).filter(items__in=task.items.values("request_item"))
    return task if seen.exists() else None


def progress_of(task: AccessTask) -> Progress:
    items = list(task.items.select_related("request_item__request", "request_item__policy").order_by("place", "pk"))
    grants = {
        one.item_id: one for one in Grant.objects.filter(item__in=[one.request_item_id for one in items]).order_by("pk")
    }
    parts = [_together([_part(one, grants) for one in of_place]) for _, of_place in groupby(items, key=_place)]
    requests = list({one.request_item.request_id: one.request_item.request for one in items}.values())
    return Progress(task, parts, requests, _steps(requests))


def _place(item: AccessTaskItem) -> int:
    return item.place


def _part(item: AccessTaskItem, grants: dict[int, Grant]) -> Part:
    """Approved once the right is there: until then whoever asks again is told no."""
    status, grant = _STATUSES[Outcome(item.request_item.outcome)], grants.get(item.request_item_id)
    if status != APPROVED:
        return Part(item, status)
    if grant is None or grant.ends_at is None:
        return Part(item, PENDING)
    is_over = grant.state not in (GrantState.ACTIVE, GrantState.EXPIRED)
    until = min(grant.ends_at, grant.ended_at) if is_over and grant.ended_at else grant.ends_at
    return Part(item, APPROVED, grant.starts_at, until)


def _together(parts: Sequence[Part]) -> Part:
    """The features of a view: approved when all are, until the first of them ends."""
    found = {part.status for part in parts}
    if found == {APPROVED}:
        return min(parts, key=lambda part: part.approved_until)  # type: ignore[arg-type,return-value]
    open_or_no = next(part for part in parts if part.status != APPROVED)
    return next((part for part in parts if part.status == PENDING), open_or_no)


def _steps(requests: Sequence[AccessRequest]) -> tuple[int, int, str] | None:
    open_ones = [one for one in requests if one.is_open]
    if not open_ones:
        return None
    if any(one.state == RequestState.CHANGES for one in open_ones):
        return 1, 2, "changes_asked"
    tallies = [tally for one in open_ones for tally in tallies_of(one).values()]
    names = {_STAGES[tally.stage] for tally in tallies if tally.stage in _STAGES}
    if not names:
        return None
    total = any(tally.needs_owner for tally in tallies) + any(tally.needs_votes for tally in tallies)
    return (1, total, "owner") if "owner" in names else (total, total, "committee")


def as_json(part: Part) -> dict[str, Any]:
    """`result` of an approved part. Its approval opens nothing: whoever has it asks again and is told as things are."""
    if part.status != APPROVED:
        return {}
    approval = {
        "id": f"apr_{part.item.approval.hex}", "approved_at": part.approved_at, "approved_until": part.approved_until,
    }  # fmt: skip
    return {"result": {"mode": "reevaluate", "approval": approval}}
