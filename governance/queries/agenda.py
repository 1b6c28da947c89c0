"""What waits for the committee as a whole: the agenda of its next meeting."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from governance.models import AccessRequest, ClassSuggestion, PolicyProposal, RequestItem, RequestState
from governance.queries.naming import waiting_names
from governance.queries.votes import counted
from governance.tallying import Stage, Tally
from registry.models import User

MOST = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request with items in the committee's stage, and how far the longest of them has come."""

    request: AccessRequest
    items: list[RequestItem]
    said: str


@dataclass(frozen=True, slots=True)
class Agenda:
    """`overdue` are also among `requests`; `elsewhere` are overdue ones that wait for their owners."""

    requests: list[Waiting]
    elsewhere: list[AccessRequest]
    emergencies: list[AccessRequest]
    proposals: list[PolicyProposal]
    suggestions: list[ClassSuggestion]
    names: list[str]

    @property
    def count(self) -> int:
        rest = len(self.emergencies) + len(self.proposals) + len(self.suggestions) + len(self.names)
        return len(self.requests) + len(self.elsewhere) + rest


def agenda(actor: User) -> Agenda:
    """As far as the actor sees it: those on the committee see everything."""
    seen = AccessRequest.objects.visible_to(actor).with_people()
    to_look_at = Q(is_emergency=True, reviewed_at__isnull=True, state=RequestState.APPROVED)
    rows = list(seen.filter(Q(state=RequestState.REVIEW) | to_look_at).order_by("due_at", "pk"))
    in_review = [one for one in rows if one.state == RequestState.REVIEW]
    votes = counted(in_review)
    waiting = [one for request in in_review if (one := _waiting(request, votes[request.pk])).items]
    theirs = {one.request.pk for one in waiting}
    elsewhere = [one for one in in_review if one.is_overdue and one.pk not in theirs]
    emergencies = [one for one in rows if one.state != RequestState.REVIEW]
    suggestions = ClassSuggestion.objects.visible_to(actor).open().filter(is_lowering=True).with_feature()
    return Agenda(
        waiting[:MOST], elsewhere[:MOST], emergencies[:MOST],
        list(PolicyProposal.objects.visible_to(actor).open().with_people()[:MOST]), list(suggestions[:MOST]),
        [row["name"] for row in waiting_names(actor)],
    )  # fmt: skip


def _waiting(request: AccessRequest, votes: Sequence[tuple[RequestItem, Tally]]) -> Waiting:
    here = [(item, one) for item, one in votes if one.stage == Stage.COMMITTEE]
    longest = max((one for _, one in here), key=lambda one: one.needs_votes - one.votes, default=None)
    return Waiting(request, [item for item, _ in here], longest.said if longest else "")
