"""How complete a team's features are, and which to mend first: those that most readers depend on."""

from dataclasses import dataclass

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from registry.choices import VersionState
from registry.models import Feature, Team, User

LIVING = (VersionState.DRAFT, VersionState.ACTIVE, VersionState.DEPRECATED, VersionState.QUARANTINED)
# What a complete feature has, as the condition under which it lacks it. A view without limit or schedule has no SLO.
LACKS: dict[str, Q] = {
    "owner": Q(owner__isnull=True),
    "description": Q(description=""),
    "class": Q(privacy_class=""),
    "default": Q(is_online=True, has_default=False),
    "SLO": Q(view__slo_freshness__isnull=True, view__schedule_every__isnull=True),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """How many of the features that need it have it."""

    label: str
    have: int
    need: int

    @property
    def is_complete(self) -> bool:
        return self.have == self.need


def of_team(team: Team, actor: User) -> QuerySet[Feature]:
    """Living features that the team answers for: its own, and those without an owner in its views and projects."""
    falls_to = (
        Q(owner=team)
        | Q(owner__isnull=True, view__owner=team)
        | Q(owner__isnull=True, view__owner__isnull=True, project__owner=team)
    )
    living = Feature.objects.visible_to(actor).present().filter(falls_to, state__in=LIVING)
    return living.select_related("view", "owner").defer("search", "keywords", "context")


def bars(features: QuerySet[Feature]) -> list[Bar]:
    """One for each thing a feature should have; only features served online need a default."""
    counted = features.order_by().aggregate(
        all=Count("pk"),
        online=Count("pk", filter=Q(is_online=True)),
        **{f"lacks_{name}": Count("pk", filter=condition) for name, condition in LACKS.items()},
    )
    need = dict.fromkeys(LACKS, counted["all"]) | {"default": counted["online"]}
    labels = {
        "owner": "Owner",
        "description": "Description",
        "class": "Data class",
        "default": "Default, where served online",
        "SLO": "SLO",
    }
    return [Bar(labels[name], need[name] - counted[f"lacks_{name}"], need[name]) for name in LACKS]


def incomplete(features: QuerySet[Feature]) -> QuerySet[Feature]:
    """Those that lack something (`lacks` counts), to be shown by readers affected."""
    missing = sum(
        (
            Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())
            for condition in LACKS.values()
        ),
        Value(0),
    )
    return features.annotate(lacks=missing).filter(lacks__gt=0)


def lacking(feature: Feature) -> list[str]:
    """What this feature lacks, in words."""
    return [
        name
        for name, is_missing in (
            ("owner", feature.owner_id is None),
            ("description", not feature.description),
            ("class", not feature.privacy_class),
            ("default", feature.is_online and not feature.has_default),
            ("SLO", feature.view.slo_freshness is None and feature.view.schedule_every is None),
        )
        if is_missing
    ]
