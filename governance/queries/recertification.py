"""Reviews of standing grants: which are looked at, who may answer for which, how far they have come."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from governance.models import (
    Answer,
    Conflict,
    ConflictKind,
    Grant,
    GrantState,
    Purpose,
    Recertification,
    RecertificationItem,
    RecertificationItemQuerySet,
    RecertificationQuerySet,
    ReviewState,
)
from governance.queries.committee import members
from governance.queries.living import why_not_now
from governance.recertifying import LOOKED_BACK, Facts
from registry.models import Membership, Project, ReadDay, Team, User


@dataclass(frozen=True, slots=True)
class Scope:
    """Which standing grants a review is about. Empty: no limit."""

    classes: tuple[str, ...] = ()
    project: Project | None = None
    owner: Team | None = None
    purpose: Purpose | None = None
    unused_days: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    grant: Grant
    owner: Team | None
    facts: Facts


def in_scope(scope: Scope) -> list[Found]:
    """The active grants that a scope means, as they are now, but for those that a running review still looks at.
    Break-glass access is reviewed on its own."""
    looked_at = RecertificationItem.objects.open().filter(grant=OuterRef("pk"), review__state=ReviewState.RUNNING)
    rows = Grant.objects.active().filter(~Exists(looked_at), is_emergency=False).with_names().select_related(
        "version__feature__project__owner", "version__feature__view__owner", "version__feature__owner", "consumer",
        "user", "team", "purpose", "item__request",
    )  # fmt: skip
    if scope.classes:
        rows = rows.filter(privacy_class__in=scope.classes)
    if scope.project:
        rows = rows.filter(version__feature__project=scope.project)
    if scope.purpose:
        rows = rows.filter(purpose=scope.purpose)
    grants = [one for one in rows.order_by("pk") if scope.owner is None or _owner(one) == scope.owner]
    reads, today = reads_of(grants), timezone.now().date()
    found = [Found(one, _owner(one), _facts(one, reads, today)) for one in grants]
    return [one for one in found if not scope.unused_days or _is_unused_for(one.facts, scope.unused_days)]


def _owner(grant: Grant) -> Team | None:
    return grant.version.feature.answering_team


def _facts(grant: Grant, reads: Mapping[int, tuple[tuple[date, int], ...]], today: date) -> Facts:
    granted_on = (grant.starts_at or grant.created_at).date()
    return Facts(today, granted_on, grant.privacy_class, grant.setting, why_not_now(grant), reads.get(grant.pk))


def _is_unused_for(facts: Facts, days: int) -> bool:
    """Known to be so: what nobody reports is not unused."""
    since = facts.today - timedelta(days=days)
    return facts.reads is not None and facts.granted_on <= since and (facts.last is None or facts.last <= since)


def reads_of(grants: Collection[Grant]) -> dict[int, tuple[tuple[date, int], ...]]:
    """By grant, (day, reads) of its reader on its version in the last 90 days. A grant is missing where nobody has ever
    reported anything about the reader."""
    consumers = {one.consumer_id for one in grants if one.consumer_id}
    reporting = ReadDay.objects.filter(consumer__in=consumers).order_by().values_list("consumer", flat=True)
    reported = set(reporting.distinct())
    features = {one.version.feature_id for one in grants if one.consumer_id in reported}
    since = timezone.now().date() - timedelta(days=LOOKED_BACK)
    rows = ReadDay.objects.filter(consumer__in=reported, feature__in=features, day__gt=since)
    by_place: dict[tuple[int, int, int], list[tuple[date, int]]] = {}
    for consumer, feature, number, day, count in rows.order_by("day").values_list(
        "consumer", "feature", "number", "day", "reads"
    ):
        by_place.setdefault((consumer, feature, number), []).append((day, count))
    return {
        one.pk: tuple(by_place.get((one.consumer_id, one.version.feature_id, one.version.number), ()))
        for one in grants if one.consumer_id in reported
    }  # fmt: skip


class Held(NamedTuple):
    """On what it depends who answers for a grant, as numbers: who owns the feature, who holds the grant, who has asked
    for it, and which teams these are in or run the reader."""

    owner: int | None
    user: int | None
    requester: int
    team: int | None
    ran_by: int | None


@dataclass(frozen=True, slots=True)
class Reviewer:
    """As what somebody answers in a review, asked once for all of its items. Nobody answers for what they, their team
    or somebody they are in conflict with hold or have asked for."""

    user: User
    teams: frozenset[int]
    is_member: bool
    people: frozenset[int]
    other_teams: frozenset[int]

    def why_not(self, review: Recertification, item: RecertificationItem) -> str:
        """Why they do not answer for it; empty where they do."""
        grant = item.grant
        ran_by = grant.consumer.team_id if grant.consumer else None
        told = Held(item.owner_id, grant.user_id, grant.item.request.requester_id, grant.team_id, ran_by)
        return self.bar(review, told, str(grant.consumer or "the reader"))

    def bar(self, review: Recertification, held: Held, reader: str = "") -> str:
        """The same of any grant that is held so."""
        if self.user.pk in (held.user, held.requester):
            return "You hold it or have asked for it, so others answer."
        if {held.team, held.ran_by} & self.teams:
            return f"Your own team runs {reader}, so others answer."
        if held.team in self.other_teams or held.requester in self.people:
            return "There is a conflict of interest, so others answer."
        is_owner = review.owners_decide and held.owner in self.teams
        is_committee = self.is_member and held.owner not in self.teams
        return "" if is_owner or is_committee else "Its owners and the committee answer for it."


def reviewer(user: User) -> Reviewer:
    """As things are this moment, asked of the database and not of the session."""
    living = Membership.objects.filter(user=user, user__is_active=True, user__is_service=False)
    teams = frozenset(living.values_list("team_id", flat=True))
    rows = list(Conflict.objects.filter(Q(user=user) | Q(person=user, kind=ConflictKind.REPORTS_TO)))
    people = {one.person_id or 0 if one.user_id == user.pk else one.user_id for one in rows}
    other = {one.team_id for one in rows if one.user_id == user.pk and one.team_id}
    is_member = members().filter(pk=user.pk).exists()
    return Reviewer(user, teams, is_member, frozenset(people), frozenset(other))


@dataclass(frozen=True, slots=True)
class Progress:
    total: int
    open: int
    kept: int
    revoked: int
    over: int

    @property
    def answered(self) -> int:
        return self.total - self.open


def progress(items: RecertificationItemQuerySet) -> Progress:
    counted = items.aggregate(
        total=Count("pk"),
        **{name: Count("pk", filter=Q(answer=answer)) for name, answer in _COUNTED.items()},
    )  # fmt: skip
    return Progress(**counted)


_COUNTED = {"open": Answer.OPEN, "kept": Answer.KEEP, "revoked": Answer.REVOKE, "over": Answer.OVER}


def followable(me: Reviewer, review: Recertification) -> list[RecertificationItem]:
    """The open items with a suggestion that the reviewer may follow, the riskiest first."""
    rows = review.items.visible_to(me.user).open().exclude(suggested="").with_names()
    return [one for one in rows if not me.why_not(review, one)]


_HELD = ("owner", "grant__user", "grant__item__request__requester", "grant__team", "grant__consumer__team")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A review, and for how many of its grants somebody can answer now."""

    review: Recertification
    count: int


