"""What waits for somebody: decisions, answers, things to mend."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from governance.models import (
    AccessRequest,
    ClassSuggestion,
    Decision,
    DeprecationState,
    Outcome,
    Reader,
    RequestItem,
    RequestState,
)
from governance.queries.committee import members, represented_by, standing
from governance.queries.recertification import waiting_for as waiting_reviews
from governance.queries.votes import is_turn_of, pending, tallies_of
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
    looked_at = (ToDecide(request, waiting_for(actor, request)) for request in _candidates(actor))
    return [one for one in looked_at if one.waiting]


def waiting_for(actor: User, request: AccessRequest) -> list[RequestItem]:
    """The items of a request that wait for the actor now."""
    items = {item.pk: item for item in pending(request)}
    place = standing(actor, request, list(items.values()))
    if not place.may:
        return []
    return [items[pk] for pk, counted in tallies_of(request).items() if is_turn_of(place, items[pk], counted)]


def _candidates(actor: User) -> list[AccessRequest]:
    """Those that could wait for the actor: of the own teams' features, or any for who is on the committee."""
    rows = AccessRequest.objects.filter(state=RequestState.REVIEW).exclude(requester=actor)
    is_seated = members().filter(pk=actor.pk).exists() or represented_by(actor).exists()
    if not is_seated:
        owned = RequestItem.objects.filter(request=OuterRef("pk"), owner__in=actor.team_ids, outcome=Outcome.PENDING)
        rows = rows.filter(Exists(owned))
    said = Decision.objects.filter(request=OuterRef("pk"), voter=actor, undone_at__isnull=True)
    rows = rows.filter(~Q(team__in=actor.team_ids), ~Exists(said.filter(round=OuterRef("round"))))
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
    reviews = len(waiting_reviews(actor))
    return len(to_decide(actor)) + suggestions + len(to_acknowledge(actor)) + reviews


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
