"""The votes of requests that count, and how far each of their items has come."""

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import F

from governance.models import AccessRequest, Decision, Outcome, RequestItem
from governance.queries.committee import Standing, committee, officers
from governance.tallying import Stage, Tally, tally


def pending(request: AccessRequest) -> list[RequestItem]:
    """Its items that nobody has settled, with what a decision reads of them."""
    return [item for item, _ in counted([request])[request.pk]]


def said_now(request: AccessRequest) -> list[Decision]:
    """What counts: of this round, and not taken back."""
    return list(request.decisions.filter(round=request.round, undone_at__isnull=True).select_related("voter", "team"))


def tallies_of(request: AccessRequest) -> dict[int, Tally]:
    """By pending item, its votes."""
    return {item.pk: votes for item, votes in counted([request])[request.pk]}


def counted(requests: Sequence[AccessRequest]) -> dict[int, list[tuple[RequestItem, Tally]]]:
    """By request, its pending items with their votes: four queries for all of them."""
    said: dict[int, list[Decision]] = defaultdict(list)
    rows = Decision.objects.filter(request__in=requests, round=F("request__round"), undone_at__isnull=True)
    for one in rows:
        said[one.request_id].append(one)
    people, quorum = officers(), committee().quorum
    found: dict[int, list[tuple[RequestItem, Tally]]] = {one.pk: [] for one in requests}
    items = RequestItem.objects.filter(request__in=requests, outcome=Outcome.PENDING).select_related(
        "policy", "purpose", "owner", "version__feature__view", "version__feature__project"
    )
    for item in items:
        found[item.request_id].append((item, tally(item, said[item.request_id], people, quorum)))
    return found


def is_turn_of(place: Standing, item: RequestItem, counted: Tally) -> bool:
    """Whether an item waits for somebody who stands so."""
    if counted.stage == Stage.OWNER:
        return place.is_owner_of(item)
    return counted.stage == Stage.COMMITTEE and place.is_on_committee_for(item)
