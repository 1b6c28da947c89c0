"""What comparisons of views look like in JSON, and what is sent to ask for one."""

from typing import Any

from django.db.models import Case, ExpressionWrapper, F, FloatField, QuerySet, When
from rest_framework import serializers

from common.fields import At, Computed, ExpandableList, LargeField, Outer, Resource, numbered
from common.strict import Number, Text, Whole
from monitoring.actions.parity import FEWEST, LARGEST_TOLERANCE, LEAST_MARK, MOST, USUAL, USUAL_MARK, USUAL_TOLERANCE
from monitoring.models import ParityFeature, ParityState

MOST_PAIRS = 1_000


class ParityFeatureSerializer(Resource):
    """How one feature compares."""

    old = serializers.CharField(help_text="Its name in the old view.")
    new = serializers.CharField(help_text="Its name in the new view.")
    compared = serializers.IntegerField(help_text="Entities of which both views were asked for it.")
    differing = serializers.IntegerField()
    absent_old = serializers.IntegerField(help_text="Null in the old view alone.")
    absent_new = serializers.IntegerField(help_text="Null in the new view alone.")
    examples = serializers.ListField(child=serializers.CharField(), help_text="Salted hashes of keys that differ.")


def _features(actor: Any, outer: Outer) -> QuerySet[ParityFeature]:
    return ParityFeature.objects.filter(parity=outer("pk")).order_by("-differing", "old")


def _coverage(at: At, actor: Any) -> Case:
    both = F(at("sampled")) - F(at("only_old")) - F(at("only_new"))
    share = ExpressionWrapper(both * 1.0 / F(at("sampled")), output_field=FloatField())
    return Case(When(**{f"{at('sampled')}__gt": 0}, then=share), output_field=FloatField())


class ParitySerializer(Resource):
    """Whether a new view holds what an old one holds, on a sample of entities at one moment."""

    id = Computed(serializers.CharField(help_text="Such as PAR-7."), numbered("PAR"))
    old = serializers.CharField(source="old.key")
    new = serializers.CharField(source="new.key")
    state = serializers.ChoiceField(ParityState.choices)
    reason = serializers.CharField(help_text="What was found, in a sentence.")
    pass_mark = serializers.FloatField(help_text="The share that must agree, from 0 to 1.")
    tolerance = serializers.FloatField(help_text="How far numbers may be apart, as a share of the larger one.")
    sample = serializers.IntegerField(help_text="Entities that were asked for.")
    done = serializers.IntegerField(help_text="Steps of five.")
    at = serializers.DateTimeField(allow_null=True, help_text="Both views as they were at this moment.")
    sampled = serializers.IntegerField(allow_null=True, help_text="Entities that either view has.")
    only_old = serializers.IntegerField(allow_null=True)
    only_new = serializers.IntegerField(allow_null=True)
    coverage = Computed(serializers.FloatField(allow_null=True, help_text="Share of entities in both."), _coverage)
    equal = serializers.IntegerField(allow_null=True, help_text="Entities whose features are all the same.")
    nulls_agreeing = serializers.FloatField(allow_null=True)
    requested_by = serializers.CharField(source="requested_by.username", allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    mapping = LargeField(help_text="{name in the old view: name in the new one}; empty: by name.")
    left_out = serializers.ListField(child=serializers.CharField(), help_text="What was not compared, and why.")
    examples = serializers.ListField(child=serializers.CharField(), help_text="Salted hashes of keys that differ.")
    query = LargeField(help_text="What was asked of the stores.")
    features = ExpandableList(ParityFeatureSerializer, _features)


class StartParitySerializer(serializers.Serializer):
    """Two views of the same entity."""

    old = Text(max_length=330, help_text="project.view")
    new = Text(max_length=330, help_text="project.view")
    pass_mark = Number(required=False, default=USUAL_MARK, help_text=f"From {LEAST_MARK} to 1.")
    tolerance = Number(required=False, default=USUAL_TOLERANCE, help_text=f"From 0 to {LARGEST_TOLERANCE}.")
    sample = Whole(required=False, default=USUAL, help_text=f"From {FEWEST} to {MOST} entities.")
    mapping = serializers.DictField(child=Text(max_length=200), required=False, help_text="{old name: new name}")
    reason = Text(required=False, allow_blank=True, max_length=2_000)

    def validate_mapping(self, value: dict[str, str]) -> dict[str, str]:
        if len(value) > MOST_PAIRS:
            raise serializers.ValidationError(f"At most {MOST_PAIRS:,} pairs.")
        return value
