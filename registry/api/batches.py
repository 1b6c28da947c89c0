"""Many features in one request."""

from typing import Any

import orjson
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from common.fields import json_text
from common.openapi import ProblemSerializer
from common.parameters import shape_parameters
from common.problems import NotFound, body_of
from registry.api.endpoints import Endpoint
from registry.api.numbered import overlaid
from registry.choices import Scope
from registry.models import Feature
from registry.references import split_number
from registry.serializers.features import FeatureSerializer
from registry.serializers.requests import KeysSerializer


class BatchItemSerializer(serializers.Serializer):
    """One key that was asked for: the feature, or the problem with it."""

    key = serializers.CharField(help_text="As it was asked for.")
    status = serializers.IntegerField()
    feature = FeatureSerializer(required=False)
    problem = ProblemSerializer(required=False)


class BatchSerializer(serializers.Serializer):
    data = BatchItemSerializer(many=True)


class BatchGetView(Endpoint):
    """Up to 500 features by their keys, each with its own status, in the order asked for."""

    serializer_class = FeatureSerializer
    required_scopes = {"POST": Scope.FEATURES_READ}
    parameters = {"POST": tuple(shape_parameters(FeatureSerializer))}

    @extend_schema(request=KeysSerializer, responses=BatchSerializer)
    def post(self, request: Request) -> HttpResponse:
        keys: list[str] = self.sent(KeysSerializer)["keys"]
        found = self._found(keys)
        return self.answer({"data": [self._item(key, found.get(key)) for key in keys]})

    def _found(self, keys: list[str]) -> dict[str, Any]:
        """What exists for the caller, by the key as it was asked for."""
        selection = self.selection()
        numbered = {key: split_number(key) for key in keys}
        shape = json_text(FeatureSerializer, selection, self.actor)
        rows = Feature.objects.visible_to(self.actor).filter(key__in={name for name, _ in numbered.values()})
        texts: dict[str, str] = dict(rows.order_by().values_list("key", shape))
        plain = {key: orjson.Fragment(texts[key]) for key in keys if key in texts}
        wanted = {(name, number) for name, number in numbered.values() if number is not None and name in texts}
        if not wanted:
            return plain
        features = {name: orjson.loads(texts[name]) for name, _ in wanted}
        versions = overlaid(self.actor, features, wanted, selection)
        return plain | {key: versions[place] for key, place in numbered.items() if place in versions}  # type: ignore[index]

    def _item(self, key: str, feature: Any) -> dict[str, Any]:
        if feature is not None:
            return {"key": key, "status": 200, "feature": feature}
        return {"key": key, "status": 404, "problem": body_of(NotFound(), self.request)}
