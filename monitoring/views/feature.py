"""The Health tab of a feature: its series as charts and tables, and the evidence behind them."""

from collections.abc import Callable
from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import get_valid_filename
from django.views.decorators.http import require_GET

from common.spreadsheets import csv_response
from monitoring import figures
from monitoring.forms import ReferenceForm
from monitoring.models import Finding, Kind, Reference, Reported
from monitoring.queries import feature_series, latest_of_view, latest_profile, view_series
from monitoring.shifts import absence, shifts_of, verdict
from monitoring.spans import SPANS, Span, chosen
from registry.contracts import is_personal
from registry.freshness import is_timeless
from registry.models import Feature
from registry.queries.evidence import absences
from registry.views.feature_frame import find, frame

MOST_ROWS = 30
VIEW_COLUMNS = ("measured_at", "origin", "newest_event_at", "age_seconds", "rows", "entities", "sample_size")
COUNTS = ("measured_at", "origin", "rows", "nulls", "present", "null_rate", "null_rate_error", "sample_size")
VALUES = ("distinct", "minimum", "maximum", "mean", "stddev")


@require_GET
# Plotly writes inline styles; no other page allows them.
@csp_update({"style-src": [SELF, UNSAFE_INLINE]})  # type: ignore[arg-type]
def page(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponseBase:
    """Freshness, nulls and rows over `?range=`, and the last profile where values may be shown."""
    found = find(request, project, view, feature)
    span = chosen(request.GET.get("range", ""))
    if request.GET.get("format") == "csv":
        return _spreadsheet(found, span, request.GET.get("of", ""))
    of_view, of_feature = view_series(found.view, span), feature_series(found, span)
    profile = None if is_personal(found) else latest_profile(found)
    context = frame(request, found, tab="Health")
    context |= {
        "span": span,
        "spans": SPANS.values(),
        "view_rows": _newest_first(of_view),
        "feature_rows": _newest_first(of_feature),
        "most_rows": MOST_ROWS,
        "view_evidence": latest_of_view(found.view),
        "profile": profile,
        "quantiles": sorted(profile.quantiles.items(), key=lambda item: float(item[0])) if profile else [],
        "absences": absences(found.view, found),
        **_drift(request, found),
        "is_timeless": is_timeless(found.view),
        "figures": f"{found.get_absolute_url()}health/",
    }
    return render(request, "monitoring/feature/page.html", context)


def _drift(request: HttpRequest, feature: Feature) -> dict[str, Any]:
    """Its comparisons, what else was found of it and its view, and what it is held against."""
    pinned = Reference.objects.filter(view=feature.view).select_related("pinned_by").first()
    may_pin = request.user.has_perm("monitoring.pin_reference", feature.view)
    beside = Finding.objects.filter(view=feature.view).exclude(kind=Kind.DRIFT)
    checks = list(beside.filter(Q(feature=feature) | Q(feature__isnull=True)).order_by("kind"))
    return {
        "shifts": shifts_of(feature),
        "no_drift": absence(feature, verdict(feature)),
        "reference": pinned,
        "reference_form": ReferenceForm.of(pinned) if may_pin else None,
        "checks": checks,
        "reported": _reported(feature) if any(one.kind == Kind.REPORTED for one in checks) else (),
    }


def _reported(feature: Feature) -> QuerySet[Reported]:
    held = Reported.objects.filter(Q(feature=feature) | Q(feature__isnull=True), view=feature.view)
    return held.order_by("-at", "by", "check_name")[:MOST_ROWS]


def _newest_first(series: dict[str, list[Any]]) -> list[Any]:
    points = [point for points in series.values() for point in points]
    return sorted(points, key=lambda point: point.measured_at, reverse=True)


def _spreadsheet(feature: Feature, span: Span, of: str) -> HttpResponseBase:
    name = get_valid_filename(feature.key)
    if of == "freshness":
        return _lines(_newest_first(view_series(feature.view, span)), VIEW_COLUMNS, f"{name}-freshness-{span.name}")
    columns = COUNTS if is_personal(feature) else (*COUNTS, *VALUES)
    return _lines(_newest_first(feature_series(feature, span)), columns, f"{name}-nulls-{span.name}")


def _lines(points: list[Any], columns: tuple[str, ...], name: str) -> HttpResponseBase:
    rows = ({column: _cell(getattr(point, column)) for column in columns} for point in points)
    return csv_response(columns, rows, filename=f"{name}.csv")


def _cell(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


@require_GET
def figure(request: HttpRequest, project: str, view: str, feature: str, name: str) -> HttpResponse:
    """One chart as Plotly's JSON. Charts of values do not exist for personal features."""
    found = find(request, project, view, feature)
    span = chosen(request.GET.get("range", ""))
    drawn = _DRAWN.get(name)
    if drawn is None or (name in _OF_VALUES and is_personal(found)):
        raise Http404("There is no such chart.")
    now = timezone.now()
    chart = figures.across(drawn(found, span), span.since(now), now)
    return HttpResponse(chart.to_json(), content_type="application/json")


def _ages(feature: Feature, span: Span) -> Any:
    limit = feature.view.freshness_limit
    return figures.ages(view_series(feature.view, span), limit.total_seconds() if limit else None)


def _distribution(feature: Feature, _span: Span) -> Any:
    profile = latest_profile(feature)
    if profile is None:
        raise Http404("No profile was measured yet.")
    return figures.distribution(profile)


_DRAWN: dict[str, Callable[[Feature, Span], Any]] = {
    "ages": _ages,
    "nulls": lambda feature, span: figures.null_rates(feature_series(feature, span), feature.view.null_rate_limit),
    "rows": lambda feature, span: figures.rows(view_series(feature.view, span)),
    "levels": lambda feature, span: figures.levels(feature_series(feature, span)),
    "distribution": _distribution,
}
_OF_VALUES = frozenset({"levels", "distribution"})
