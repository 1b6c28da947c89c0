"""The log of decisions: written before the answer goes out, so that no yes is unheard of.

ADR 0015 says what can be lost.

The statement does not wait for the disk: that a decision is in PostgreSQL is known, that it survives a crash of the
database server within the next second is not. What cannot be written is not answered.
"""

import random
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from common.partitions import keep_partitions
from common.statements import write
from governance.models import Evaluation
from governance.models.evaluations import moment_of

if TYPE_CHECKING:
    from governance.authorization.deciding import Decided

LONGEST = 700  # characters of what somebody sent
_COLUMNS = {
    "id": "uuid", "at": "timestamptz", "asker_id": "bigint", "token": "text", "request_id": "text", "door": "text",
    "subject": "text", "user_id": "bigint", "consumer_id": "bigint", "action": "text", "resource_type": "text",
    "resource": "text", "version_id": "bigint", "purpose": "text", "environment": "text", "decision": "boolean",
    "reason_code": "text", "grant_id": "bigint", "is_personal": "boolean", "may_be_asked_for": "boolean",
}  # fmt: skip
_NAMES = ", ".join(_COLUMNS)
_KEEP = (
    f"INSERT INTO governance_evaluation ({_NAMES}) SELECT {_NAMES} "  # noqa: S608  names of ours
    f"FROM unnest({', '.join(f'%s::{kind}[]' for kind in _COLUMNS.values())}) AS told({_NAMES}), "
    "set_config('synchronous_commit', 'off', true)"
)


class Asker(NamedTuple):
    """Who asked, with which token, in which request, through which door."""

    user_id: int
    token: str
    request_id: str
    door: str


def is_chosen() -> bool:
    """Whether one of the decisions that need not be kept is kept."""
    return random.random() < settings.CHARTER_DECISION_SAMPLE  # noqa: S311  no secret


def keep(asker: Asker, decided: Iterable["Decided"]) -> None:
    """Write those that have an id."""
    rows = [_row(asker, one) for one in decided if one.id is not None]
    if rows:
        write(_KEEP, [list(column) for column in zip(*rows, strict=True)])


def _row(asker: Asker, one: "Decided") -> tuple[object, ...]:
    asked, judged, who = one.asked, one.judged, one.who
    return (
        one.id, one.at, asker.user_id, asker.token[:40], asker.request_id[:64], asker.door,
        str(asked.subject)[:LONGEST], who.user_id, who.consumer_id, asked.action[:LONGEST],
        asked.resource.type[:LONGEST], asked.resource.id[:LONGEST],
        judged.about.version_id if judged.about else None, asked.purpose[:LONGEST], asked.environment[:LONGEST],
        judged.decision, judged.code, judged.held.id if judged.held else None, judged.is_personal,
        judged.may_be_asked_for,
    )  # fmt: skip


def kept(ids: Sequence[UUID]) -> dict[UUID, Evaluation]:
    """The decisions of these ids, which say themselves when they were made."""
    which = Q()
    for one in ids:
        which |= Q(at=moment_of(one), id=one)
    return {one.id: one for one in Evaluation.objects.filter(which).order_by()} if ids else {}


def forget(now: datetime) -> dict[str, list[str]]:
    """Make the months to come, and drop those that are older than they are to be kept."""
    months = settings.CHARTER_DECISION_RETENTION_MONTHS
    return keep_partitions({"governance_evaluation": "at"}, now, months=months)
