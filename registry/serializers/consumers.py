"""Consumers, and what they read."""

from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Concat
from rest_framework import serializers

from common.fields import At, Computed, Expandable, Resource
from registry.choices import ConsumerKind, Evidence
from registry.serializers.features import FeatureSerializer
from registry.serializers.projects import ProjectSerializer
from registry.serializers.teams import TeamSerializer


def _key(at: At, actor: Any) -> Concat:
    return Concat(F(at("kind")), Value(":"), F(at("name")))


class ConsumerSerializer(Resource):
    """A model, service, dashboard or job that reads features."""

    key = Computed(serializers.CharField(help_text="kind:name"), _key)
    kind = serializers.ChoiceField(ConsumerKind.choices)
    name = serializers.CharField()
    project = Expandable(ProjectSerializer, key="project__name")
    team = Expandable(TeamSerializer, key="team__slug", help_text="Slug of the team that runs it.")
    connection = serializers.CharField(source="connection.slug", allow_null=True)
    environment = serializers.CharField()
    description = serializers.CharField()
    upstream_owner = serializers.CharField(help_text="Who the store says owns it.")
    tags = serializers.DictField()
    gone_at = serializers.DateTimeField(allow_null=True, help_text="Since when the store has it no more.")
    created_at = serializers.DateTimeField()


class UsageSerializer(Resource):
    """Evidence that a consumer reads a feature."""

    feature = Expandable(FeatureSerializer, key="feature__key", help_text="project.view.feature")
    version = serializers.IntegerField(source="number", allow_null=True, help_text="Null: the current one.")
    evidence = serializers.ChoiceField(Evidence.choices)
    last_seen_at = serializers.DateTimeField(allow_null=True)
    gone_at = serializers.DateTimeField(allow_null=True, help_text="Since when it reads it no more.")
    created_at = serializers.DateTimeField()
