"""Features that are much the same as one."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from registry.api.endpoints import Endpoint
from registry.api.features import FeatureView
from registry.choices import Scope
from registry.queries.alike import Alike, alike, facts_of


class SimilarSerializer(serializers.Serializer):
    """A feature that is much the same."""

    key = serializers.CharField()
    score = serializers.FloatField(help_text="From 0 to 1.")
    is_likely = serializers.BooleanField(help_text="Whether it is called a near-duplicate.")
    reasons = serializers.ListField(child=serializers.CharField())
    against = serializers.ListField(child=serializers.CharField())


class SimilarListSerializer(serializers.Serializer):
    data = SimilarSerializer(many=True)


class SimilarView(Endpoint):
    """Features that are much the same, and why: by names, entities, sources, descriptions and measured values."""

    required_scopes = {"GET": Scope.FEATURES_READ}

    @extend_schema(operation_id="features_similar", responses=SimilarListSerializer)
    def get(self, request: Request, key: str) -> HttpResponse:
        feature = FeatureView(request=request).find(key=key)
        found = alike(self.actor, facts_of(feature), but=feature.pk, limit=20)
        return self.answer({"data": [_similar(one) for one in found]})


def _similar(one: Alike) -> dict[str, Any]:
    said = one.likeness
    return {
        "key": one.feature.key, "score": round(said.score, 3), "is_likely": said.is_likely, "reasons": said.reasons,
        "against": said.against,
    }  # fmt: skip
