"""The report of a review: every grant, its answer, and the audit entry that holds it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from governance.models import Answer, RecertificationItem
from registry.models import AuditEntry

COLUMNS = (
    "item", "grant", "reader", "team", "feature", "privacy_class", "purpose", "setting", "owner", "reads",
    "last_read_on", "suggested", "why_suggested", "answer", "reason", "decided_by", "decided_at", "told_at",
    "revoke_at", "revoked_at", "audit_entry",
)  # fmt: skip
_CHUNK = 500


def as_rows(items: QuerySet[RecertificationItem]) -> Iterator[dict[str, Any]]:
    """The whole of it for a spreadsheet."""
    chunk: list[RecertificationItem] = []
    for item in items.iterator(chunk_size=_CHUNK):
        chunk.append(item)
        if len(chunk) == _CHUNK:
            yield from _rows(chunk)
            chunk = []
    yield from _rows(chunk)


def _rows(items: Sequence[RecertificationItem]) -> Iterator[dict[str, Any]]:
    entries = audit_of(items)
    return (_row(one, entries.get(one.pk)) for one in items)


def _row(item: RecertificationItem, entry: int | None) -> dict[str, Any]:
    grant = item.grant
    copied = (
        "reads", "last_read_on", "suggested", "why_suggested", "answer", "reason", "decided_at", "told_at",
        "revoke_at", "revoked_at",
    )  # fmt: skip
    return {name: getattr(item, name) for name in copied} | {
        "item": item.pk, "grant": str(grant), "reader": grant.subject, "team": str(grant.team or ""),
        "feature": str(grant.version), "privacy_class": grant.privacy_class, "purpose": grant.purpose.name,
        "setting": grant.setting, "owner": str(item.owner or ""), "decided_by": answered_by(item),
        "audit_entry": entry,
    }  # fmt: skip


def answered_by(item: RecertificationItem) -> str:
    if item.is_by_silence:
        return "nobody, so the policy"
    return item.decided_by.username if item.decided_by else ""


def audit_of(items: Iterable[RecertificationItem]) -> dict[int, int]:
    """By item, the number of the audit entry of its last answer."""
    numbers = [str(one.pk) for one in items]
    rows = AuditEntry.objects.filter(
        object_type="recertificationitem", object_id__in=numbers, action="governance.answer_review"
    )
    return {int(of): number for of, number in rows.order_by("pk").values_list("object_id", "pk")}


def by_owner(items: QuerySet[RecertificationItem]) -> list[dict[str, Any]]:
    """{owner, total, open, kept, revoked, silent} a team, by name."""
    silent = Q(decided_by__isnull=True, answer__in=[Answer.KEEP, Answer.REVOKE])
    counted = items.order_by("owner__name").values(owner_name=F("owner__name")).annotate(
        total=Count("pk"), open=Count("pk", filter=Q(answer=Answer.OPEN)),
        kept=Count("pk", filter=Q(answer=Answer.KEEP)), revoked=Count("pk", filter=Q(answer=Answer.REVOKE)),
        silent=Count("pk", filter=silent),
    )  # fmt: skip
    return [dict(row) for row in counted]
