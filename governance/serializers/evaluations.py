"""The log of decisions for machines."""

from typing import Any

from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import Cast, Concat
from rest_framework import serializers

from common.fields import At, Computed, Resource


def _grant(at: At, actor: Any) -> Case:
    number = Concat(Value("GR-"), Cast(F(at("grant_id")), CharField()))
    return Case(When(**{at("grant_id__isnull"): True}, then=None), default=number)


class EvaluationSerializer(Resource):
    """One decision that a machine was told. Never a value of a feature."""

    id = serializers.UUIDField(help_text="evaluation_id of the answer.")
    at = serializers.DateTimeField()
    subject = serializers.CharField(help_text="type:id, as it was asked.")
    action = serializers.CharField()
    resource_type = serializers.CharField()
    resource = serializers.CharField()
    purpose = serializers.CharField()
    environment = serializers.CharField()
    decision = serializers.BooleanField()
    reason_code = serializers.CharField()
    grant = Computed(serializers.CharField(allow_null=True, help_text="Such as GR-310."), _grant)
    is_personal = serializers.BooleanField(help_text="All of these are kept, and a part of the others.")
    asker = serializers.CharField(source="asker.username", help_text="Whose token asked.")
    token = serializers.CharField(help_text='Id of the token; "" for a signed-in browser.')
    door = serializers.CharField(help_text="evaluation, or search.")
    request_id = serializers.CharField()
