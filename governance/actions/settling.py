"""What follows from what was said about a request: items are approved or denied, and people are told whose turn it is.

Callers hold the request's row locked, so two last votes at once are counted one after the other.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from governance import access_letters as letters
from governance.actions.granting import grant_item
from governance.models import AccessRequest, Decision, Outcome, RequestItem, RequestState, Setting, Verdict
from governance.queries.committee import members
from governance.queries.votes import pending, said_now, tallies_of
from governance.tallying import Stage
from registry.actions.telling import tell
from registry.models import Team, User


def settle(row: AccessRequest) -> dict[int, Stage]:
    """Approve, deny or leave each pending item, and close the request with its last one. Returns where items are."""
    tallies = tallies_of(row)
    items = {item.pk: item for item in pending(row)}
    for pk, counted in tallies.items():
        if counted.stage == Stage.APPROVED:
            _approve(items[pk], row)
        elif counted.stage == Stage.DENIED:
            items[pk].outcome = Outcome.DENIED
            items[pk].save(update_fields=["outcome"])
    if not row.items.filter(outcome=Outcome.PENDING).exists():
        _close(row)
    return {pk: counted.stage for pk, counted in tallies.items()}


def _approve(item: RequestItem, row: AccessRequest) -> None:
    """With the least that any of those who approved has said."""
    mine = [one for one in said_now(row) if item.pk in one.approved]
    days = min([row.days, *(one.days for one in mine if one.days)])
    is_offline = row.setting == Setting.OFFLINE or any(one.setting == Setting.OFFLINE for one in mine)
    conditions = [*(item.policy.conditions if item.policy else ()), *(text for one in mine for text in one.conditions)]
    item.outcome = Outcome.APPROVED
    item.save(update_fields=["outcome"])
    grant_item(
        item, actor=None, lasts=timedelta(days=days), setting=Setting.OFFLINE if is_offline else Setting.ONLINE,
        conditions=list(dict.fromkeys(conditions)),
    )  # fmt: skip


def _close(row: AccessRequest) -> None:
    is_any = row.items.filter(outcome=Outcome.APPROVED).exists()
    row.state = (RequestState.APPROVED if is_any else RequestState.DENIED).value
    row.decided_at = timezone.now()
    row.save(update_fields=["state", "decided_at"])
    said = said_now(row)
    word = "approved" if is_any else "denied"
    refused = row.items.filter(outcome=Outcome.DENIED).count()
    title = f"{row} is {word}" + (f", without {refused} of its features" if is_any and refused else "")
    tell(
        f"access.{word}", key=f"{row} {word} {row.round} {said[-1].pk if said else 0}", title=title,
        users=[row.requester], letter=letters.of_request(row, said), data=_data(row),
    )  # fmt: skip


def reopen(row: AccessRequest, taken_back: Decision) -> list[RequestItem]:
    """Count again without a vote that was taken back. Returns the items that wait again."""
    touched = [*taken_back.approved, *taken_back.denied]
    items = list(row.items.filter(pk__in=touched, outcome__in=[Outcome.APPROVED, Outcome.DENIED]))
    for item in items:
        item.outcome = Outcome.PENDING
        item.save(update_fields=["outcome"])
    if items or taken_back.verdict == Verdict.CHANGES:
        row.state, row.decided_at, row.paused_at = RequestState.REVIEW, None, None
        row.save(update_fields=["state", "decided_at", "paused_at"])
    return items


def tell_deciders(row: AccessRequest) -> None:
    """Tell those whose turn it is, once for each round and stage."""
    items, tallies = {item.pk: item for item in pending(row)}, tallies_of(row)
    waiting = {stage: [items[pk] for pk, one in tallies.items() if one.stage == stage] for stage in Stage}
    title = f"{row}: {row.subject} asks for {len(items)} feature{'s' if len(items) > 1 else ''}"
    for team in _teams(waiting[Stage.OWNER]):
        theirs = [one for one in items.values() if one.owner == team]
        letter = letters.to_decide(row, f"You get this because {team} answers for it.", theirs)
        _tell(row, f"owner {team.pk}", title, letter, teams=[team], but=row.requester)
    if waiting[Stage.COMMITTEE]:
        why = "You get this because you are on the committee."
        _tell(row, "committee", title, letters.to_decide(row, why), users=_voters(row))


def _teams(items: Sequence[RequestItem]) -> list[Team]:
    return list({item.owner.pk: item.owner for item in items if item.owner}.values())


def _voters(row: AccessRequest) -> list[User]:
    """The committee, and whoever stands in for somebody today, without those who have voted."""
    today = timezone.now().date()
    people = {one.pk: one for one in members().select_related("seat__delegate")}
    for one in list(people.values()):
        seat = getattr(one, "seat", None)
        if seat and seat.delegate and seat.delegate_from <= today <= seat.delegate_until:
            people[seat.delegate.pk] = seat.delegate
    gone = {one.voter_id for one in said_now(row)} | {row.requester_id}
    return [one for pk, one in people.items() if pk not in gone]


def _tell(row: AccessRequest, key: str, title: str, letter: Any, **to: Any) -> None:
    tell(
        "access.requested", key=f"{row} requested {row.round} {key}", title=title, letter=letter, data=_data(row), **to
    )


def _data(row: AccessRequest) -> dict[str, Any]:
    return {"request": str(row), "state": row.state}
