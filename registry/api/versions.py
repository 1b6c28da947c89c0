"""Versions of a feature."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import http_date
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from charter.terms import TERMS
from common import etags
from common.fields import Selection
from common.problems import NotFound
from registry.actions.action import allow
from registry.actions.edits import edit_draft
from registry.actions.versions import discard_draft, draft_version
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint, Shown
from registry.api.writes import write
from registry.choices import Scope, VersionState
from registry.models import Actor, Feature, Version
from registry.revisions import COLUMNS
from registry.serializers.requests import EditVersionSerializer, NewVersionSerializer
from registry.serializers.versions import VersionSerializer

DEPRECATION = ("state", "deprecated_at", "sunset_on", "replacement_id")


def told(sent: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(arguments, terms) of a body that holds both."""
    terms = {name: sent.pop(name) for name in TERMS if name in sent}
    if "note" in sent:
        sent["about"] = sent.pop("note")
    return sent, terms


def answer_made(endpoint: Endpoint, made: Version) -> HttpResponse:
    """201 with the new version."""
    view = VersionView(request=endpoint.request)
    address = {"key": made.feature.key, "number": made.number}
    response = view.answer_shown(view.show(**address, selection=Selection()), status=201)
    response["Location"] = reverse("api:version", kwargs=address)
    return response


class VersionListView(ListEndpoint):
    """The versions of a feature."""

    serializer_class = VersionSerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "POST": Scope.FEATURES_WRITE}
    sorts = {"-number": ("-number",), "number": ("number",)}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Version]:
        return Version.objects.visible_to(actor)

    def rows(self) -> QuerySet[Version]:
        key = self.kwargs["key"]
        if not Feature.objects.visible_to(self.actor).filter(key=key).exists():
            raise NotFound
        return super().rows().filter(feature__key=key)

    @write
    @extend_schema(request=NewVersionSerializer, responses={201: VersionSerializer})
    def post(self, request: Request, key: str) -> HttpResponse:
        """Draft a new version. Your team alone sees it until it is published."""
        feature = Feature.objects.visible_to(self.actor).filter(key=key).first()
        if feature is None:
            raise NotFound
        allow(self.actor, "registry.draft_version", feature)
        said, terms = told(self.sent(NewVersionSerializer))
        made = draft_version(feature, actor=self.actor, terms=terms, **said)
        return answer_made(self, made)


class VersionView(ObjectEndpoint):
    """One version of a feature. A deprecated one says so in its headers, and what replaces it."""

    serializer_class = VersionSerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "PATCH": Scope.FEATURES_WRITE, "DELETE": Scope.FEATURES_WRITE}
    conditional_methods = ("PATCH",)
    revision_columns = COLUMNS[Version]
    lookup = {"key": "feature__key", "number": "number"}
    fact_columns = ("deprecated_at",)

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Version]:
        return Version.objects.visible_to(actor)

    def headers_for(self, shown: Shown) -> Mapping[str, str]:
        return deprecation_headers(self.actor, **{name: shown.facts[name] for name in DEPRECATION})

    @write
    @extend_schema(request=EditVersionSerializer)
    def patch(self, request: Request, key: str, number: int) -> HttpResponse:
        """Change a draft. What is published never changes: draft a new version."""
        version = self.find(key=key, number=number)
        allow(self.actor, "registry.change_draft", version)
        expected = etags.revision_expected(request._request)
        said, terms = told(self.sent(EditVersionSerializer))
        edit_draft(version, actor=self.actor, expected=expected, terms=terms, **said)
        return self.answer_shown(self.show(key=key, number=number, selection=Selection()))

    @write
    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, key: str, number: int) -> HttpResponse:
        """Discard a draft. A feature that never was more than this draft goes with it."""
        discard_draft(self.find(key=key, number=number), actor=self.actor)
        return HttpResponse(status=204)


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
        Version.objects.filter(feature__key=feature_key, number=number).values(*DEPRECATION).first()
    )
    return deprecation_headers(actor, **facts) if facts else {}
