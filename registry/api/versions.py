"""Versions of a feature."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import http_date

from common.problems import NotFound
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint, Shown
from registry.choices import Scope, VersionState
from registry.models import Actor, Feature, Version
from registry.serializers.versions import VersionSerializer


class VersionListView(ListEndpoint):
    """The versions of a feature."""

    serializer_class = VersionSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = {"-number": ("-number",), "number": ("number",)}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Version]:
        return Version.objects.visible_to(actor)

    def rows(self) -> QuerySet[Version]:
        key = self.kwargs["key"]
        if not Feature.objects.visible_to(self.actor).filter(key=key).exists():
            raise NotFound
        return super().rows().filter(feature__key=key)


class VersionView(ObjectEndpoint):
    """One version of a feature. A deprecated one says so in its headers, and what replaces it."""

    serializer_class = VersionSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    lookup = {"key": "feature__key", "number": "number"}
    fact_columns = ("state", "deprecated_at", "sunset_on", "replacement_id")

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Version]:
        return Version.objects.visible_to(actor)

    def headers_for(self, shown: Shown) -> Mapping[str, str]:
        return deprecation_headers(self.actor, **{name: shown.facts[name] for name in self.fact_columns})


def deprecation_headers(
    actor: Actor, *, state: str, deprecated_at: datetime | None, sunset_on: date | None, replacement_id: int | None
) -> dict[str, str]:
    """RFC 9745 `Deprecation`, RFC 8594 `Sunset` and a link to the successor, for a version that is deprecated."""
    if state != VersionState.DEPRECATED or deprecated_at is None:
        return {}
    headers = {"Deprecation": f"@{int(deprecated_at.timestamp())}"}
    if sunset_on is not None:
        headers["Sunset"] = http_date(datetime.combine(sunset_on, time(), UTC).timestamp())
    successor = Version.objects.visible_to(actor).filter(pk__in=[replacement_id]).select_related("feature").first()
    if successor is not None:
        headers["Link"] = f'<{version_url(successor.feature.key, successor.number)}>; rel="successor-version"'
    return headers


def version_url(key: str, number: int) -> str:
    return f"{settings.CHARTER_BASE_URL}{reverse('api:version', args=[key, number])}"


def deprecation_of(actor: Actor, feature_key: str, number: int) -> dict[str, str]:
    """The headers of a feature whose version `number` is deprecated."""
    facts: dict[str, Any] | None = (
        Version.objects.filter(feature__key=feature_key, number=number).values(*VersionView.fact_columns).first()
    )
    return deprecation_headers(actor, **facts) if facts else {}
