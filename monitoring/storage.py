"""What views take in their stores, how much is asked of them, and what is served though nobody is known to read it."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from monitoring.models import Origin, StoreFigure, ViewMeasurement
from registry.choices import ViewKind
from registry.models import Actor, FeatureView, ReadDay, Usage

READ_WITHIN = timedelta(days=30)
MEASURED_WITHIN = timedelta(days=7)  # what was not measured since is unknown


def storage_of(actor: Actor, now: datetime) -> QuerySet[FeatureView]:
    """Views that stores hold values of, with what each takes (null: the store does not say) and whether it is read.

    `is_unread`: it is materialized, no consumer is known to read it, none has reported a read in 30 days, and no server
    has told that anybody asked.
    """
    views = FeatureView.objects.visible_to(actor).present().exclude(kind=ViewKind.ON_DEMAND)
    return views.annotate(
        source_bytes=_last(Origin.SOURCE, "stored_bytes", now),
        served_bytes=_last(Origin.SERVED, "stored_bytes", now),
        served_entities=_last(Origin.SERVED, "entities", now),
        values_per_second=_asked(now),
        is_unread=Case(
            When(Q(served_entities__gt=0, is_online=True) & ~_is_read(now), then=Value(True)), default=Value(False)
        ),
    )


def _last(origin: str, column: str, now: datetime) -> Subquery:
    rows = ViewMeasurement.objects.filter(view=OuterRef("pk"), origin=origin, measured_at__gte=now - MEASURED_WITHIN)
    return Subquery(rows.order_by("-measured_at").values(column)[:1])


def _asked(now: datetime) -> Subquery:
    rows = StoreFigure.objects.filter(view=OuterRef("pk"), name="values_per_second")
    return Subquery(rows.filter(measured_at__gte=now - MEASURED_WITHIN).order_by("-measured_at").values("value")[:1])


def _is_read(now: datetime) -> Q:
    usages = Usage.objects.filter(feature__view=OuterRef("pk"), gone_at__isnull=True)
    reads = ReadDay.objects.filter(feature__view=OuterRef("pk"), day__gte=(now - READ_WITHIN).date(), reads__gt=0)
    told = StoreFigure.objects.filter(view=OuterRef("pk"), name="values_per_second", value__gt=0)
    return Q(Exists(usages)) | Q(Exists(reads)) | Q(Exists(told.filter(measured_at__gte=now - READ_WITHIN)))


def totals_of(views: QuerySet[FeatureView]) -> dict[str, Any]:
    """{source, served, saved}: bytes where the stores say; None where none of them does."""
    return views.order_by().aggregate(
        source=Sum("source_bytes"), served=Sum("served_bytes"), saved=Sum("served_bytes", filter=Q(is_unread=True))
    )


def largest_first(views: QuerySet[FeatureView]) -> QuerySet[FeatureView]:
    size = Coalesce(F("served_bytes"), Value(0)) + Coalesce(F("source_bytes"), Value(0))
    return views.annotate(size=size).order_by("-size", "key")
