"""What the tabs of a feature's page have in common: the feature as one sees it, version, notice, tabs."""

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from registry import contracts
from registry.choices import VersionState
from registry.freshness import age
from registry.models import Feature, Version
from registry.notices import notice, successor
from registry.queries.features import pages_of, versions_of
from registry.views.actor import actor_of

TABS = (
    ("Overview", ""), ("Versions", "versions/"), ("Health", "health/"), ("Lineage", "lineage/"),
    ("Access", "access/"), ("Activity", "activity/"),
)  # fmt: skip


def find(request: HttpRequest, project: str, view: str, feature: str) -> Feature:
    """The feature at this address, or 404: also for what exists and is hidden from this person."""
    return get_object_or_404(pages_of(actor_of(request)), key=f"{project}.{view}.{feature}")


def version_asked(request: HttpRequest, feature: Feature) -> Version:
    """The version that `?v=` names, the current one without it, or 404; with its feature, to act on."""
    number = request.GET.get("v", str(feature.number))
    seen = Version.objects.visible_to(actor_of(request)).select_related("replacement__feature")
    version = seen.filter(feature=feature, number=number).first() if number.isdecimal() and len(number) < 10 else None
    if version is None:
        raise Http404(f"There is no version {number}.")
    version.feature = feature
    return version


def crumbs_to(feature: Feature) -> list[dict[str, str]]:
    """The way to a feature: project and view."""
    return [{"label": one.name, "url": one.get_absolute_url()} for one in (feature.project, feature.view)]


def crumbs_through(feature: Feature) -> list[dict[str, str]]:
    """The way to a page below a feature's own."""
    return [*crumbs_to(feature), {"label": feature.name, "url": feature.get_absolute_url()}]


def frame(request: HttpRequest, feature: Feature, *, tab: str) -> dict[str, Any]:
    """Context of every tab. `?v=2` chooses a version; without it, the current one."""
    versions = versions_of(feature, actor_of(request))
    version = _chosen(versions, request.GET.get("v", str(feature.number)))
    version.feature = feature
    url, _ = successor(version)
    return {
        "feature": feature,
        "view": feature.view,
        "age": age(feature.view, timezone.now()),
        "version": version,
        "versions": versions,
        "reference": f"{feature.key}@{version.number}",
        "hide_values": contracts.is_personal(feature, version),
        "is_retired": version.state == VersionState.RETIRED,
        "notice": notice(feature, version),
        "replacement_url": url if version.state == VersionState.DEPRECATED else "",
        "tabs": _tabs(feature, version, tab, len(versions)),
        "crumbs": crumbs_to(feature),
    }


def _chosen(versions: list[Version], number: str) -> Version:
    for version in versions:
        if str(version.number) == number.removeprefix("v"):
            return version
    raise Http404(f"There is no version {number}.")


def _tabs(feature: Feature, version: Version, current: str, count: int) -> list[dict[str, Any]]:
    base = feature.get_absolute_url()
    chosen = "" if version.number == feature.number else f"?v={version.number}"
    return [
        {"label": label, "url": f"{base}{path}{chosen}", "is_current": label == current,
         "count": count if label == "Versions" else ""}
        for label, path in TABS
    ]  # fmt: skip
