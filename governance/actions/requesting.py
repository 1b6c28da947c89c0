"""Asking for access: a basket is filled, sent, changed when others ask for it, and taken back."""

from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from governance import access_letters as letters
from governance.actions.settling import settle, tell_deciders
from governance.clock import after_working_days
from governance.models import (
    LONGEST_GRANT,
    MOST_ITEMS,
    AccessRequest,
    Comment,
    Decision,
    Grant,
    Outcome,
    Policy,
    Purpose,
    RequestItem,
    RequestState,
    Setting,
    Slot,
    Verdict,
)
from governance.queries.asking import as_now, faults_of_items, subject_of
from governance.queries.committee import committee, why_skipped
from governance.queries.policies import current_policies, is_agreed_beforehand, policy_for
from registry.actions.action import Note, action, invalid, lock
from registry.actions.telling import tell
from registry.actions.versions import refuse
from registry.models import Consumer, User, Version

SHORTEST_WHY, LONGEST_TEXT = 20, 2_000
SAID = ("purpose", "why", "consumer", "setting", "environment", "days")


@action("governance.request_access")
def add_to_basket(version: Version, note: Note, *, actor: User) -> AccessRequest:
    """Put a version into the actor's basket, which is a request that was not sent yet."""
    basket = AccessRequest.objects.filter(requester=actor, state=RequestState.DRAFT).first()
    basket = basket or AccessRequest.objects.create(requester=actor)
    lock(basket)
    if basket.items.count() >= MOST_ITEMS:
        raise invalid(items=f"A request holds at most {MOST_ITEMS}. Send this one first.")
    _, is_new = RequestItem.objects.get_or_create(request=basket, version=version)
    if is_new:
        note.change("basket", None, str(version))
    return basket


@action("governance.fill_request")
def take_from_basket(request: AccessRequest, note: Note, *, actor: User, version: Version) -> AccessRequest:
    """Leave a version out again."""
    row = _open_to_changes(request)
    row.items.filter(version=version, outcome__in=[Outcome.DRAFT, Outcome.PENDING]).delete()
    note.change("basket", str(version), None)
    return row


@action("governance.fill_request")
def fill_request(request: AccessRequest, note: Note, *, actor: User, **said: Any) -> AccessRequest:
    """Keep what the form asked so far: any of `SAID`. Nothing is checked that only sending needs."""
    row = _open_to_changes(request)
    for name in said.keys() & set(SAID):
        note.change(name, getattr(row, name), said[name])
        setattr(row, name, said[name])
    _tidy(row)
    row.save()
    return row


@action("governance.request_access")
def request_access(
    _parent: None, note: Note, *, actor: User, versions: Collection[Version], purpose: Purpose, why: str, days: int,
    consumer: Consumer | None = None, setting: str = Setting.OFFLINE, environment: str = "",
    renews: Grant | None = None,
) -> AccessRequest:  # fmt: skip
    """Ask for all of these at once, without a basket."""
    row = AccessRequest(
        requester=actor, purpose=purpose, why=why, days=days, consumer=consumer, setting=setting,
        environment=environment, renews=renews,
    )  # fmt: skip
    if not 0 < len(versions) <= MOST_ITEMS:
        raise invalid(items=f"Ask for 1 to {MOST_ITEMS} features.")
    note.subject = _send(row, versions, note)
    return row


@action("governance.send_request")
def send_request(request: AccessRequest, note: Note, *, actor: User) -> AccessRequest:
    """Send a basket, or send again what was changed. From now on it is frozen, and others decide."""
    row = _open_to_changes(request)
    kept = row.items.filter(outcome__in=[Outcome.DRAFT, Outcome.PENDING])
    versions = [item.version for item in kept.select_related("version")]
    if not versions:
        raise invalid(items="There is nothing in it. Add a feature first.")
    return _send(row, versions, note)


@action("governance.withdraw_request")
def withdraw_request(request: AccessRequest, note: Note, *, actor: User, reason: str = "") -> AccessRequest:
    """Take it back. What was granted already stays; give that back as a grant."""
    row: AccessRequest = lock(request)
    if row.state == RequestState.DRAFT:
        note.change("state", row.state, None)
        row.delete()
        return row
    _require_open(row)
    row.items.filter(outcome=Outcome.PENDING).update(outcome=Outcome.WITHDRAWN)
    granted = row.items.filter(outcome=Outcome.APPROVED).exists()
    note.change("state", row.state, RequestState.WITHDRAWN.value)
    row.state, row.decided_at = RequestState.WITHDRAWN, timezone.now()
    row.save(update_fields=["state", "decided_at"])
    if not granted:
        _tell(row, "withdrawn", f"{row}: {row.requester} has taken it back")
    return row


@action("governance.comment_request")
def comment_request(request: AccessRequest, note: Note, *, actor: User, text: str) -> Comment:
    """Ask or answer something beside it."""
    if not 0 < len(text.strip()) <= LONGEST_TEXT:
        raise invalid(text=f"Write something, at most {LONGEST_TEXT:,} characters.")
    if request.state == RequestState.DRAFT:
        raise invalid(request="It was not sent yet, so nobody would read it.")
    made = Comment.objects.create(request=request, author=actor, text=text.strip())
    note.change("comment", None, made.pk)
    others = {request.requester, *(one.voter for one in request.decisions.select_related("voter") if one.voter)}
    title = f"{request}: {actor} writes"
    tell(
        "access.commented", key=f"{request} comment {made.pk}", title=title, users=others - {actor},
        letter=letters.commented(made), data={"request": str(request)},
    )  # fmt: skip
    return made


