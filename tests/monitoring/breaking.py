"""Readings one after the other, as a store gives them that is measured every fifteen minutes."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from monitoring.actions.health import refresh_health
from registry.models import FeatureView
from tests.factories import FeatureFactory, ViewFactory
from tests.measured import measure

EVERY = timedelta(minutes=15)
LATE, FRESH = timedelta(hours=5), timedelta(minutes=10)


def hourly(name: str, **facts: Any) -> FeatureView:
    """A view whose data may be two hours old, with one feature."""
    view = ViewFactory(name=name, schedule_every=timedelta(hours=1), **facts)
    FeatureFactory(view=view, name=f"{name}_feature")
    return view


def read(*views: FeatureView, age: timedelta = LATE, nulls: int = 0, times: int = 1) -> None:
    """So many readings more of each, one after the other, and what they come to."""
    for _ in range(times):
        for view in views:
            last = view.source_read_at or timezone.now() - 40 * EVERY
            measure(view, age=age, nulls=nulls, at=last + EVERY)
        refresh_health(FeatureView.objects.filter(pk__in=[view.pk for view in views]))
