"""Series of measurements, thinned for a page: every point shown is one that was measured, the worst of its stretch."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection as database
from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
)
from django.utils import timezone

from monitoring.models import FeatureMeasurement, Kind, Origin, ViewMeasurement
from monitoring.ranks import RANKS, by_findings, by_freshness, by_nulls
from monitoring.spans import Span
from registry.alike.judging import Profile
from registry.choices import Health, ViewKind
from registry.models import Actor, Feature, FeatureView
from registry.search.asking import ask
from registry.search.fields import Scope
from registry.search.grammar import parse

FOUND = {"drift": Kind.DRIFT, "skew": Kind.SKEW}  # what the board shows of findings
SLOTS = 40  # points of a small picture
TREND = timedelta(days=30)
_BEGINNING = datetime.fromisoformat("2000-01-01T00:00:00+00:00")

Trends = dict[int, list[float | None]]


class Stretch(Func):
    """Which stretch of a span's step a measurement lies in."""

    function, output_field = "date_bin", DateTimeField()

    def __init__(self, step: timedelta) -> None:
        super().__init__(Value(step), F("measured_at"), Value(_BEGINNING))


def view_series(view: FeatureView, span: Span) -> dict[str, list[ViewMeasurement]]:
    """By origin, the measurement with the oldest data of each stretch, in order of time."""
    age = ExpressionWrapper(F("measured_at") - F("newest_event_at"), output_field=DurationField())
    rows = _since(ViewMeasurement.objects.filter(view=view).defer("query", "warnings"), span)
    worst = rows.annotate(stretch=Stretch(span.step), age=age).order_by(
        "origin", "stretch", F("age").desc(nulls_last=True)
    )
    return _by_origin(worst.distinct("origin", "stretch"))


def feature_series(feature: Feature, span: Span) -> dict[str, list[FeatureMeasurement]]:
    """By origin, the measurement with the most nulls of each stretch, in order of time."""
    rows = _since(FeatureMeasurement.objects.filter(feature=feature).defer("histogram", "quantiles"), span)
    worst = rows.annotate(stretch=Stretch(span.step))
    worst = worst.order_by("origin", "stretch", F("null_rate").desc(nulls_last=True))
    return _by_origin(worst.distinct("origin", "stretch"))


def _since(rows: QuerySet, span: Span) -> QuerySet:
    since = span.since(timezone.now())
    return rows.filter(measured_at__gte=since) if since else rows


