"""What happened to a feature: who changed what, when and why."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from common.pagination import place
from common.parameters import Parameter
from registry.api.endpoints import Endpoint
from registry.api.feature_views import visible_view
from registry.api.features import visible_feature
from registry.choices import Scope
from registry.models import Version
from registry.queries.activity import Activity, Event, activity, view_activity

SORTS: dict[str, tuple[str, ...]] = {"-at": ("-at",)}


class ChangeSerializer(serializers.Serializer):
    field = serializers.CharField()
    old = serializers.CharField(help_text="As people read it; values of personal features are not shown.")
    new = serializers.CharField()


class EventSerializer(serializers.Serializer):
    """Something that happened to the feature, its versions or its view."""

    at = serializers.DateTimeField()
    who = serializers.CharField(help_text='"" is Charter itself, which speaks for the store it pulled from.')
    title = serializers.CharField()
    action = serializers.CharField()
    reason = serializers.CharField()
    changes = ChangeSerializer(many=True)


class EventPageSerializer(serializers.Serializer):
    data = EventSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class HistoryEndpoint(Endpoint):
    """Newest first; `told` gives what happened before a moment."""

    required_scopes = {"GET": Scope.FEATURES_READ}
    parameters = {"GET": (Parameter("cursor", "`next_cursor` of the page before."),)}

    def told(self, key: str, before: datetime | None) -> Activity:
        raise NotImplementedError

    @extend_schema(responses=EventPageSerializer)
    def get(self, request: Request, key: str) -> HttpResponse:
        start = place(request.query_params, SORTS)
        found = self.told(key, datetime.fromisoformat(start.after[0]) if start.after else None)
        cursor = start.cursor((found.before,)) if found.before else None
        return self.answer({"data": [_said(event) for event in found.events], "next_cursor": cursor})


class FeatureHistoryView(HistoryEndpoint):
    """What happened to a feature, its versions and its view, newest first."""

    def told(self, key: str, before: datetime | None) -> Activity:
        feature = visible_feature(self.actor, key)
        versions = Version.objects.visible_to(self.actor).filter(feature=feature)
        return activity(feature, list(versions), before=before)


class ViewHistoryView(HistoryEndpoint):
    """What happened to a feature view, newest first."""

    def told(self, key: str, before: datetime | None) -> Activity:
        return view_activity(visible_view(self.actor, key), before=before)


def _said(event: Event) -> dict[str, Any]:
    changes = [{"field": change.field, "old": change.old, "new": change.new} for change in event.changes]
    return {
        "at": event.at,
        "who": event.who,
        "title": event.title,
        "action": event.action,
        "reason": event.reason,
        "changes": changes,
    }
