"""What an owner does to a published version: keep after all, quarantine, release, retire."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from registry.actions.action import allow
from registry.actions.endings import retire_version, withdraw_deprecation
from registry.actions.versions import quarantine_version, release_version
from registry.models import Version
from registry.queries.retirement import blockers_of
from registry.version_forms import ConfirmedForm
from registry.views.actor import actor_of
from registry.views.doing import done
from registry.views.feature_frame import crumbs_through, find, version_asked


@require_POST
def keep(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    """Withdraw a deprecation."""
    version = _version(request, project, view, feature, "registry.withdraw_deprecation")
    said = f"v{version.number} stays active."
    return done(request, lambda: withdraw_deprecation(version, actor=actor_of(request)), said, _page(version))


@require_http_methods(["GET", "POST"])
def quarantine(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    """Stop its use at once."""
    version = _version(request, project, view, feature, "registry.quarantine_version")
    form = ConfirmedForm(request.POST or None, name=version.feature.name)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        made = form.tried(lambda: quarantine_version(version, actor=actor_of(request), reason=reason))
        if made is not None:
            messages.success(request, f"v{version.number} is quarantined.")
            return redirect(_page(version))
    return _show(request, "quarantine", version, form, {})


@require_POST
def release(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    """End a quarantine."""
    version = _version(request, project, view, feature, "registry.release_version")
    said = f"v{version.number} may be read again."
    return done(request, lambda: release_version(version, actor=actor_of(request)), said, _page(version))


@require_http_methods(["GET", "POST"])
def retire(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    """End it for good; what stands in the way is listed."""
    version, actor = _version(request, project, view, feature, "registry.retire_version"), actor_of(request)
    form = ConfirmedForm(request.POST or None, name=version.feature.name)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if form.tried(lambda: retire_version(version, actor=actor, reason=reason)) is not None:
            messages.success(request, f"v{version.number} is retired. Its page stays.")
            return redirect(_page(version))
    return _show(request, "retire", version, form, {"blockers": blockers_of(version, actor)})


def _version(request: HttpRequest, project: str, view: str, feature: str, permission: str) -> Version:
    """The version that `?v=` names, the current one without it; 403 for those who may not do this to it."""
    version = version_asked(request, find(request, project, view, feature))
    allow(actor_of(request), permission, version)
    return version


def _page(version: Version) -> str:
    return f"{version.feature.get_absolute_url()}versions/"


def _show(
    request: HttpRequest, name: str, version: Version, form: forms.Form, context: dict[str, object]
) -> HttpResponse:
    feature = version.feature
    context |= {"version": version, "feature": feature, "form": form, "crumbs": crumbs_through(feature)}
    return render(request, f"registry/version/{name}.html", context, status=422 if form.errors else 200)
