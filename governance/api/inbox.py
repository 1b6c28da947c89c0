"""What waits for whoever asks."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from governance.api.requests import READS
from governance.models import AccessRequest, ClassSuggestion, PolicyProposal, Reader
from governance.queries.inbox import MOST_LOOKED_AT, ToDecide, own_open, to_acknowledge, to_decide
from governance.queries.proposals import waiting_proposals
from registry.api.endpoints import Endpoint


class AskedSerializer(serializers.Serializer):
    id = serializers.CharField(help_text="Such as AR-1042.")
    subject = serializers.CharField(help_text="Who would read: kind:name, or person:username.")
    purpose = serializers.CharField()
    state = serializers.CharField()
    due_at = serializers.DateTimeField()


class ToDecideSerializer(AskedSerializer):
    features = serializers.ListField(child=serializers.CharField(), help_text="Those that wait for you.")


class ToClassifySerializer(serializers.Serializer):
    id = serializers.CharField(help_text="Such as CS-17.")
    feature = serializers.CharField(help_text="project.view.feature")
    privacy_class = serializers.CharField()


class ToAcknowledgeSerializer(serializers.Serializer):
    deprecation = serializers.CharField(help_text="Such as DEP-17.")
    consumer = serializers.CharField(help_text="kind:name of what your team runs.")
    version = serializers.CharField(help_text="project.view.feature@number")
    sunset_on = serializers.DateField(allow_null=True)


class ToReadSerializer(serializers.Serializer):
    id = serializers.CharField(help_text="Such as PP-3.")
    policy = serializers.CharField(help_text="Class, setting and environment.")
    proposed_by = serializers.CharField()


class InboxSerializer(serializers.Serializer):
    """What waits for your decision or answer, and what you wait for; what is due first, at most 200 of each."""

    decide = ToDecideSerializer(many=True)
    classify = ToClassifySerializer(many=True)
    policies = ToReadSerializer(many=True, help_text="Changes of policies that wait for a second reader.")
    acknowledge = ToAcknowledgeSerializer(many=True)
    others = AskedSerializer(many=True, help_text="What you, or a team of yours, asked for and others decide.")


class InboxView(Endpoint):
    """Your inbox."""

    required_scopes = {"GET": READS}

    @extend_schema(responses=InboxSerializer)
    def get(self, request: Request) -> HttpResponse:
        actor = self.actor
        suggestions = ClassSuggestion.objects.visible_to(actor).waiting_for(actor).with_feature()[:MOST_LOOKED_AT]
        return self.answer({
            "decide": [_to_decide(one) for one in to_decide(actor)],
            "classify": [_to_classify(one) for one in suggestions],
            "policies": [_to_read(one) for one in waiting_proposals(actor).with_people()[:MOST_LOOKED_AT]],
            "acknowledge": [_to_acknowledge(one) for one in to_acknowledge(actor)],
            "others": [_asked(one) for one in own_open(actor)],
        })  # fmt: skip


def _asked(one: AccessRequest) -> dict[str, Any]:
    return {
        "id": str(one),
        "subject": one.subject,
        "purpose": str(one.purpose),
        "state": one.state,
        "due_at": one.due_at,
    }


def _to_decide(one: ToDecide) -> dict[str, Any]:
    return _asked(one.request) | {"features": [str(item.version) for item in one.waiting]}


def _to_classify(one: ClassSuggestion) -> dict[str, Any]:
    return {"id": str(one), "feature": one.feature.key, "privacy_class": one.privacy_class}


def _to_read(one: PolicyProposal) -> dict[str, Any]:
    return {"id": str(one), "policy": one.name, "proposed_by": one.proposed_by.username}


def _to_acknowledge(one: Reader) -> dict[str, Any]:
    version = one.deprecation.version
    return {
        "deprecation": str(one.deprecation), "consumer": str(one.consumer), "version": str(version),
        "sunset_on": version.sunset_on,
    }  # fmt: skip
