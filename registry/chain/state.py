"""How the chain stands: its head, what waits, when it was last verified and anchored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.utils import timezone

from registry.chain.anchoring import is_anchored
from registry.chain.faults import Fault
from registry.models import Anchor, AnchorTarget, Seal, Verification, WaitingEntry

# A worker seals every few seconds. What waits longer than this says that none does.
LONGEST_WAIT = timedelta(minutes=5)
LONGEST_UNVERIFIED = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class ChainState:
    """`head` is None of an empty chain, `verified` where nobody has walked it, `anchors` the last try at each place."""

    head: Seal | None
    waiting: int
    waits_since: datetime | None
    verified: Verification | None
    anchors: Sequence[Anchor]
    is_anchored: bool

    @property
    def hash(self) -> str:
        return bytes(self.head.hash).hex() if self.head else ""

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
    waiting = WaitingEntry.objects.aggregate(count=Count("pk"), since=Min("entry__at"))
    last = Anchor.objects.order_by("target", "-id").distinct("target")
    return ChainState(
        head=Seal.objects.order_by("-place").first(), waiting=waiting["count"], waits_since=waiting["since"],
        verified=Verification.objects.first(), anchors=list(last), is_anchored=is_anchored(),
    )  # fmt: skip
