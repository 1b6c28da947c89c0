"""What serving adds to the pages of connections and views: its last figures, how they stand, and what was asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_POST

from common.pictures import sparkline
from connectors.prometheus.client import shown_at
from monitoring.actions.serving import limit_serving
from monitoring.models import StoreFigure
from monitoring.serving import FIGURES, MOST_MEMORY, ONLINE_STORE, FigureKind, latest_of, limits_of, promises, trends_of
from monitoring.serving_forms import ServingLimitsForm
from registry.choices import Health
from registry.models import Connection
from registry.queries.feature_views import view_pages_of
from registry.views.actor import actor_of

MOST_VIEWS = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One figure as people read it. `state` is empty where there is no limit to hold it against."""

    kind: FigureKind
    value: str
    limit: str
    state: str
    query: str
    url: str
    at: datetime
    picture: SafeString


@require_GET
def of_connection(request: HttpRequest, slug: str) -> HttpResponse:
    """The last figures of a store and of its serving, and the form of its limits for those who may set them."""
    found = get_object_or_404(Connection.objects.all(), slug=slug)
    return render(request, "monitoring/serving/connection.html", _of_connection(request, found))


@require_POST
def limit(request: HttpRequest, slug: str) -> HttpResponse:
    """Promise how the store's features are served."""
    found, form = get_object_or_404(Connection.objects.all(), slug=slug), ServingLimitsForm(request.POST)
    actor = actor_of(request)
    if form.is_valid() and form.tried(lambda: limit_serving(found, actor=actor, **form.arguments())) is not None:
        messages.success(request, "Kept. Figures are held against it from the next measurement on.")
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect(f"{found.get_absolute_url()}#serving")


@require_GET
def of_view(request: HttpRequest, project: str, view: str) -> HttpResponse:
    """The last figures of a view's serving. Nothing where nobody told any."""
    found = get_object_or_404(view_pages_of(actor_of(request)), key=f"{project}.{view}")
    connection = found.connection
    rows = list(latest_of(connection.pk, actor_of(request)).filter(view=found)) if connection else []
    trends = trends_of(connection.pk, found.pk, timezone.now()) if connection and rows else {}
    lines = _lines(request, connection, rows, trends) if connection else []
    return render(request, "monitoring/serving/view.html", {"view": found, "connection": connection, "lines": lines})


def _of_connection(request: HttpRequest, connection: Connection) -> dict[str, object]:
    now = timezone.now()
    rows = list(latest_of(connection.pk, actor_of(request)).select_related("view__project"))
    own = _lines(request, connection, [row for row in rows if row.view is None], trends_of(connection.pk, None, now))
    hits = sorted((row for row in rows if row.name == "hit_rate" and row.view), key=lambda row: row.value)
    may_limit = request.user.has_perm("monitoring.limit_serving", connection)
    return {
        "connection": connection,
        "lines": own,
        "hits": [(row.view, line) for row, line in zip(hits, _lines(request, connection, hits, {}), strict=True)][
            :MOST_VIEWS
        ],
        "views": len(hits),
        "is_watched": bool(connection.settings.get("metrics_url")),
        "form": ServingLimitsForm.of(promises(connection)) if may_limit else None,
        "measured_at": rows[0].measured_at if rows else None,
    }


def _lines(
    request: HttpRequest, connection: Connection, rows: list[StoreFigure], trends: Mapping[str, list[float | None]]
) -> list[Line]:
    limits = limits_of([connection.pk]).get(connection.pk, {}) | {"memory_share": MOST_MEMORY}
    # The address is for those who answer for the connection.
    may_inspect = request.user.has_perm("registry.inspect_connection", connection)
    address = str(connection.settings.get("metrics_url", "")) if may_inspect else ""
    order = list(FIGURES)
    known = sorted((row for row in rows if row.name in FIGURES), key=lambda row: order.index(row.name))
    return [_line(row, limits.get(row.name), address, trends.get(row.name, [])) for row in known]


def _line(row: StoreFigure, limit: float | None, address: str, trend: list[float | None]) -> Line:
    kind = FIGURES[row.name]
    state = "" if limit is None else Health.BREACHED if kind.is_beyond(row.value, limit) else Health.OK
    url = shown_at(address, row.query) if address and kind.group != ONLINE_STORE else ""
    value, bound = kind.shown(row.value), "" if limit is None else kind.shown(limit)
    picture = sparkline(trend, limit=limit, label=f"{kind.label} in the last 7 days: {value} when last told")
    return Line(kind, value, bound, state, row.query, url, row.measured_at, picture)
