"""What a person's home page shows: their own, what is in trouble, what others use, what is new."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from registry.choices import Health, VersionState
from registry.models import Connection, Feature, FeatureView, User

ROWS = 8
RECENT = timedelta(days=7)
_WORST_FIRST = Case(When(health=Health.BREACHED, then=Value(0)), default=Value(1), output_field=IntegerField())


def _features(user: User) -> QuerySet[Feature]:
    seen = Feature.objects.visible_to(user).present().exclude(state=VersionState.RETIRED)
    return seen.select_related("view", "owner").defer("search", "keywords", "context", "view__definition")


def followed(user: User) -> list[Feature]:
    """What the user follows, the troubled first. What is gone or retired stays: that is news."""
    found = Feature.objects.visible_to(user).followed_by(user).select_related("view", "owner")
    return list(found.defer("search", "keywords", "context").order_by(_WORST_FIRST, "key")[:ROWS])


def in_trouble(user: User) -> list[Feature]:
    """Features of the user's teams outside or near their limits, the most read first."""
    found = _features(user).filter(owner__in=user.team_ids, health__in=[Health.BREACHED, Health.AT_RISK])
    return list(found.order_by(_WORST_FIRST, "-models_count", "key")[:ROWS])


def most_used(user: User) -> list[Feature]:
    return list(_features(user).filter(models_count__gt=0).order_by("-models_count", "key")[:ROWS])


def changed_recently(user: User) -> list[Feature]:
    """Added or changed within a week."""
    found = _features(user).filter(changed_at__gte=timezone.now() - RECENT)
    return list(found.order_by("-changed_at", "-id")[:ROWS])


@dataclass(frozen=True, slots=True)
class Setup:
    """How far the installation is set up, counted over everything."""

    connections: int
    views: int
    owned: int
    limited: int
    looking_personal: int
    classified: int


def setup() -> Setup:
    """Counts for the first-run checklist."""
    views = FeatureView.objects.present().aggregate(
        views=Count("pk"),
        owned=Count("pk", filter=Q(owner__isnull=False)),
        limited=Count("pk", filter=Q(slo_freshness__isnull=False) | Q(schedule_every__isnull=False)),
    )
    features = (
        Feature.objects.present()
        .filter(looks_personal=True)
        .aggregate(looking_personal=Count("pk"), classified=Count("pk", filter=~Q(privacy_class="")))
    )
    return Setup(connections=Connection.objects.count(), **views, **features)
