"""Which state of a request, purpose or policy somebody decides about or changes."""

from typing import Any

from common.etags import revision_of
from governance.models import AccessRequest, Committee, Policy, Purpose, Seat
from registry.revisions import require_state

# What people edit. Votes of others are left out of a request: one that settles nothing turns no other vote away.
OF_REQUEST = (
    "state", "round", "consumer_id", "purpose_id", "why", "setting", "environment", "days", "reviewed_at",
)  # fmt: skip
OF_PURPOSE = ("description", "legal_basis", "assessment", "assessed_until", "review_on", "ended_at")
OF_POLICY = ("id", "ended_at")  # what a version says never changes
OF_COMMITTEE = ("charge", "quorum", "days_to_decide", "days_unanswered", "reviews_quarterly", "days_to_review")
OF_SEAT = ("starts_on", "ends_on", "is_officer", "delegate_id", "delegate_from", "delegate_until")
_COLUMNS: dict[type[Any], tuple[str, ...]] = {
    AccessRequest: OF_REQUEST, Purpose: OF_PURPOSE, Policy: OF_POLICY, Committee: OF_COMMITTEE, Seat: OF_SEAT,
}  # fmt: skip


def revision(row: Any) -> str:
    """The name of the state that `row` is in; of nothing, that of nothing."""
    return revision_of(*(getattr(row, name) for name in _COLUMNS[type(row)])) if row is not None else ""


def require(row: Any, expected: str) -> None:
    """Raise ValidationError unless the locked row is in the `expected` state; "*" expects nothing."""
    require_state(revision(row), expected)
