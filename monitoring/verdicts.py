"""Every verdict there is about views, one for each kind: what incidents, boards and gates are made of."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import QuerySet

from monitoring.judging import Verdict, freshness, nulls
from monitoring.models import Finding, Kind
from registry.choices import Health
from registry.models import Feature, FeatureView


def verdicts_of(views: QuerySet[FeatureView], now: datetime) -> list[Verdict]:
    """Of each view its freshness, its nulls and its volume; of each feature its nulls and whatever else was found.

    Freshness and nulls are judged at `now`, from the facts that the registry holds; the others are what was found last.
    """
    held = list(views.filter(gone_at__isnull=True))
    features = list(Feature.objects.present().filter(view__in=held).values_list("view_id", "pk", "null_rate"))
    return [*live(held, features, now), *kept(held)]


def live(
    views: Iterable[FeatureView], features: Iterable[tuple[int, int, float | None]], now: datetime
) -> Iterator[Verdict]:
    """What time alone changes, and what is one comparison."""
    by_number = {view.pk: view for view in views}
    for view in by_number.values():
        newest, limit = view.newest_event_at, view.freshness_limit
        age = (now - newest).total_seconds() if newest else None
        seconds = limit.total_seconds() if limit else None
        yield Verdict(Kind.FRESHNESS, view.pk, None, *freshness(view, now), age, seconds)
    for number, feature, rate in features:
        view = by_number[number]
        yield Verdict(Kind.NULLS, number, feature, *nulls(view, [rate]), rate, view.null_rate_limit)


def kept(views: Iterable[FeatureView]) -> list[Verdict]:
    """What was found of these views and their features when they were last measured."""
    return _told(Finding.objects.filter(view__in=[view.pk for view in views]))


def breaking(views: Iterable[FeatureView]) -> list[Verdict]:
    """Of `kept`, what is beyond a limit."""
    wrong = Finding.objects.filter(state__in=(Health.BREACHED, Health.AT_RISK))
    return _told(wrong.filter(view__in=[view.pk for view in views]))


def _told(rows: QuerySet[Finding]) -> list[Verdict]:
    return [
        Verdict(Kind(row.kind), row.view_id, row.feature_id, Health(row.state), row.reason, row.value, row.limit)
        for row in rows.exclude(feature__gone_at__isnull=False).order_by("view", "kind", "feature")
    ]
