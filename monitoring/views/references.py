"""The form that pins what drift of a view is held against."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from monitoring.actions.references import pin_reference, release_reference
from monitoring.forms import ReferenceForm
from registry.actions.action import allow
from registry.models import FeatureView
from registry.queries.feature_views import view_pages_of
from registry.views.actor import actor_of
from registry.views.doing import done


@require_POST
def pin(request: HttpRequest, project: str, view: str) -> HttpResponse:
    """Pin these days, or show the form again with what is wrong."""
    found = _find(request, project, view)
    actor = actor_of(request)
    allow(actor, "monitoring.pin_reference", found)
    form = ReferenceForm(request.POST)
    made = form.tried(lambda: pin_reference(found, actor=actor, **form.cleaned_data)) if form.is_valid() else None
    if made is not None:
        messages.success(request, f"Drift of {found.name} is held against these days. Days not read yet follow.")
        return redirect(found)
    context = {"view": found, "form": form, "crumbs": [{"label": found.name, "url": found.get_absolute_url()}]}
    return render(request, "monitoring/reference/page.html", context, status=422)


@require_POST
def release(request: HttpRequest, project: str, view: str) -> HttpResponse:
    """Hold drift against the first days again."""
    found = _find(request, project, view)
    actor = actor_of(request)
    said = "Drift is held against the first days that were measured."
    return done(request, lambda: release_reference(found, actor=actor), said, found.get_absolute_url())


def _find(request: HttpRequest, project: str, view: str) -> FeatureView:
    return get_object_or_404(view_pages_of(actor_of(request)), key=f"{project}.{view}")
