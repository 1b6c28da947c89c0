"""What an owner changes on a feature's page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from registry.actions.action import allow
from registry.actions.features import describe_feature
from registry.forms import DescriptionForm
from registry.views.actor import actor_of
from registry.views.feature_frame import find


@require_POST
def describe(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    """Say what the feature is, and go back to its page."""
    found, actor = find(request, project, view, feature), actor_of(request)
    allow(actor, "registry.describe_feature", found)
    form = DescriptionForm(request.POST)
    if form.is_valid():
        describe_feature(found, actor=actor, **form.cleaned_data)
        messages.success(request, "The description is saved, and search knows it.")
    else:
        said = "; ".join(f"{name.capitalize()}: {' '.join(map(str, errors))}" for name, errors in form.errors.items())
        messages.error(request, f"Nothing was saved. {said}")
    return redirect(found)
