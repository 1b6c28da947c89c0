"""The button that measures the default of a draft."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from monitoring.actions.defaults import fill_default
from registry.choices import VersionState
from registry.models import Version
from registry.views.actor import actor_of
from registry.views.doing import done


@require_POST
def measure(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    """Fill in the default that the draft's policy asks for."""
    actor = actor_of(request)
    drafts = Version.objects.visible_to(actor).filter(state=VersionState.DRAFT).select_related("feature__view__project")
    version = get_object_or_404(drafts, feature__key=f"{project}.{view}.{feature}")
    then = reverse("registry:draft-check", args=[project, view, feature])
    return done(request, lambda: fill_default(version, actor=actor), "The default is measured.", then)
