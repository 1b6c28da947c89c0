"""What views take in their stores, and what could be spared."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from common.spreadsheets import csv_response
from monitoring.storage import READ_WITHIN, largest_first, storage_of, totals_of
from registry.models import FeatureView, Project
from registry.references import storable
from registry.views.actor import actor_of

COLUMNS = ("view", "owner", "source_bytes", "served_bytes", "served_entities", "values_per_second", "is_unread")
PAGE = 50


@require_GET
def page(request: HttpRequest) -> HttpResponseBase:
    """`?project=` narrows it to one, `?unread=1` to what is served although nobody is known to read it."""
    actor = actor_of(request)
    project, is_unread = storable(request.GET.get("project", "")).strip(), request.GET.get("unread") == "1"
    views: QuerySet[Any] = storage_of(actor, timezone.now()).select_related("project", "owner")
    views = (views.filter(project__name=project) if project else views).defer("digest", "definition")
    shown = largest_first(views.filter(is_unread=True) if is_unread else views)
    if request.GET.get("format") == "csv":
        return csv_response(COLUMNS, map(_row, shown.iterator(chunk_size=500)), filename="storage.csv")
    asked = {"project": project} | ({"unread": "1"} if is_unread else {})
    context = {
        "views": Paginator(shown, PAGE).get_page(request.GET.get("page")),
        "totals": totals_of(views),
        "unread": views.filter(is_unread=True).count(),
        "days": READ_WITHIN.days,
        "project": project,
        "is_unread": is_unread,
        "projects": Project.objects.visible_to(actor).order_by("name").values_list("name", flat=True),
        "query": urlencode(asked),
    }
    return render(request, "monitoring/storage/page.html", context)


def _row(view: FeatureView) -> dict[str, Any]:
    own = {name: getattr(view, name) for name in COLUMNS[2:]}
    return {"view": view.key, "owner": view.owner.slug if view.owner else "", **own}
