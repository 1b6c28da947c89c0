"""Projects and entities."""

from django.db.models import F, Value
from django.db.models.functions import Concat
from rest_framework import serializers

from common.fields import Computed, Expandable, Resource
from registry.choices import Compatibility, OwnershipModel, Visibility
from registry.serializers.teams import TeamSerializer


class ProjectSerializer(Resource):
    """A namespace of feature views."""

    name = serializers.CharField()
    description = serializers.CharField()
    owner = Expandable(TeamSerializer, key="owner__slug", help_text="Slug of the team.")
    visibility = serializers.ChoiceField(Visibility.choices)
    ownership_model = serializers.ChoiceField(OwnershipModel.choices)
    compatibility = serializers.ChoiceField(Compatibility.choices)
    retires_alone = serializers.BooleanField(help_text="Whether what is past its last day retires by itself.")
    connection = serializers.CharField(source="connection.slug", allow_null=True)
    upstream_name = serializers.CharField(help_text="What the store calls it.")
    tags = serializers.DictField()
    created_at = serializers.DateTimeField()


class EntitySerializer(Resource):
    """The thing a feature describes, with its join keys."""

    key = Computed(
        serializers.CharField(help_text="project.entity"),
        lambda at, actor: Concat(F(at("project__name")), Value("."), F(at("name"))),
    )
    project = Expandable(ProjectSerializer, key="project__name")
    name = serializers.CharField()
    join_keys = serializers.ListField(child=serializers.CharField())
    value_type = serializers.CharField()
    description = serializers.CharField()
    owner = Expandable(TeamSerializer, key="owner__slug", help_text="Slug of the team.")
    upstream_owner = serializers.CharField()
    tags = serializers.DictField()
    gone_at = serializers.DateTimeField(allow_null=True, help_text="Since when the store has it no more.")
    created_at = serializers.DateTimeField()
