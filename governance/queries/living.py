"""Does a grant still give what it says? It ends with what it was given to, although nobody has revoked it.

The one rule of it, for people who look at a grant and for machines that ask: both bring a `Right`.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import F, Q
from django.db.models.functions import Now, TruncDate
from django.utils import timezone

from common.fields import At
from governance.models import Grant, GrantState
from registry.choices import VersionState

READABLE = (VersionState.ACTIVE, VersionState.DEPRECATED)


class Right(NamedTuple):
    """An active grant, and what it was given to as that is now."""

    reader: str  # kind:name of a consumer, or the name of a person
    is_consumer: bool
    is_there: bool  # a consumer that is not gone, an account that is open
    team: int | None
    granted_team: int | None
    version: str
    state: str
    privacy_class: str
    granted_class: str
    purpose: str
    purpose_ended_at: datetime | None
    purpose_review_on: date
    contract: Collection[str]  # purposes that the version allows


class Ending(NamedTuple):
    """Why a right gives nothing now: for programs, and for people."""

    code: str
    text: str


def why_over(right: Right, today: date) -> Ending | None:
    """None while the right lives."""
    return _of_reader(right) or _of_data(right, today)


def why_not_now(grant: Grant) -> str:
    """Why a standing grant gives nothing now, in a sentence; empty while it does."""
    return why_no_more(grant) if grant.state == GrantState.ACTIVE else ""


def why_no_more(grant: Grant) -> str:
    """The same of a right that is still to be set up: what has lost its cause is not given."""
    over = why_over(right_of(grant), timezone.now().date())
    return over.text if over else ""


def right_of(grant: Grant) -> Right:
    consumer, user, version, purpose = grant.consumer, grant.user, grant.version, grant.purpose
    is_there = consumer.gone_at is None if consumer else user is not None and user.is_active
    return Right(
        str(consumer or user), consumer is not None, is_there, consumer.team_id if consumer else None, grant.team_id,
        str(version), version.state, version.privacy_class, grant.privacy_class, purpose.name, purpose.ended_at,
        purpose.review_on, version.purposes,
    )  # fmt: skip


def _of_reader(right: Right) -> Ending | None:
    if not right.is_there and right.is_consumer:
        return Ending("subject_gone", f"{right.reader} is gone.")
    if not right.is_there:
        return Ending("account_closed", f"The account of {right.reader} is closed.")
    if right.is_consumer and right.team != right.granted_team:
        return Ending("team_changed", f"{right.reader} belongs to another team than when it was granted.")
    return None


def _of_data(right: Right, today: date) -> Ending | None:
    if right.state not in READABLE:
        return Ending(right.state, f"{right.version} is {right.state}.")
    if right.privacy_class != right.granted_class:
        return Ending("class_changed", f"The class of {right.version} has changed since.")
    if right.purpose_ended_at is not None or right.purpose_review_on < today:
        return Ending("purpose_ended", f"{right.purpose} has ended or waits for its review.")
    if right.purpose not in right.contract:
        return Ending(
            "purpose_not_allowed", f"The contract of {right.version} does not allow {right.purpose} any more."
        )
    return None


def holds(at: At) -> Q:
    """The same for the database: active grants that give something now. `at` is the way to a column of the grant."""
    same_team = Q(**{at("consumer__team"): F(at("team"))}) | Q(
        **{at("consumer__team__isnull"): True, at("team__isnull"): True}
    )
    of_reader = Q(**{at("user__is_active"): True}) | Q(same_team, **{at("consumer__gone_at__isnull"): True})
    of_data = Q(**{
        at("version__state__in"): READABLE, at("version__privacy_class"): F(at("privacy_class")),
        at("version__purposes__contains"): [F(at("purpose__name"))], at("purpose__ended_at__isnull"): True,
        at("purpose__review_on__gte"): TruncDate(Now()),
    })  # fmt: skip
    return Q(of_reader, of_data, **{at("state"): GrantState.ACTIVE, at("ends_at__gt"): Now()})
