"""Feature views and their sources."""

from datetime import timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, F, FloatField, Func, OuterRef, TextField, Value, When
from django.db.models.functions import Coalesce
from rest_framework import serializers

from common.fields import At, Computed, Expandable, Resource, Seconds, SecondsField
from registry.choices import Health, ViewKind
from registry.models import Entity, FeatureView
from registry.models.feature_views import DAILY_LIMIT, DEFAULT_MAX_NULL_RATE, HOURLY_LIMIT
from registry.serializers.projects import ProjectSerializer
from registry.serializers.teams import TeamSerializer


class SourceSerializer(serializers.Serializer):
    """A table, file, stream or request payload that views are computed from."""

    name = serializers.CharField()
    kind = serializers.CharField()
    location = serializers.CharField(help_text="Path, table or topic.")
    query = serializers.CharField()
    timestamp_field = serializers.CharField()
    created_field = serializers.CharField()
    field_mapping = serializers.DictField()
    description = serializers.CharField()
    tags = serializers.DictField()
    gone_at = serializers.DateTimeField(allow_null=True)


def freshness_limit(at: At, actor: Any) -> Seconds:
    """`FeatureView.freshness_limit`, computed where the row is."""
    every = F(at("schedule_every"))
    by_schedule = Case(
        When(**{at("schedule_every__isnull"): True}, then=Value(None)),
        When(**{at("schedule_every__lte"): timedelta(hours=1)}, then=Value(HOURLY_LIMIT)),
        When(**{at("schedule_every__lte"): timedelta(days=1)}, then=Value(DAILY_LIMIT)),
        default=every + Value(timedelta(hours=1)),
    )
    return Seconds(Coalesce(F(at("slo_freshness")), by_schedule))


def null_rate_limit(at: At, actor: Any) -> Coalesce:
    return Coalesce(F(at("slo_max_null_rate")), Value(DEFAULT_MAX_NULL_RATE), output_field=FloatField())


def _names(rows: Any) -> Func:
    return Func(ArraySubquery(rows), function="array_to_json", output_field=TextField())


def _entities(at: At, actor: Any) -> Func:
    return _names(Entity.objects.filter(views=OuterRef(at("pk"))).order_by("name").values("name"))


def _upstream(at: At, actor: Any) -> Func:
    """Only views that the reader sees: a restricted project is not given away by what reads from it."""
    upstream = FeatureView.objects.visible_to(actor).filter(downstream_views=OuterRef(at("pk")))
    return _names(upstream.order_by("key").values("key"))


class RequestFieldSerializer(serializers.Serializer):
    name = serializers.CharField()
    dtype = serializers.CharField()


class ViewSerializer(Resource):
    """Features computed together. Three times answer one question and are never averaged: declared, source, served."""

    key = serializers.CharField(help_text="project.view")
    project = Expandable(ProjectSerializer, key="project__name")
    name = serializers.CharField()
    kind = serializers.ChoiceField(ViewKind.choices)
    description = serializers.CharField()
    owner = Expandable(TeamSerializer, key="owner__slug", help_text="Slug of the team.")
    upstream_owner = serializers.CharField(help_text="Who the store says owns it.")
    connection = serializers.CharField(source="connection.slug", allow_null=True)
    entities = Computed(serializers.ListField(child=serializers.CharField()), _entities)
    source = Expandable(SourceSerializer, key="source__name")
    stream_source = Expandable(SourceSerializer, key="stream_source__name")
    upstream_views = Computed(serializers.ListField(child=serializers.CharField()), _upstream)
    request_fields = RequestFieldSerializer(many=True)
    ttl_seconds = SecondsField(source="ttl", allow_null=True)
    is_online = serializers.BooleanField()
    schedule_every_seconds = SecondsField(source="schedule_every", allow_null=True)
    freshness_limit_seconds = Computed(SecondsField(allow_null=True), freshness_limit)
    null_rate_limit = Computed(serializers.FloatField(), null_rate_limit)
    slo_drift = serializers.DictField(allow_null=True, help_text="{method, warn, fail}; null is the usual PSI.")
    declared_until = serializers.DateTimeField(allow_null=True, help_text="What the registry records.")
    source_until = serializers.DateTimeField(allow_null=True, help_text="Newest event in the offline store.")
    source_read_at = serializers.DateTimeField(allow_null=True)
    served_until = serializers.DateTimeField(allow_null=True, help_text="Newest event in the online store.")
    served_read_at = serializers.DateTimeField(allow_null=True)
    health = serializers.ChoiceField(Health.choices)
    health_reasons = serializers.ListField(child=serializers.CharField())
    tags = serializers.DictField()
    upstream_version = serializers.IntegerField(allow_null=True)
    upstream_state = serializers.CharField()
    gone_at = serializers.DateTimeField(allow_null=True, help_text="Since when the store has it no more.")
    created_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()


class ViewDetailSerializer(ViewSerializer):
    """A feature view with its definition, which is shown and never run."""

    definition = serializers.CharField()
