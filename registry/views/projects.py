"""Projects: which there are, and what one holds."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.text import get_valid_filename
from django.views.decorators.http import require_GET

from common.keyset import page as page_of
from common.spreadsheets import csv_response
from registry.queries.projects import projects_with_counts, views_with_counts
from registry.views.actor import actor_of

COLUMNS = ("name", "description", "visibility", "views_count", "features_count")
VIEW_COLUMNS = ("key", "description", "kind", "health", "features_count", "is_online")
MOST = 100


@require_GET
def listing(request: HttpRequest) -> HttpResponseBase:
    """Every project this person sees."""
    found = projects_with_counts(actor_of(request)).order_by("name")
    if request.GET.get("format") == "csv":
        return csv_response(COLUMNS, found.values(*COLUMNS).iterator(), filename="projects.csv")
    page = page_of(found, order=("name",), after=request.GET.get("after", ""))
    return render(request, "registry/project/list.html", {"page": page})


@require_GET
def page(request: HttpRequest, project: str) -> HttpResponseBase:
    """One project: its views, entities and sources, and what its store says about access."""
    found = get_object_or_404(projects_with_counts(actor_of(request)), name=project)
    views = views_with_counts(actor_of(request)).filter(project=found)
    if request.GET.get("format") == "csv":
        name = f"{get_valid_filename(found.name)}-views.csv"
        return csv_response(VIEW_COLUMNS, views.order_by("key").values(*VIEW_COLUMNS).iterator(), filename=name)
    context = {
        "project": found,
        "page": page_of(views, order=("key",), after=request.GET.get("after", "")),
        "entities": found.entities.filter(gone_at__isnull=True)[:MOST],
        "sources": found.sources.filter(gone_at__isnull=True)[:MOST],
        "consumers": found.consumers.filter(gone_at__isnull=True).select_related("project")[:MOST],
        "permissions": found.upstream_facts.get("permissions", []),
        "saved_datasets": found.upstream_facts.get("saved_datasets", []),
    }
    return render(request, "registry/project/page.html", context)
