"""What waits for somebody: decisions, answers, things to mend."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from governance.models import (
    AccessRequest,
    ClassSuggestion,
    Decision,
    DeprecationState,
    Opening,
    Outcome,
    Reader,
    RequestItem,
    RequestState,
)
from governance.queries.committee import Voter, teams_of
from governance.queries.proposals import waiting_proposals
from governance.queries.recertification import waiting_for as waiting_reviews
from governance.queries.votes import counted, is_turn_of
from registry.models import Team, User
from registry.queries.completeness import incomplete, of_team

MOST_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class ToDecide:
    """A request, and how many of its features wait for this person."""

    request: AccessRequest
    waiting: list[RequestItem]


def to_decide(actor: User) -> list[ToDecide]:
    """Requests that wait for the actor now, what is due first. At most `MOST_LOOKED_AT` are looked at."""
    voter = Voter.now(actor)
    requests = _candidates(voter)
    votes, teams = counted(requests), teams_of({one.requester_id for one in requests})
    found = []
    for request in requests:
        items = votes[request.pk]
        place = voter.standing(request, [item for item, _ in items], teams[request.requester_id])
        waiting = [item for item, tally in items if place.may and is_turn_of(place, item, tally)]
        if waiting:
            found.append(ToDecide(request, waiting))
    return found


def _candidates(voter: Voter) -> list[AccessRequest]:
    """Those that could wait for somebody: of the own teams' features, or any for who has a place on the committee."""
    actor, teams = voter.party.user, voter.party.teams
    rows = AccessRequest.objects.filter(state=RequestState.REVIEW).exclude(requester=actor)
    if not (voter.is_member or voter.represented):
        rows = rows.filter(
            Exists(RequestItem.objects.filter(request=OuterRef("pk"), owner__in=teams, outcome=Outcome.PENDING))
        )
    said = Decision.objects.filter(request=OuterRef("pk"), voter=actor, undone_at__isnull=True)
    rows = rows.filter(Q(team=None) | ~Q(team__in=teams), ~Exists(said.filter(round=OuterRef("round"))))
    return list(rows.with_people().order_by("due_at", "pk")[:MOST_LOOKED_AT])


def next_to_decide(actor: User, *, but: AccessRequest) -> AccessRequest | None:
    """The next one in the actor's inbox."""
    return next((one.request for one in to_decide(actor) if one.request != but), None)


@dataclass(frozen=True, slots=True)
class Group:
    """Requests of one reader for one purpose: ten that are alike are read as one."""

    label: str
    rows: list[ToDecide]


def grouped(rows: list[ToDecide]) -> list[Group]:
    """In the order of what is due first."""
    groups: dict[str, list[ToDecide]] = {}
    for one in rows:
        groups.setdefault(f"{one.request.subject} for {one.request.purpose}", []).append(one)
    return [Group(label, held) for label, held in groups.items()]


def waiting_count(actor: User) -> int:
    """How much waits for the actor's decision or answer."""
    suggestions = ClassSuggestion.objects.visible_to(actor).waiting_for(actor).count()
    reviews, proposals = len(waiting_reviews(actor)), waiting_proposals(actor).count()
    others = reviews + proposals + Opening.objects.waiting_for(actor).count()
    return len(to_decide(actor)) + suggestions + len(to_acknowledge(actor)) + others


def to_acknowledge(actor: User) -> list[Reader]:
    """Deprecations that concern what the actor's teams run, and that nobody of them has answered."""
    rows = Reader.objects.remaining().filter(
        consumer__team__in=actor.team_ids, answer="", deprecation__state=DeprecationState.ANNOUNCED
    )
    named = rows.select_related(
        "consumer", "deprecation__version__feature__view", "deprecation__version__feature__project"
    )
    return list(named.order_by("deprecation__version__sunset_on", "pk")[:MOST_LOOKED_AT])


def to_fix(actor: User) -> list[tuple[Team, int]]:
    """The actor's teams, with how many of their features lack something."""
    teams = Team.objects.of(actor)
    counted = ((team, incomplete(of_team(team, actor)).count()) for team in teams)
    return [(team, count) for team, count in counted if count]


def own_open(actor: User) -> list[AccessRequest]:
    """What the actor, or a team of theirs, has asked for and others decide."""
    rows = AccessRequest.objects.open().filter(Q(requester=actor) | Q(team__in=actor.team_ids)).with_people()
    return list(rows.order_by("due_at", "pk")[:MOST_LOOKED_AT])
