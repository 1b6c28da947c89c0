"""Panels about what lineage tools call a view, and the view as an event."""

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from lineage.naming import source_name, table_of, view_name
from registry.models import FeatureView
from registry.views.actor import actor_of


@require_GET
def names(request: HttpRequest, project: str, view: str) -> HttpResponse:
    """The panel that says what lineage tools call this view and the table behind it."""
    found = _find(request, project, view)
    table = table_of(found)
    named = source_name(found, table) if table else None
    context = {"view": found, "table": table, "named": named, "own": view_name(found)}
    return render(request, "lineage/panels/names.html", context)


@require_GET
def events(request: HttpRequest, project: str, view: str) -> HttpResponse:
    """The view as an OpenLineage event, to look at or to send on."""
    from lineage.telling import job_events

    found = _find(request, project, view)
    (event,) = job_events(FeatureView.objects.filter(pk=found.pk), actor_of(request))
    return HttpResponse(orjson.dumps(event, option=orjson.OPT_INDENT_2), content_type="application/json")


def _find(request: HttpRequest, project: str, view: str) -> FeatureView:
    """The view at this address, or 404: also for what exists and is hidden from this person."""
    seen = FeatureView.objects.visible_to(actor_of(request)).select_related(
        "project", "source__batch_source", "connection"
    )
    return get_object_or_404(seen, key=f"{project}.{view}")
