"""Offers of ownership."""

from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce
from rest_framework import serializers

from common.fields import At, Computed, Resource
from common.strict import Flag, Text
from registry.choices import OfferState


def _key(at: At, actor: Any) -> Coalesce:
    return Coalesce(F(at("feature__key")), F(at("view__key")))


class OwnerOfferSerializer(Resource):
    """A team is asked to answer for a feature, or for a view with its features."""

    id = serializers.IntegerField()
    key = Computed(serializers.CharField(help_text="project.view.feature, or project.view."), _key)
    giver = serializers.CharField(source="giver.slug", allow_null=True, help_text="Slug of the team that has it.")
    team = serializers.CharField(source="team.slug", help_text="Slug of the team that is asked.")
    state = serializers.ChoiceField(OfferState.choices)
    reason = serializers.CharField()
    offered_by = serializers.CharField(source="offered_by.username")
    offered_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField()


class OfferAnswerSerializer(serializers.Serializer):
    accepted = Flag()
    reason = Text(required=False, allow_blank=True, max_length=2_000, help_text="Needed where it is declined.")
