"""Parts of other apps' pages that monitoring answers for. Each is fetched on its own, so each fails on its own."""

from collections.abc import Iterable
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from monitoring import tiles
from monitoring.models import Against
from monitoring.queries import TREND, Trends, age_trends, null_trends, seen_features
from monitoring.shifts import shifts_of, verdict
from registry.queries.comparison import choices
from registry.queries.evidence import absences
from registry.queries.feature_views import features_of, view_pages_of
from registry.queries.features import pages_of
from registry.views.actor import actor_of

MOST_IDS = 200
MOST_MULTIPLES = 24
LIST_TREND = timedelta(days=7)  # many rows at once: a week costs a quarter of a month


@require_GET
def trust(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    """Freshness, nulls and drift of one feature, for its trust strip."""
    found = get_object_or_404(pages_of(actor_of(request)), key=f"{project}.{view}.{feature}")
    why = absences(found.view, found)
    ages, rates = age_trends([found.view], TREND)[found.view_id], null_trends([found], TREND)[found.pk]
    shifts = shifts_of(found)
    decisive = next((one for one in shifts if one.measured.against != Against.WEEKDAY), None)
    shown = [
        tiles.freshness(found.view, ages, why, timezone.now()), tiles.nulls(found, rates, why),
        tiles.drift(found, verdict(found), decisive),
    ]  # fmt: skip
    return render(request, "monitoring/panels/trust.html", {"tiles": shown})


@require_GET
def sparklines(request: HttpRequest) -> HttpResponse:
    """Pictures for many rows: `?of=freshness&id=1&id=2` fills #freshness-1 and #freshness-2; `of=nulls` likewise."""
    of = "nulls" if request.GET.get("of") == "nulls" else "freshness"
    features = seen_features(actor_of(request), _numbers(request.GET.getlist("id"))[:MOST_IDS])
    if of == "nulls":
        rates = null_trends(features, LIST_TREND)
        pictures = [(one.pk, tiles.null_picture(one, rates[one.pk])) for one in features if any_known(rates[one.pk])]
    else:
        ages = age_trends(list({one.view_id: one.view for one in features}.values()), LIST_TREND)
        pictures = [
            (one.pk, tiles.age_picture(one.view, ages[one.view_id])) for one in features if any_known(ages[one.view_id])
        ]
    return render(request, "monitoring/panels/sparklines.html", {"of": of, "pictures": pictures})


def any_known(values: Iterable[float | None]) -> bool:
    return any(value is not None for value in values)


def _numbers(texts: Iterable[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 19]


@require_GET
def view_trends(request: HttpRequest, project: str, view: str) -> HttpResponse:
    """Small multiples of one view: its freshness, and the null rate of each feature on one scale."""
    found = get_object_or_404(view_pages_of(actor_of(request)), key=f"{project}.{view}")
    features = list(features_of(found, actor_of(request)).present().order_by("key")[: MOST_MULTIPLES + 1])
    for feature in features:
        feature.view = found
    rates = null_trends(features, TREND)
    ages = age_trends([found], TREND)[found.pk]
    highest = _highest(rates, [found.null_rate_limit])
    context = {
        "view": found,
        "ages": tiles.age_picture(found, ages) if any_known(ages) else "",
        "pictures": [
            (one, tiles.null_picture(one, rates[one.pk], highest=highest))
            for one in features[:MOST_MULTIPLES]
            if any_known(rates[one.pk])
        ],
        "has_more": len(features) > MOST_MULTIPLES,
    }
    return render(request, "monitoring/panels/view_trends.html", context)


def _highest(trends: Trends, limits: Iterable[float]) -> float:
    return max([value for values in trends.values() for value in values if value is not None] + list(limits), default=0)


@require_GET
def compare_trends(request: HttpRequest) -> HttpResponse:
    """Freshness and null rate of the features compared, each row on one scale."""
    found, _ = choices(request.GET.getlist("f"), actor_of(request))
    features = list({choice.feature.pk: choice.feature for choice in found}.values())
    views = list({feature.view_id: feature.view for feature in features}.values())
    ages, rates = age_trends(views, TREND), null_trends(features, TREND)
    oldest = _highest(ages, [view.freshness_limit.total_seconds() for view in views if view.freshness_limit])
    emptiest = _highest(rates, [view.null_rate_limit for view in views])
    columns = [
        (one, tiles.age_picture(one.view, ages[one.view_id], highest=oldest) if any_known(ages[one.view_id]) else "",
         tiles.null_picture(one, rates[one.pk], highest=emptiest) if any_known(rates[one.pk]) else "")
        for one in features
    ]  # fmt: skip
    return render(request, "monitoring/panels/compare_trends.html", {"columns": columns})
