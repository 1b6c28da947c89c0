"""The votes of a request that count, and how far each of its items has come."""

from governance.models import AccessRequest, Decision, Outcome, RequestItem
from governance.queries.committee import Standing, committee, officers
from governance.tallying import Stage, Tally, tally


def pending(request: AccessRequest) -> list[RequestItem]:
    """Its items that nobody has settled, with what a decision reads of them."""
    rows = request.items.filter(outcome=Outcome.PENDING).select_related(
        "policy", "purpose", "owner", "version__feature__view", "version__feature__project"
    )
    return list(rows)


def said_now(request: AccessRequest) -> list[Decision]:
    """What counts: of this round, and not taken back."""
    return list(request.decisions.filter(round=request.round, undone_at__isnull=True).select_related("voter", "team"))


def tallies_of(request: AccessRequest) -> dict[int, Tally]:
    """By pending item, its votes."""
    said, people, quorum = said_now(request), officers(), committee().quorum
    return {item.pk: tally(item, said, people, quorum) for item in pending(request)}


def is_turn_of(place: Standing, item: RequestItem, counted: Tally) -> bool:
    """Whether an item waits for somebody who stands so."""
    if counted.stage == Stage.OWNER:
        return place.is_owner_of(item)
    return counted.stage == Stage.COMMITTEE and place.is_on_committee_for(item)
