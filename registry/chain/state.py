"""How the chain stands: its head, what waits, when it was last verified and anchored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from common.statements import fetch
from registry.chain.anchoring import is_anchored
from registry.chain.faults import Fault
from registry.models import Anchor, Verification

# A worker seals every few seconds. What waits longer than this says that none does.
LONGEST_WAIT = timedelta(minutes=5)
LONGEST_UNVERIFIED = timedelta(hours=36)
_HEAD = """
SELECT waiting.count, oldest.at, head.place, encode(head.hash, 'hex'), head.at
FROM (SELECT count(*) FROM registry_waitingentry) AS waiting
LEFT JOIN LATERAL (
    SELECT entry.at FROM registry_waitingentry AS one JOIN registry_auditentry AS entry ON entry.id = one.entry_id
    ORDER BY one.entry_id LIMIT 1
) AS oldest ON true
LEFT JOIN LATERAL (SELECT place, hash, at FROM registry_seal ORDER BY place DESC LIMIT 1) AS head ON true
"""


@dataclass(frozen=True, slots=True)
class Head:
    """The last seal; its hash in hexadecimal."""

    place: int
    hash: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ChainState:
    """`head` is None of an empty chain, `verified` where nobody has walked it, `anchors` the last try at each place."""

    head: Head | None
    waiting: int
    waits_since: datetime | None
    verified: Verification | None
    anchors: Sequence[Anchor]
    is_anchored: bool

    @property
    def faults(self) -> list[Fault]:
        return [Fault(**said) for said in self.verified.faults] if self.verified else []

    @property
    def waits_too_long(self) -> bool:
        return self.waits_since is not None and timezone.now() - self.waits_since > LONGEST_WAIT

    @property
    def is_long_unverified(self) -> bool:
        return self.verified is None or timezone.now() - self.verified.ended_at > LONGEST_UNVERIFIED


def chain_state() -> ChainState:
    (waiting, since, place, hash, at), *_ = fetch(_HEAD, [])
    return ChainState(
        head=Head(place, hash, at) if place else None, waiting=waiting, waits_since=since,
        verified=Verification.objects.first(), is_anchored=is_anchored(),
        anchors=list(Anchor.objects.order_by("target", "-id").distinct("target")),
    )  # fmt: skip
