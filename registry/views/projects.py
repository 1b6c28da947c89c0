"""Projects: which there are, and what one holds."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import get_valid_filename
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.keyset import page as page_of
from common.spreadsheets import csv_response
from registry.actions.action import allow
from registry.actions.edits import edit_project
from registry.actions.guests import close_project
from registry.models import Project
from registry.project_forms import ProjectForm
from registry.queries.projects import projects_with_counts, views_with_counts
from registry.revisions import revision
from registry.views.actor import actor_of
from registry.views.doing import done

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
        "may_change": actor_of(request).has_perm("registry.change_project", found),
        "guests": found.guests.filter(ended_at__isnull=True).select_related("team"),
        "page": page_of(views, order=("key",), after=request.GET.get("after", "")),
        "entities": found.entities.filter(gone_at__isnull=True)[:MOST],
        "sources": found.sources.filter(gone_at__isnull=True)[:MOST],
        "consumers": found.consumers.filter(gone_at__isnull=True).select_related("project")[:MOST],
        "permissions": found.upstream_facts.get("permissions", []),
        "saved_datasets": found.upstream_facts.get("saved_datasets", []),
    }
    return render(request, "registry/project/page.html", context)


@require_POST
def close(request: HttpRequest, project: str, team: str) -> HttpResponse:
    """A team that owns nothing in it sees it no longer."""
    actor = actor_of(request)
    found = get_object_or_404(Project.objects.visible_to(actor), name=project)
    allow(actor, "registry.close_project", found)
    guest = get_object_or_404(found.guests.filter(ended_at__isnull=True).select_related("team"), team__slug=team)
    work = lambda: close_project(found, actor=actor, team=guest.team)  # noqa: E731
    return done(request, work, f"{found} is closed to {guest.team}.", found.get_absolute_url())


@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, project: str) -> HttpResponse:
    """The rules of a project, for those who answer for it."""
    actor = actor_of(request)
    found = get_object_or_404(Project.objects.visible_to(actor), name=project)
    allow(actor, "registry.change_project", found)
    form = ProjectForm(request.POST or None, initial=ProjectForm.of(found) | {"read": revision(found)})
    if request.method == "POST" and form.is_valid():
        form.tried(lambda: edit_project(found, actor=actor, expected=form.cleaned_data["read"], **form.changes()))
        if not form.errors:
            messages.success(request, "Saved.")
            return redirect(found)
    crumbs = [{"label": found.name, "url": found.get_absolute_url()}]
    context = {"project": found, "form": form, "crumbs": crumbs}
    return render(request, "registry/project/settings.html", context, status=422 if form.errors else 200)