def _by_origin(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {origin: [] for origin in Origin.values}
    for row in rows:
        found[row.origin].append(row)
    return found


def latest_of_view(view: FeatureView) -> list[ViewMeasurement]:
    """The newest measurement from each origin: the evidence."""
    rows = ViewMeasurement.objects.filter(view=view).select_related("pull__connection")
    return list(rows.order_by("origin", "-measured_at").distinct("origin"))


def latest_of_feature(feature: Feature) -> list[FeatureMeasurement]:
    """The newest profile from each origin."""
    rows = FeatureMeasurement.objects.filter(feature=feature)
    return list(rows.order_by("origin", "-measured_at").distinct("origin"))


def latest_profile(feature: Feature) -> FeatureMeasurement | None:
    """The newest profile with values, from the source where there is one."""
    rows = sorted(latest_of_feature(feature), key=lambda row: row.origin != Origin.SOURCE)
    return next((row for row in rows if row.histogram or row.mean is not None or row.length_maximum is not None), None)


# Rows of several views or features, each stretch of the shared axis with its worst value. The axis begins with the
# first measurement there is, so that a store connected today does not draw an empty month; but an hour ago at least.
_TRENDS = """
WITH held AS (
  SELECT {subject} AS subject, origin, measured_at, {value} AS value
  FROM {table} WHERE {subject} = ANY(%(ids)s) AND measured_at >= %(since)s),
axis AS (SELECT extract(epoch FROM least(min(measured_at), %(now)s - interval '1 hour')) - 1 AS first FROM held)
SELECT subject, origin, max(value),
       width_bucket(extract(epoch FROM measured_at), first, extract(epoch FROM %(now)s) + 1, {slots}) - 1
FROM held, axis GROUP BY 1, 2, 4
"""
_AGES = _TRENDS.format(
    subject="view_id", table="monitoring_viewmeasurement", slots=SLOTS,
    value="extract(epoch FROM measured_at - newest_event_at)::float8",
)  # fmt: skip
_NULLS = _TRENDS.format(subject="feature_id", table="monitoring_featuremeasurement", slots=SLOTS, value="null_rate")


def age_trends(views: Sequence[FeatureView], length: timedelta = TREND) -> Trends:
    """By view, ages in seconds of what counts for its freshness, oldest first; None where nothing was measured."""
    found = _trends(_AGES, [view.pk for view in views], length)
    return {view.pk: _first(found[view.pk], _counting(view)) for view in views}


def null_trends(features: Sequence[Feature], length: timedelta = TREND) -> Trends:
    """By feature, null rates (fractions), oldest first: those of the source where it was read."""
    found = _trends(_NULLS, [feature.pk for feature in features], length)
    return {feature.pk: _first(found[feature.pk], (Origin.SOURCE, Origin.SERVED, Origin.TOLD)) for feature in features}


def _counting(view: FeatureView) -> tuple[Origin, ...]:
    return (Origin.SERVED, Origin.SOURCE) if view.is_online else (Origin.SOURCE,)


def _first(by_origin: dict[str, list[float | None]], origins: tuple[Origin, ...]) -> list[float | None]:
    return next((by_origin[origin] for origin in origins if origin in by_origin), [])


def _trends(statement: str, ids: list[int], length: timedelta) -> dict[int, dict[str, list[float | None]]]:
    now = timezone.now()
    found: dict[int, dict[str, list[float | None]]] = defaultdict(dict)
    with database.cursor() as cursor:
        cursor.execute(statement, {"ids": ids, "since": now - length, "now": now})
        for subject, origin, value, slot in cursor.fetchall():
            found[subject].setdefault(origin, [None] * SLOTS)[slot] = value
    return found


def seen_features(actor: Actor, ids: Iterable[int]) -> list[Feature]:
    """Of these features, those the actor sees, with their views."""
    rows = Feature.objects.visible_to(actor).filter(pk__in=list(ids)).select_related("view")
    return list(rows.defer("search", "keywords", "context", "view__digest", "view__definition"))


def board_views(actor: Actor, query: str, measure: str) -> QuerySet[FeatureView]:
    """Views that can be measured and have a feature that `query` finds; `rank` sorts the worst first."""
    views = FeatureView.objects.visible_to(actor).present().exclude(kind=ViewKind.ON_DEMAND)
    if query.strip():
        found = ask(parse(query), None, Scope(actor, timezone.now())).candidates.matching
        views = views.filter(pk__in=found.order_by().values("view_id"))
    if measure in FOUND:
        ranked = by_findings(views, FOUND[measure])
    else:
        ranked = by_nulls(views) if measure == "nulls" else by_freshness(views)
    return ranked.select_related("project").defer("digest", "definition")


def rank_counts(views: QuerySet[FeatureView]) -> dict[Health, int]:
    """How many of these views are in each state, the worst first."""
    counted = dict(views.order_by().values_list("rank").annotate(n=Count("pk")))  # type: ignore[misc]  # annotated
    return {health: counted.get(rank, 0) for health, rank in RANKS.items()}


MOST_READINGS = 300  # a day of three origins, each read every 15 minutes


def day_of_view(view: FeatureView, start: datetime) -> list[ViewMeasurement]:
    """What was measured of the view within 24 hours, the newest first."""
    rows = ViewMeasurement.objects.filter(view=view, measured_at__gte=start, measured_at__lt=start + timedelta(days=1))
    return list(rows.defer("query").order_by("-measured_at", "origin")[:MOST_READINGS])


def worst_features(view: FeatureView, actor: Actor, start: datetime) -> list[Feature]:
    """The view's features that had any nulls within 24 hours, with the highest rate as `worst`."""
    within = FeatureMeasurement.objects.filter(
        feature=OuterRef("pk"), measured_at__gte=start, measured_at__lt=start + timedelta(days=1)
    )
    highest = within.order_by(F("null_rate").desc(nulls_last=True)).values("null_rate")[:1]
    features = Feature.objects.visible_to(actor).filter(view=view).annotate(worst=Subquery(highest))
    return list(features.filter(worst__gt=0).defer("search", "keywords", "context").order_by("-worst", "key")[:20])


def value_profiles(features: Sequence[int]) -> dict[int, Profile]:
    """The latest measurement of each feature's values in its source. Those of personal features are not told."""
    names = ("mean", "stddev", "minimum", "maximum", "null_rate", "distinct")
    rows = FeatureMeasurement.objects.filter(feature__in=features, origin=Origin.SOURCE, mean__isnull=False)
    latest = rows.exclude(feature__in=Feature.objects.personal()).order_by("feature", "-measured_at")
    held = latest.distinct("feature").values_list("feature", *names)
    return {number: Profile(**dict(zip(names, values, strict=True))) for number, *values in held}
