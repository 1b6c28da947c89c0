"""Registering: choose a view, name the feature, and go on with its draft."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from registry.actions.action import allow
from registry.actions.registering import create_entity, create_view, register_feature
from registry.choices import OwnershipModel
from registry.models import Entity, FeatureView, Project, User
from registry.naming import Names
from registry.personal import looks_personal
from registry.queries.alike import alike as alike_to
from registry.queries.alike import facts_in
from registry.registering_forms import FeatureNameForm, NewViewForm
from registry.views.actor import actor_of

MOST_VIEWS, MOST_ALIKE = 200, 5


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """`/new/` asks for the view, `/new/?view=project.view` for the name."""
    actor = actor_of(request)
    if "view" not in request.GET:
        context = {"views": _own_views(actor)[:MOST_VIEWS], "projects": _open_projects(actor).exists()}
        return render(request, "registry/draft/choose.html", context)
    view = get_object_or_404(FeatureView.objects.visible_to(actor).select_related("project"), key=request.GET["view"])
    allow(actor, "registry.register_feature", view)
    form = FeatureNameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = form.tried(lambda: register_feature(view, actor=actor, name=form.cleaned_data["name"]))
        if made is not None:
            return redirect("registry:draft-step", *made.key.split(".", 2), "meaning")
    context = {"form": form, "view": view, **_alike(actor, view, form.data.get("name", ""))}
    return render(request, "registry/draft/name.html", context, status=422 if form.errors else 200)


@require_GET
def alike(request: HttpRequest) -> HttpResponse:
    """What `?name=` of `?view=` breaks, and what is there already under such a name: shown while it is typed."""
    actor = actor_of(request)
    views = FeatureView.objects.visible_to(actor).select_related("project")
    view = get_object_or_404(views, key=request.GET.get("view", ""))
    return render(request, "registry/draft/alike.html", _alike(actor, view, request.GET.get("name", "")))


@require_http_methods(["GET", "POST"])
def new_view(request: HttpRequest) -> HttpResponse:
    """`/new/view` asks for a view that no store defines yet."""
    actor = actor_of(request)
    form = NewViewForm(request.POST or None, projects=_open_projects(actor), teams=actor.teams.order_by("slug"))
    if request.method == "POST" and form.is_valid():
        project = form.cleaned_data["project"]
        allow(actor, "registry.create_view", project)

        made = form.tried(lambda: _view_and_entity(form, project, actor))
        if made is not None:
            messages.success(request, f"{made.key} is there. Now its first feature.")
            return redirect(f"{reverse('registry:new')}?{urlencode({'view': made.key})}")
    return render(request, "registry/draft/view.html", {"form": form}, status=422 if form.errors else 200)


@transaction.atomic
def _view_and_entity(form: NewViewForm, project: Project, actor: User) -> FeatureView:
    """Both or none."""
    name = form.cleaned_data["entity"]
    if name and not Entity.objects.filter(project=project, name=name).exists():
        create_entity(project, actor=actor, name=name, join_keys=form.columns(), owner=form.cleaned_data["owner"])
    return create_view(project, actor=actor, entities=[name] if name else [], **form.arguments())


def _own_views(actor: User) -> QuerySet[FeatureView]:
    """Views in which this person may register: no store defines them, and a team of theirs answers."""
    own = Q(owner__in=actor.team_ids) | Q(owner=None, project__owner__in=actor.team_ids)
    seen = FeatureView.objects.visible_to(actor).present().filter(own, connection=None)
    return seen.select_related("project", "owner").order_by("key")


def _open_projects(actor: User) -> QuerySet[Project]:
    """Projects in which this person may make a view."""
    if not actor.team_ids:
        return Project.objects.none()
    own = Q(owner__in=actor.team_ids) | Q(ownership_model=OwnershipModel.FEDERATED)
    return Project.objects.visible_to(actor).filter(own).order_by("name")


def _alike(actor: User, view: FeatureView, name: str) -> dict[str, object]:
    """What is there already and much the same, or called much the same: so that nobody builds it again."""
    entities = view.entities.values_list("name", flat=True)
    return {
        "name": name,
        "faults": Names(view.project).faults("feature", name, f"{view.key}.{name}") if name else [],
        "alike": alike_to(actor, facts_in(view, name, entities), limit=MOST_ALIKE) if name else [],
        "looks_personal": bool(name) and looks_personal(name, {}),
    }
