"""How old a view's data is and how old it may be, as SQL: the same rules as FeatureView's properties."""

from datetime import timedelta

from django.db.models import Case, DateTimeField, DurationField, ExpressionWrapper, F, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from registry.models.feature_views import DAILY_LIMIT, HOURLY_LIMIT


def newest_event_at(view: str = "") -> Case:
    """The time that counts: what is served where the view is online, else what the source holds. Null when unknown."""
    return Case(
        When(**{f"{view}is_online": True}, then=Coalesce(F(f"{view}served_until"), F(f"{view}source_until"))),
        default=F(f"{view}source_until"),
        output_field=DateTimeField(),
    )


def limit(view: str = "") -> Coalesce:
    """The owner's limit, else the one that follows from the schedule. Null when neither says."""
    every = f"{view}schedule_every"
    scheduled = Case(
        When(**{f"{every}__lte": timedelta(hours=1)}, then=Value(HOURLY_LIMIT)),
        When(**{f"{every}__lte": timedelta(days=1)}, then=Value(DAILY_LIMIT)),
        default=_sum(F(every), Value(timedelta(hours=1))),
        output_field=DurationField(),
    )
    return Coalesce(F(f"{view}slo_freshness"), scheduled)


def _sum(one: Combinable, other: Combinable) -> ExpressionWrapper:
    return ExpressionWrapper(one + other, output_field=DurationField())
