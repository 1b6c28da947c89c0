"""Everything that a request's page shows to who decides: the five checks, precedents, alternatives, votes, and whose
turn it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from governance.models import AccessRequest, Decision, Grant, RequestItem, RequestState
from governance.queries.committee import Standing, standing
from governance.queries.recommending import alternatives_to, held_by, precedents, recommended, seen_items
from governance.queries.votes import is_turn_of, said_now, tallies_of
from governance.recommending import Fit, Recommendation, Rule
from governance.tallying import Stage, Tally
from registry.models import User
from registry.queries.alike import Alike

CHECKS = ("purpose", "people", "data", "setting", "outputs")
_WORST = (Fit.AGAINST, Fit.CHECK, Fit.UNKNOWN, Fit.FITS)


@dataclass(frozen=True, slots=True)
class Row:
    """One feature that is asked for: where it stands, and whether the reader of the page decides about it now."""

    item: RequestItem
    tally: Tally | None
    grant: Grant | None
    alternative: Alike | None
    is_mine: bool

    @property
    def waits_for(self) -> str:
        if self.tally is None:
            return ""
        owner = self.item.owner
        return {Stage.OWNER: f"{owner}", Stage.COMMITTEE: "the committee"}.get(self.tally.stage, "")


@dataclass(frozen=True, slots=True)
class Block:
    """One of the five checks: its worst rule is its chip."""

    name: str
    fit: Fit
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Review:
    request: AccessRequest
    rows: list[Row]
    place: Standing
    recommendation: Recommendation
    blocks: list[Block]
    precedents: list[RequestItem]
    held: list[Grant]
    decisions: list[Decision]

    @property
    def mine(self) -> list[RequestItem]:
        """What the reader of the page decides about now."""
        return [row.item for row in self.rows if row.is_mine]

    @property
    def approvals(self) -> str:
        """Such as "1 of 2 approvals", of the item that has the longest way to go."""
        open_ones = [row.tally for row in self.rows if row.tally]
        return max(open_ones, key=lambda one: one.needs_owner + one.needs_votes).said if open_ones else ""

    @property
    def most_days(self) -> int:
        """For how long at most what waits for the reader can be granted."""
        return min([self.request.days, *(item.policy.most_days for item in self.mine if item.policy)])


def review_of(request: AccessRequest, actor: User) -> Review:
    """As it is now, for this person: without features that are hidden from them."""
    items = list(seen_items(request, actor).select_related("version__feature__project"))
    tallies = tallies_of(request) if request.is_open else {}
    place = standing(actor, request, items)
    advice = recommended(request, actor)
    others = alternatives_to([item.version for item in items if item.is_open], actor)
    grants = {one.item_id: one for one in Grant.objects.filter(item__request=request).order_by("pk")}
    has_turn = request.state == RequestState.REVIEW and not any(one.voter_id == actor.pk for one in said_now(request))
    rows = [
        Row(
            item, tallies.get(item.pk), grants.get(item.pk), others.get(item.version_id),
            has_turn and item.pk in tallies and is_turn_of(place, item, tallies[item.pk]),
        )
        for item in items
    ]  # fmt: skip
    return Review(
        request, rows, place, advice, _blocks(advice), precedents(request, items), held_by(request),
        list(request.decisions.select_related("voter", "team", "on_behalf_of")),
    )  # fmt: skip


def _blocks(advice: Recommendation) -> list[Block]:
    found = []
    for name in CHECKS:
        rules = tuple(rule for rule in advice.rules if rule.check == name)
        fit = next((one for one in _WORST if any(rule.fit == one for rule in rules)), Fit.FITS)
        found.append(Block(name, fit, rules))
    return found


def steps_of(review: Review) -> list[dict[str, str]]:
    """The line from sent to granted, for <c-steps>."""
    request = review.request
    stages = {row.tally.stage for row in review.rows if row.tally}
    owners = {str(row.item.owner) for row in review.rows if row.item.owner and not row.item.owner_skipped}
    sent = f"{request.sent_at:%-d %b %Y, %H:%M}" if request.sent_at else ""
    steps = [{"label": "Sent", "state": "done", "note": sent}]
    if any(row.item.policy and row.item.policy.owner_votes for row in review.rows):
        state = "current" if Stage.OWNER in stages else "done"
        steps.append({"label": "Owner", "state": state, "note": ", ".join(sorted(owners)) or "skipped"})
    if any(row.item.policy and row.item.policy.committee_votes or row.item.owner_skipped for row in review.rows):
        waits = "current" if stages == {Stage.COMMITTEE} else "" if stages else "done"
        steps.append({"label": "Committee", "state": waits, "note": ""})
    return [*_without_votes(steps, request), _last(request)]


def _without_votes(steps: list[dict[str, str]], request: AccessRequest) -> list[dict[str, str]]:
    """What ended early did not go through the rest."""
    if request.state in (RequestState.WITHDRAWN, RequestState.UNANSWERED, RequestState.DENIED):
        return [step | {"state": "" if step["label"] != "Sent" else "done"} for step in steps]
    return steps


def _last(request: AccessRequest) -> dict[str, str]:
    when = f"{request.decided_at:%-d %b %Y, %H:%M}" if request.decided_at else ""
    if request.is_open:
        due = f"due {request.due_at:%a %-d %b, %H:%M} UTC" if request.due_at else ""
        return {"label": "Granted", "state": "", "note": "the clock stands" if request.paused_at else due}
    state = "done" if request.state == RequestState.APPROVED else "failed"
    return {"label": "Granted" if state == "done" else request.get_state_display(), "state": state, "note": when}


def seconds_to_undo(decisions: Sequence[Decision], actor: User, within: float) -> int:
    """How long the actor can still take the last decision back, whole seconds; 0 when that is over."""
    mine = [one for one in decisions if one.voter_id == actor.pk and one.undone_at is None]
    if not mine:
        return 0
    return max(int(within - (timezone.now() - mine[-1].at).total_seconds()), 0)
