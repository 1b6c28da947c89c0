"""The health board, and what was measured of one view on one day."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from common.keyset import page as page_of
from common.spreadsheets import csv_response
from monitoring.board import MEASURES, cells, days_until, worst_of_days
from monitoring.queries import FOUND, board_views, day_of_view, rank_counts, worst_features
from monitoring.reading import marks_of
from monitoring.shifts import WORDS as DRIFT_WORDS
from monitoring.state_board import drift_of_day, found_now, state_cells, states_of_days
from monitoring.tiles import AGE_WORDS, NULL_WORDS
from registry.choices import Health
from registry.models import FeatureView
from registry.queries.feature_views import view_pages_of
from registry.views.actor import actor_of

PAGE = 25
LENGTHS = (7, 14, 21)
WORDS = {
    "freshness": {health: word.lower() for health, word in AGE_WORDS.items()},
    "nulls": {health: word.lower() for health, word in NULL_WORDS.items()},
}
WORDS["drift"] = {health: word.lower() for health, word in DRIFT_WORDS.items()}
WORDS["skew"] = {
    Health.OK: "the same", Health.AT_RISK: "differ a little", Health.BREACHED: "differ", Health.UNKNOWN: "unknown",
}  # fmt: skip
TABS = (*MEASURES, *FOUND)
COLUMNS = ("view", "day", "state", "worst")


@require_GET
def board(request: HttpRequest) -> HttpResponseBase:
    """`?tab=nulls`, drift or skew, `?q=` in the language of search, `?days=14`, `?kiosk=1` to refresh by itself."""
    measure = tab if (tab := request.GET.get("tab", "")) in TABS else "freshness"
    days = days_until(timezone.now().date(), _length(request.GET.get("days", "")))
    query = request.GET.get("q", "")
    views = board_views(actor_of(request), query, measure)
    page = page_of(views, order=("rank", "key"), after=request.GET.get("after", ""), size=PAGE)
    rows = _rows(page.rows, measure, days)
    if request.GET.get("format") == "csv":
        lines = (_line(view, cell) for view, held in rows for cell in held)
        return csv_response(COLUMNS, lines, filename=f"health-{measure}.csv")
    marks = marks_of(page.rows, actor_of(request))
    why = found_now(page.rows, measure) if measure in FOUND else {}
    context = {
        "query": query,
        "measure": measure,
        "tabs": [(name.capitalize(), _with(request, tab=name, after=""), name == measure) for name in TABS],
        "lengths": [(length, _with(request, days=str(length)), length == len(days)) for length in LENGTHS],
        "days": days,
        "rows": [(view, held, marks.get(view.pk, ()), why.get(view.pk, "")) for view, held in rows],
        "counts": [
            (health.value if count else "none", f"{count} {WORDS[measure][health]}")
            for health, count in rank_counts(views).items()
        ],
        "is_kiosk": request.GET.get("kiosk") == "1",
        "more": _with(request, after=page.after) if page.after else "",
        "csv": _with(request, format="csv"),
    }
    return render(request, "monitoring/board/page.html", context)


def _length(text: str) -> int:
    return int(text) if text in {str(length) for length in LENGTHS} else LENGTHS[-1]


def _rows(views: list[FeatureView], measure: str, days: list[date]) -> list[tuple[FeatureView, list[Any]]]:
    if measure in FOUND:
        states = states_of_days(views, measure, days)
        return [(view, state_cells(view, measure, days, states)) for view in views]
    worst = worst_of_days(views, measure, days)
    return [(view, cells(view, measure, days, worst)) for view in views]


def _line(view: FeatureView, cell: Any) -> dict[str, object]:
    return {"view": view.key, "day": cell.day.isoformat(), "state": cell.css or "unknown", "worst": cell.text}


def _with(request: HttpRequest, **changed: str) -> str:
    """This page's address with some parameters changed; empty ones are left out."""
    query = {**request.GET.dict(), **changed}
    return f"?{urlencode({name: value for name, value in query.items() if value})}"


@require_GET
def day(request: HttpRequest, project: str, view: str) -> HttpResponseBase:
    """Every measurement of a view on `?day=2026-11-20`, and its features with the most nulls."""
    found = get_object_or_404(view_pages_of(actor_of(request)), key=f"{project}.{view}")
    chosen = _day(request.GET.get("day", ""))
    start = datetime.combine(chosen, time(), UTC)
    readings = day_of_view(found, start)
    context = {
        "view": found,
        "day": chosen,
        "before": chosen - timedelta(days=1),
        "after": chosen + timedelta(days=1) if chosen < timezone.now().date() else None,
        "readings": readings,
        "drifts": drift_of_day(found, start),
        "features": worst_features(found, actor_of(request), start),
        "crumbs": [
            {"label": found.project.name, "url": found.project.get_absolute_url()},
            {"label": found.name, "url": found.get_absolute_url()},
        ],
    }
    return render(request, "monitoring/day/page.html", context)


def _day(text: str) -> date:
    try:
        return parse_date(text) or timezone.now().date()
    except ValueError:
        return timezone.now().date()