def waiting_for(actor: User) -> list[Waiting]:
    """Running reviews that wait for the actor, what is due first. Grants that are held alike are one row each, so that
    many cost what a few do."""
    seen = Recertification.objects.visible_to(actor).running().order_by("due_at", "pk")
    reviews = {one.pk: one for one in seen}
    if not reviews:
        return []
    me, counts = reviewer(actor), dict.fromkeys(reviews, 0)
    rows = RecertificationItem.objects.open().filter(review__in=reviews).order_by().values_list("review", *_HELD)
    for review, *held, count in rows.annotate(count=Count("pk")):
        counts[review] += 0 if me.bar(reviews[review], Held(*held)) else count
    return [Waiting(reviews[pk], count) for pk, count in counts.items() if count]


def with_counts(actor: User) -> RecertificationQuerySet:
    """Those that the actor sees, each with `total` grants, `answered` ones and `revoked` ones, of what the actor sees
    in it."""
    seen = Q() if actor.sees_everything else Q(items__owner__in=actor.team_ids)
    return Recertification.objects.visible_to(actor).annotate(
        total=Count("items", filter=seen), answered=Count("items", filter=seen & ~Q(items__answer=Answer.OPEN)),
        revoked=Count("items", filter=seen & Q(items__answer=Answer.REVOKE)),
    )  # fmt: skip


def running_revocation(grant: Grant) -> RecertificationItem | None:
    """The review that has decided to revoke a grant and has told its holder when."""
    if grant.state != GrantState.ACTIVE:
        return None
    rows = grant.reviews.filter(answer=Answer.REVOKE, revoked_at__isnull=True).exclude(
        review__state=ReviewState.CANCELLED
    )
    return rows.select_related("review", "decided_by").first()
