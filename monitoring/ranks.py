"""The rules of `judging` as SQL, to put the worst of many views first without reading them all."""

from django.db.models import (
    Avg,
    Case,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Now

from monitoring.judging import AT_RISK_FROM
from monitoring.models import Finding, Kind
from registry.choices import Health
from registry.models import Feature, FeatureView
from registry.models.feature_views import DEFAULT_MAX_NULL_RATE
from registry.search import freshness

# What nobody measured comes before what is fine.
RANKS = {Health.BREACHED: 0, Health.AT_RISK: 1, Health.UNKNOWN: 2, Health.OK: 3}


def by_freshness(views: QuerySet[FeatureView]) -> QuerySet[FeatureView]:
    """`rank` by how old what readers get is."""
    read_at = Case(When(is_online=True, then=Coalesce("served_read_at", "source_read_at")), default=F("source_read_at"),
                   output_field=DateTimeField())  # fmt: skip
    limit = freshness.limit()
    known = views.alias(
        read_at=read_at,
        newest=freshness.newest_event_at(),
        limit=limit,
        near=ExpressionWrapper(limit * Value(AT_RISK_FROM), output_field=DurationField()),
    ).alias(age=ExpressionWrapper(Now() - F("newest"), output_field=DurationField()))
    return known.annotate(
        rank=Case(
            _when(Q(read_at=None), Health.UNKNOWN),
            _when(Q(newest=None), Health.BREACHED),
            _when(Q(limit=None), Health.UNKNOWN),
            _when(Q(age__gt=F("limit")), Health.BREACHED),
            _when(Q(age__gt=F("near")), Health.AT_RISK),
            default=Value(RANKS[Health.OK]),
            output_field=IntegerField(),
        )
    )


def by_nulls(views: QuerySet[FeatureView]) -> QuerySet[FeatureView]:
    """`rank` by the emptiest feature of each view."""
    features = Feature.objects.present().filter(view=OuterRef("pk")).order_by().values("view")
    limit = Coalesce("slo_max_null_rate", Value(DEFAULT_MAX_NULL_RATE))
    known = views.alias(
        worst=Subquery(features.annotate(n=Max("null_rate")).values("n")),
        unknown=Subquery(features.annotate(n=Avg(_is_unknown())).values("n")),
        limit=limit,
        near=ExpressionWrapper(limit * Value(AT_RISK_FROM), output_field=FloatField()),
    )
    return known.annotate(
        rank=Case(
            _when(Q(worst__gt=F("limit")), Health.BREACHED),
            _when(Q(worst__gt=F("near")), Health.AT_RISK),
            _when(Q(worst=None) | Q(unknown__gt=0), Health.UNKNOWN),
            default=Value(RANKS[Health.OK]),
            output_field=IntegerField(),
        )
    )


def by_findings(views: QuerySet[FeatureView], kind: Kind) -> QuerySet[FeatureView]:
    """`rank` by the worst that was found last of any feature; unknown where nothing is known of any."""
    found = Finding.objects.filter(view=OuterRef("pk"), kind=kind, feature__gone_at__isnull=True)
    found = found.exclude(feature__in=Feature.objects.personal())
    return views.annotate(
        rank=Case(
            *(
                _when(Exists(found.filter(state=state)), state)
                for state in (Health.BREACHED, Health.AT_RISK, Health.OK)
            ),
            default=Value(RANKS[Health.UNKNOWN]),
            output_field=IntegerField(),
        )
    )


def _is_unknown() -> Case:
    return Case(When(null_rate=None, then=Value(1.0)), default=Value(0.0), output_field=FloatField())


def _when(condition: Q | Exists, health: Health) -> When:
    return When(condition, then=Value(RANKS[health]))