def _open_to_changes(request: AccessRequest) -> AccessRequest:
    row: AccessRequest = lock(request)
    if row.state not in (RequestState.DRAFT, RequestState.CHANGES):
        raise invalid(request=f"{row} was sent, so what it asks for stays as it is. Withdraw it and ask anew.")
    return row


def _require_open(row: AccessRequest) -> None:
    if not row.is_open:
        raise invalid(request=f"{row} is not open any longer: {row.get_state_display().lower()}.")


def _tidy(row: AccessRequest) -> None:
    """What no database column holds is refused before it meets one."""
    faults = {}
    row.why, row.environment = row.why.strip(), row.environment.strip()
    if len(row.why) > LONGEST_TEXT:
        faults["why"] = f"At most {LONGEST_TEXT:,} characters."
    if row.setting not in Setting.values:
        faults["setting"] = f"Choose from {', '.join(Setting.values)}."
    if len(row.environment) > 40:
        faults["environment"] = "At most 40 characters, such as prod."
    if not 0 < row.days <= LONGEST_GRANT:
        faults["days"] = f"From 1 to {LONGEST_GRANT} days."
    refuse(faults)


def _send(row: AccessRequest, versions: Collection[Version], note: Note) -> AccessRequest:
    _tidy(row)
    policies = current_policies()
    asked = as_now(versions, row.requester)
    chosen = {one: policy_for(policies, one.privacy_class, row.setting, row.environment) for one in asked}
    refuse(_faults(row) | faults_of_items(row, chosen))
    _open(row, note)
    _place_items(row, chosen)
    _decide_by_policy(row)
    settle(row)
    if row.is_open:
        tell_deciders(row)
    return row


def _faults(row: AccessRequest) -> dict[str, str]:
    """What is wrong with everything but the features."""
    found = {}
    if row.purpose is None:
        found["purpose"] = "Choose what it is for."
    elif not row.purpose.is_usable:
        found["purpose"] = f"{row.purpose} has ended or waits for its review, so nothing is granted for it."
    if len(row.why) < SHORTEST_WHY:
        found["why"] = f"Say in {SHORTEST_WHY} characters or more what you will do with it. Those who decide read it."
    consumer = row.consumer
    if consumer is not None and (consumer.team_id not in row.requester.team_ids or consumer.gone_at):
        found["consumer"] = f"Only the team that runs {consumer} asks for it, and you are not in it."
    return found


def _open(row: AccessRequest, note: Note) -> None:
    """Into review: the clock starts, or goes on from where it stood."""
    now, is_again = timezone.now(), row.state == RequestState.CHANGES
    note.change("state", row.state if row.pk else None, RequestState.REVIEW.value)
    if is_again:
        row.round += 1
        row.due_at = now + (row.due_at - row.paused_at) if row.due_at and row.paused_at else row.due_at
    else:
        row.sent_at, row.due_at = now, after_working_days(now, committee().days_to_decide)
    row.team = row.consumer.team if row.consumer else None
    row.state, row.paused_at = RequestState.REVIEW, None
    row.save()


def _place_items(row: AccessRequest, chosen: dict[Version, Policy | None]) -> None:
    held = {item.version_id: item for item in row.items.all()}
    try:
        with transaction.atomic():
            for version, policy in chosen.items():
                item = held.get(version.pk) or RequestItem(request=row, version=version)
                _place(item, row, version, policy)
                item.save()
    except IntegrityError:
        raise invalid(items="Somebody has asked for one of these just now, for the same reader and purpose.") from None


def _place(item: RequestItem, row: AccessRequest, version: Version, policy: Policy | None) -> None:
    owner = version.feature.answering_team
    item.outcome, item.subject, item.purpose, item.setting = Outcome.PENDING, subject_of(row), row.purpose, row.setting
    item.privacy_class, item.policy, item.owner = version.privacy_class, policy, owner
    item.owner_skipped = why_skipped(owner, row) if policy and policy.owner_votes else ""


def _decide_by_policy(row: AccessRequest) -> None:
    """What the policy lets be automatic, and the owner has agreed to beforehand, needs nobody."""
    pending = row.items.filter(outcome=Outcome.PENDING).select_related("policy", "version__feature__view", "purpose")
    for item in pending:
        fits = item.policy and item.policy.is_automatic and row.purpose and row.purpose.name in item.version.purposes
        if fits and is_agreed_beforehand(item.version.feature.view):
            Decision.objects.create(
                request=row, round=row.round, slot=Slot.AUTOMATIC, verdict=Verdict.APPROVE, approved=[item.pk],
                reason=f"{item.policy} and the owner's agreement beforehand.",
            )  # fmt: skip


def _tell(row: AccessRequest, word: str, title: str) -> None:
    tell(
        f"access.{word}", key=f"{row} {word} {row.round}", title=title, users=[row.requester],
        letter=letters.of_request(row), data={"request": str(row), "state": row.state},
    )  # fmt: skip
