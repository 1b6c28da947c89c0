"""What came in, and how much there is: for each hour of a day, or each day of a week."""

from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from lineage.marquez.nodes import datasets, jobs
from lineage.models import Event, Node
from registry.models import User

Told = dict[str, Any]
Span = tuple[datetime, datetime]
DAY, WEEK = "DAY", "WEEK"
_TYPES = ("FAIL", "START", "COMPLETE", "ABORT")
_UNTOLD = Q(first_seen_at=None)  # what the registry alone knows is always there


def spans_of(period: str, zone: tzinfo) -> list[Span]:
    """The last 24 hours, or the last 7 days in this time zone; the one that is running is the last."""
    now = timezone.now().astimezone(zone)
    if period == DAY:
        hour = now.replace(minute=0, second=0, microsecond=0)
        starts = [hour - timedelta(hours=back) for back in range(23, -1, -1)]
        return [(start, start + timedelta(hours=1)) for start in starts]
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    # In local time: a day on which the clocks change is not 24 hours long.
    days = [midnight - timedelta(days=back) for back in range(6, -2, -1)]
    return list(zip(days, days[1:], strict=False))


def events_told(spans: list[Span]) -> list[Told]:
    """How many events of runs there were. Everybody's: a number tells nobody what they were about."""
    within = Event.objects.filter(event_at__gte=spans[0][0], event_at__lt=spans[-1][1])
    counts = {
        f"{kind}_{number}": Count("id", filter=Q(event_type=kind, event_at__gte=start, event_at__lt=end))
        for number, (start, end) in enumerate(spans)
        for kind in _TYPES
    }
    found = within.order_by().aggregate(**counts)
    return [
        {**_ends(span), **{kind.lower(): found[f"{kind}_{number}"] for kind in _TYPES}}
        for number, span in enumerate(spans)
    ]


def assets_told(asset: str, spans: list[Span], actor: User) -> list[Told]:
    """How many jobs, datasets or sources the actor sees had been told of by the end of each span."""
    rows, counted = _assets(asset, actor)
    counts = {
        f"until_{number}": Count(counted, filter=_UNTOLD | Q(first_seen_at__lt=end), distinct=True)
        for number, (_, end) in enumerate(spans)
    }
    found = rows.order_by().aggregate(**counts)
    return [{**_ends(span), "count": found[f"until_{number}"]} for number, span in enumerate(spans)]


def _assets(asset: str, actor: User) -> tuple[QuerySet[Node], str]:
    if asset == "jobs":
        return jobs(actor), "pk"
    return datasets(actor), "namespace" if asset == "sources" else "pk"


def _ends(span: Span) -> dict[str, datetime]:
    return dict(zip(("startInterval", "endInterval"), span, strict=True))
