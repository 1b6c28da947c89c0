"""Consumers, and what they read."""

from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Concat
from rest_framework import serializers

from common.fields import At, Computed, Expandable, Resource
from registry.choices import ConsumerKind, Evidence
from registry.queries.readers import is_declared, reads_a_day
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
    tier = serializers.IntegerField(allow_null=True, help_text="1: somebody is woken. Null: nobody said.")
    upstream_owner = serializers.CharField(help_text="Who the store says owns it.")
    tags = serializers.DictField()
    gone_at = serializers.DateTimeField(allow_null=True, help_text="Since when the store has it no more.")
    created_at = serializers.DateTimeField()


class FeatureReaderSerializer(Resource):
    """Who reads a feature, and how we know. One row for each kind of evidence."""

    consumer = Expandable(ConsumerSerializer, key="consumer__name", help_text="Its name; the kind is beside it.")
    kind = serializers.ChoiceField(ConsumerKind.choices, source="consumer.kind")
    team = serializers.CharField(source="consumer.team.slug", allow_null=True)
    environment = serializers.CharField(source="consumer.environment")
    version = serializers.IntegerField(source="number", allow_null=True, help_text="Null: the current one.")
    evidence = serializers.ChoiceField(Evidence.choices)
    is_declared = Computed(
        serializers.BooleanField(help_text="Whether somebody said that it reads this."),
        lambda at, actor: is_declared(at),
    )
    since = serializers.DateTimeField(source="created_at")
    last_seen_at = serializers.DateTimeField(allow_null=True)
    reads_per_day = Computed(
        serializers.FloatField(allow_null=True, help_text="Mean of seven days, where reads are reported."),
        lambda at, actor: reads_a_day(at),
    )
    seen_by = serializers.CharField(source="consumer.seen_by", help_text="The token that reported an undeclared one.")


class UsageSerializer(Resource):
    """Evidence that a consumer reads a feature."""

    feature = Expandable(FeatureSerializer, key="feature__key", help_text="project.view.feature")
    version = serializers.IntegerField(source="number", allow_null=True, help_text="Null: the current one.")
    evidence = serializers.ChoiceField(Evidence.choices)
    last_seen_at = serializers.DateTimeField(allow_null=True)
    gone_at = serializers.DateTimeField(allow_null=True, help_text="Since when it reads it no more.")
    created_at = serializers.DateTimeField()
