"""The page of one feature view, and the form for its limits."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import get_valid_filename
from django.views.decorators.http import require_GET, require_POST

from common.keyset import page as page_of
from common.spreadsheets import csv_response
from registry.actions.action import allow
from registry.actions.feature_views import change_slo, release_file
from registry.forms import SloForm
from registry.freshness import age, disagreements, is_timeless, three_times
from registry.models import Feature, FeatureView
from registry.queries.evidence import absences
from registry.queries.feature_views import consumers_of, features_of, view_pages_of
from registry.views.actor import actor_of

CONSUMERS = 10
COLUMNS = ("key", "description", "dtype", "unit", "state", "privacy_class", "null_rate", "health", "models_count")


@require_GET
def page(request: HttpRequest, project: str, view: str) -> HttpResponseBase:
    """The contract its features share, how fresh it is, and who reads it."""
    found = find(request, project, view)
    features = features_of(found, actor_of(request))
    if request.GET.get("format") == "csv":
        rows = (csv_row(feature) for feature in features.order_by("key").iterator())
        return csv_response(COLUMNS, rows, filename=f"{get_valid_filename(found.key)}.csv")
    return render(request, "registry/feature_view/page.html", _context(request, found))


def find(request: HttpRequest, project: str, view: str) -> FeatureView:
    """The view at this address, or 404: also for what exists and is hidden from this person."""
    return get_object_or_404(view_pages_of(actor_of(request)), key=f"{project}.{view}")


def csv_row(feature: Feature) -> dict[str, object]:
    return {name: getattr(feature, name) for name in COLUMNS}


def _context(request: HttpRequest, view: FeatureView, form: SloForm | None = None) -> dict[str, Any]:
    features = features_of(view, actor_of(request))
    times = three_times(view, absences(view))
    consumers = list(consumers_of(features, actor_of(request))[: CONSUMERS + 1])
    may_change = request.user.has_perm("registry.change_slo", view)
    place = view.file.partition("#")
    may_register = view.connection_id is None and request.user.has_perm("registry.register_feature", view)
    return {
        "may_register": may_register,
        "may_deprecate": request.user.has_perm("registry.deprecate_version", view),
        "view": view,
        "file": {"repository": place[0], "path": place[2]} if view.file else None,
        "may_release": bool(view.file) and request.user.has_perm("registry.release_file", view),
        "crumbs": [{"label": view.project.name, "url": view.project.get_absolute_url()}],
        "page": page_of(features, order=("key",), after=request.GET.get("after", "")),
        **features.order_by().aggregate(features_count=Count("pk"), worst_null_rate=Max("null_rate")),
        "times": times,
        "disagreements": disagreements(times),
        "is_timeless": is_timeless(view),
        "age": age(view, timezone.now()),
        "consumers": consumers[:CONSUMERS],
        "has_more_consumers": len(consumers) > CONSUMERS,
        "form": (form or SloForm.of(view)) if may_change else None,
    }


@require_POST
def slo(request: HttpRequest, project: str, view: str) -> HttpResponse:
    """Change the limits, or show the form again with what is wrong."""
    found = find(request, project, view)
    allow(actor_of(request), "registry.change_slo", found)
    form = SloForm(request.POST)
    made = form.tried(lambda: change_slo(found, actor=actor_of(request), **form.limits())) if form.is_valid() else None
    if made is not None:
        messages.success(request, f"Limits of {found.name} are saved. Health is judged anew within a minute.")
        return redirect(found)
    return render(request, "registry/feature_view/page.html", _context(request, found, form), status=422)


@require_POST
def release(request: HttpRequest, project: str, view: str) -> HttpResponse:
    """Let pages change again what a file in git holds."""
    found = find(request, project, view)
    release_file(found, actor=actor_of(request))
    messages.success(request, f"Pages may change {found.name} again. A plan from its file will find conflicts.")
    return redirect(found)
