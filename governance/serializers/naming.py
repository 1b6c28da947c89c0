"""Naming rules, words and waivers in JSON, and what is sent about them."""

from typing import Any

from rest_framework import serializers

from common.fields import Computed, Resource, numbered
from common.strict import Flag, Text
from governance.models import NamedKind


class NamingRuleSerializer(Resource):
    """What names of one kind must look like."""

    id = Computed(serializers.CharField(help_text="Such as NR-3."), numbered("NR"))
    project = serializers.CharField(source="project.name", allow_null=True, help_text="Null: all projects.")
    kind = serializers.ChoiceField(NamedKind.choices)
    pattern = serializers.CharField(help_text="RE2, for the whole name.")
    said = serializers.CharField(help_text="What it asks, as people who break it read it.")
    right = serializers.ListField(child=serializers.CharField(), help_text="Names that it lets pass.")
    wrong = serializers.ListField(child=serializers.CharField(), help_text="Names that it does not.")
    is_advice = serializers.BooleanField(help_text="Breaking it is said and not refused.")
    is_on = serializers.BooleanField()
    created_by = serializers.CharField(source="created_by.username")
    created_at = serializers.DateTimeField()


class NameWordSerializer(Resource):
    """A word that names may not use."""

    id = serializers.IntegerField()
    project = serializers.CharField(source="project.name", allow_null=True, help_text="Null: all projects.")
    word = serializers.CharField()
    instead = serializers.CharField(help_text="Empty: it is forbidden, whatever is meant.")


class NameWaiverSerializer(Resource):
    """A name that need not follow the rules until a day."""

    project = serializers.CharField(source="project.name")
    kind = serializers.ChoiceField(NamedKind.choices)
    key = serializers.CharField()
    reason = serializers.CharField()
    until = serializers.DateField()
    given_by = serializers.CharField(source="given_by.username")
    given_at = serializers.DateTimeField()


def _names(**kwargs: Any) -> serializers.ListField:
    return serializers.ListField(child=Text(max_length=200), **kwargs)


class EditNamingRuleSerializer(serializers.Serializer):
    """JSON Merge Patch: fields left out stay as they are."""

    pattern = Text(required=False, max_length=500)
    said = Text(required=False, max_length=300)
    right = _names(required=False)
    wrong = _names(required=False)
    is_advice = Flag(required=False)
    is_on = Flag(required=False)
    reason = Text(required=False, allow_blank=True, max_length=2_000)


class NewNamingRuleSerializer(serializers.Serializer):
    project = Text(required=False, allow_null=True, max_length=120, help_text="Null: all projects.")
    kind = serializers.ChoiceField(NamedKind.choices, default=NamedKind.FEATURE)
    pattern = Text(max_length=500)
    said = Text(max_length=300)
    right = _names()
    wrong = _names()
    is_advice = Flag(required=False)


class NewNameWordSerializer(serializers.Serializer):
    project = Text(required=False, allow_null=True, max_length=120, help_text="Null: all projects.")
    word = Text(max_length=60)
    instead = Text(required=False, allow_blank=True, max_length=60)


class NewNameWaiverSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(NamedKind.choices, default=NamedKind.FEATURE)
    key = Text(max_length=600, help_text="project.view.feature, project.view or project.entity.")
    until = serializers.DateField()
    reason = Text(max_length=2_000)


class NamesSerializer(serializers.Serializer):
    """Names that somebody thinks of using."""

    project = Text(max_length=120)
    kind = serializers.ChoiceField(NamedKind.choices, default=NamedKind.FEATURE)
    names = serializers.ListField(child=Text(max_length=200), min_length=1, max_length=500)


class NameFaultSerializer(serializers.Serializer):
    rule = serializers.CharField(help_text="NR-3; word for a word that may not be used, name for the registry's own.")
    detail = serializers.CharField()
    is_advice = serializers.BooleanField()


class CheckedNameSerializer(serializers.Serializer):
    name = serializers.CharField()
    ok = serializers.BooleanField(help_text="Whether something may be called so.")
    faults = NameFaultSerializer(many=True)


class CheckedNamesSerializer(serializers.Serializer):
    ok = serializers.BooleanField()
    data = CheckedNameSerializer(many=True)
