"""Decisions about access requests: votes, taken back within a minute, and the review of break-glass access.

Who may vote is asked again once the request is held, of the database and not of the session: whoever lost the role or
left the team a second ago votes no more.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance import access_letters as letters
from governance.actions.granting import revoke_grant
from governance.actions.reasons import SHORTEST_REASON
from governance.actions.settling import reopen, settle, tell_deciders
from governance.models import (
    STANDING,
    AccessRequest,
    Decision,
    Grant,
    RequestItem,
    RequestState,
    Setting,
    Slot,
    Verdict,
)
from governance.queries.asking import ItemFault
from governance.queries.committee import Standing, standing
from governance.queries.recommending import recommended
from governance.queries.votes import is_turn_of, pending, tallies_of
from governance.recommending import Recommendation
from governance.tallying import Stage
from registry.actions.action import Note, action, decided_by, invalid, lock
from registry.actions.telling import tell
from registry.actions.versions import refuse
from registry.choices import VersionState
from registry.models import User

TAKEN_BACK_WITHIN = timedelta(seconds=60)
LONGEST_REASON, MOST_CONDITIONS = 2_000, 10


@action("governance.decide_request")
def decide_request(
    request: AccessRequest, note: Note, *, actor: User, verdict: str, reason: str = "",
    items: Collection[int] | None = None, days: int | None = None, setting: str = "", conditions: Sequence[str] = (),
) -> list[Decision]:  # fmt: skip
    """Say yes, no, or what should change; or stand aside. `items` are those that a yes is for, the rest of what one can
    decide is denied; `days`, `setting` and `conditions` make it less than was asked. One decision for each place in
    which the actor votes. Raises PermissionDenied where the actor has none."""
    row: AccessRequest = lock(request)
    if row.state != RequestState.REVIEW:
        raise invalid(request=f"{row} is not in review: {row.get_state_display().lower()}.")
    held = {item.pk: item for item in pending(row)}
    place = standing(actor, row, list(held.values()))
    if not place.may:
        raise PermissionDenied(place.why_not)
    turns = _turns(row, held, place)
    said = _Said(verdict, reason.strip(), items, days, setting, tuple(conditions), recommended(row, actor))
    refuse(said.faults(row, [item for mine in turns.values() for item in mine]))
    made = [_vote(row, actor, place, slot, team, mine, said) for (slot, team), mine in turns.items()]
    note.reason = said.reason
    note.change("verdict", None, verdict)
    _follow(row, said, made, note)
    return made


class _Said:
    """What somebody says in one go."""

    def __init__(
        self, verdict: str, reason: str, items: Collection[int] | None, days: int | None, setting: str,
        conditions: tuple[str, ...], suggestion: Recommendation,
    ) -> None:  # fmt: skip
        self.verdict, self.reason, self.items, self.days = verdict, reason, items, days
        self.setting, self.conditions, self.suggestion = setting, conditions, suggestion

    def faults(self, row: AccessRequest, mine: Sequence[RequestItem]) -> dict[str, str | list[ValidationError]]:
        """By field. Nothing is guessed: an unknown verdict is refused, not taken for a yes."""
        if self.verdict not in Verdict.values:
            return {"verdict": f"Choose from {', '.join(Verdict.values)}."}
        found: dict[str, str | list[ValidationError]] = {**self._faults_of_reason(mine), **self._faults_of_terms(row)}
        if self.items is not None and not set(self.items) <= {item.pk for item in mine}:
            found["items"] = "You can decide only about features of this request that wait for you."
        elif self.verdict == Verdict.APPROVE:
            found |= _faults_of(row, self.chosen(mine))
        return found

    def chosen(self, mine: Sequence[RequestItem]) -> list[RequestItem]:
        return [item for item in mine if self.items is None or item.pk in self.items]

    def _faults_of_reason(self, mine: Sequence[RequestItem]) -> dict[str, str]:
        if len(self.reason) > LONGEST_REASON:
            return {"reason": f"At most {LONGEST_REASON:,} characters."}
        if len(self.reason) >= SHORTEST_REASON or not (why := self._needs_reason(mine)):
            return {}
        return {"reason": f"{why} Write {SHORTEST_REASON} characters or more."}

    def _needs_reason(self, mine: Sequence[RequestItem]) -> str:
        if self.verdict in (Verdict.DENY, Verdict.CHANGES):
            return "Who asked needs to know why."
        if self.verdict == Verdict.RECUSE:
            return "Say why you stand aside."
        if len(self.chosen(mine)) < len(mine):
            return "Who asked needs to know why some are denied."
        return "This goes against what is suggested, so say why." if self.suggestion.verdict == Verdict.DENY else ""

    def _faults_of_terms(self, row: AccessRequest) -> dict[str, str]:
        found = {}
        if self.verdict == Verdict.APPROVE and self.items is not None and not self.items:
            found["items"] = "Tick what you approve, or deny the request."
        if self.days is not None and not 0 < self.days <= row.days:
            found["days"] = f"From 1 to {row.days} days: not more than was asked."
        if self.setting and self.setting not in Setting.values:
            found["setting"] = f"Choose from {', '.join(Setting.values)}."
        elif self.setting == Setting.ONLINE and row.setting != Setting.ONLINE:
            found["setting"] = "Only offline access was asked for."
        if len(self.conditions) > MOST_CONDITIONS or any(not 0 < len(one.strip()) <= 200 for one in self.conditions):
            found["conditions"] = f"At most {MOST_CONDITIONS}, each 1 to 200 characters."
        return found


def _faults_of(row: AccessRequest, items: Sequence[RequestItem]) -> dict[str, list[ValidationError]]:
    """Why a yes is not possible whoever says it: the contract does not name the purpose, or things have changed."""
    faults: list[ValidationError] = [
        ItemFault(item.version, "hindered", text) for item in items if (text := _hindrance(row, item))
    ]
    return {"items": faults} if faults else {}


def _hindrance(row: AccessRequest, item: RequestItem) -> str:
    version, purpose = item.version, row.purpose
    assert purpose is not None  # noqa: S101  nothing is sent without one
    if not purpose.is_usable:
        return f"{purpose} has ended or waits for its review."
    if purpose.name not in version.purposes:
        return f"{version} may not be used for {purpose}: its contract names {', '.join(version.purposes) or 'none'}."
    if version.state != VersionState.ACTIVE:
        return f"{version} is {version.state} by now."
    if version.privacy_class != item.privacy_class:
        return f"The class of {version} has changed since it was asked for. Ask for changes, so that it is sent again."
    return ""


def _turns(
    row: AccessRequest, held: dict[int, RequestItem], place: Standing
) -> dict[tuple[Slot, int | None], list[RequestItem]]:  # fmt: skip
    """By place, the items that wait for the actor there."""
    turns: dict[tuple[Slot, int | None], list[RequestItem]] = {}
    for pk, counted in tallies_of(row).items():
        item = held[pk]
        if is_turn_of(place, item, counted):
            is_owner = counted.stage == Stage.OWNER
            slot = (Slot.OWNER, item.owner_id) if is_owner else (Slot.COMMITTEE, None)
            turns.setdefault(slot, []).append(item)
    if not turns:
        raise invalid(request=f"{row} does not wait for you now: others decide first, or you have decided.")
    return turns


def _vote(
    row: AccessRequest, actor: User, place: Standing, slot: Slot, team: int | None, mine: Sequence[RequestItem],
    said: _Said,
) -> Decision:  # fmt: skip
    yes = [item.pk for item in said.chosen(mine)] if said.verdict == Verdict.APPROVE else []
    decides = said.verdict in (Verdict.APPROVE, Verdict.DENY)
    try:
        with transaction.atomic():
            return Decision.objects.create(
                request=row, round=row.round, voter=actor, slot=slot, team_id=team, verdict=said.verdict,
                on_behalf_of=place.on_behalf_of if slot == Slot.COMMITTEE else None, approved=yes,
                denied=[item.pk for item in mine if item.pk not in yes] if decides else [], days=said.days,
                setting=said.setting, conditions=[one.strip() for one in said.conditions], reason=said.reason,
                recommended=said.suggestion.verdict,
            )  # fmt: skip
    except IntegrityError:
        raise invalid(request=f"You have decided about {row} already.") from None


def _follow(row: AccessRequest, said: _Said, made: Sequence[Decision], note: Note) -> None:
    before = row.state
    row.evidence = {**row.evidence, str(made[-1].pk): said.suggestion.as_json}
    row.save(update_fields=["evidence"])
    if said.verdict == Verdict.CHANGES:
        _ask_changes(row, made)
    elif said.verdict != Verdict.RECUSE:
        settle(row)
        if row.is_open:
            tell_deciders(row)
    note.change("state", before, row.state)


def _ask_changes(row: AccessRequest, made: Sequence[Decision]) -> None:
    row.state, row.paused_at = RequestState.CHANGES, timezone.now()
    row.save(update_fields=["state", "paused_at"])
    tell(
        "access.changes_requested", key=f"{row} changes {made[-1].pk}", title=f"{row}: changes are asked for",
        users=[row.requester], letter=letters.of_request(row, made), data={"request": str(row), "state": row.state},
    )  # fmt: skip


@action("governance.undo_decision")
def undo_decision(decision: Decision, note: Note, *, actor: User) -> AccessRequest:
    """Take a vote back within a minute. What it granted ends, and what it denied waits again."""
    row: AccessRequest = lock(decision.request)
    said: Decision = lock(decision)
    if said.undone_at is not None:
        raise invalid(decision="It was taken back already.")
    if timezone.now() - said.at > TAKEN_BACK_WITHIN:
        raise invalid(decision="More than a minute has passed. Revoke what was granted, or ask for it again.")
    if said.round != row.round or row.state in (RequestState.WITHDRAWN, RequestState.UNANSWERED):
        raise invalid(decision=f"{row} has moved on since.")
    said.undone_at = timezone.now()
    said.save(update_fields=["undone_at"])
    note.subject = row
    note.change("verdict", said.verdict, None)
    for item in reopen(row, said):
        for grant in Grant.objects.filter(item=item, state__in=STANDING):
            with decided_by(str(row)):
                revoke_grant(grant, actor=actor, reason=f"{actor} has taken the decision back.")
    settle(row)
    return row


@action("governance.review_emergency")
def review_emergency(
    request: AccessRequest, note: Note, *, actor: User, is_right: bool, reason: str
) -> AccessRequest:  # fmt: skip
    """Say afterwards whether break-glass access was right. Where it was not, what still holds ends."""
    row: AccessRequest = lock(request)
    place = standing(actor, row, [])
    if not place.is_member:
        raise PermissionDenied(place.why_not)
    if not row.is_emergency or row.reviewed_at is not None:
        raise invalid(request=f"{row} does not wait for a review.")
    if len(reason.strip()) < SHORTEST_REASON:
        raise invalid(reason=f"Say what you found, in {SHORTEST_REASON} characters or more.")
    row.reviewed_at, row.reviewed_by, row.review = timezone.now(), actor, reason.strip()[:LONGEST_REASON]
    row.save(update_fields=["reviewed_at", "reviewed_by", "review"])
    note.change("is_right", None, is_right)
    if not is_right:
        for grant in Grant.objects.filter(item__request=row, state__in=STANDING):
            with decided_by(str(row)):
                revoke_grant(grant, actor=actor, reason=f"Its review found that it was not right: {row.review}")
    return row
