"""Versions: the immutable contract of a feature."""

from typing import Any

from django.db.models import Case, CharField, F, FloatField, JSONField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Concat
from rest_framework import serializers

from common.fields import At, Computed, Resource
from registry.choices import PERSONAL_CLASSES, Manager, PrivacyClass, VersionState
from registry.contracts import SAFE_DEFAULTS
from registry.models import DefaultPolicy, Feature, Version


def is_personal(at: At, feature: str = "") -> Q:
    """Whether the feature's values stay hidden; `feature` is the path to it from here."""
    name = f"{feature}__" if feature else ""
    return Q(**{at(f"{name}privacy_class__in"): PERSONAL_CLASSES}) | Q(
        **{at(f"{name}privacy_class"): PrivacyClass.UNCLASSIFIED, at(f"{name}looks_personal"): True}
    )


def _hides_values(at: At) -> Q:
    """As the feature is now, or as this version was: the stricter one counts."""
    return is_personal(at, "feature") | Q(**{at("privacy_class__in"): PERSONAL_CLASSES})


def _unless_personal(column: str, output: Any) -> Any:
    def build(at: At, actor: Any) -> Case:
        return Case(When(_hides_values(at), then=Value(None)), default=F(at(column)), output_field=output)

    return build


def _default(at: At, actor: Any) -> Case:
    """Median and mode are somebody's value, so they are hidden where values are personal."""
    hidden = _hides_values(at) & ~Q(**{at("default_policy__in"): SAFE_DEFAULTS})
    return Case(When(hidden, then=Value(None)), default=F(at("default")), output_field=JSONField())


def reference_of(at: At, actor: Any) -> Concat:
    return Concat(F(at("feature__key")), Value("@"), Cast(F(at("number")), CharField()))


def replacement_of(at: At, actor: Any) -> Subquery:
    """The replacing version, if its feature exists for the reader."""
    seen = Version.objects.filter(pk=OuterRef(at("replacement_id")), feature__in=Feature.objects.visible_to(actor))
    return Subquery(seen.order_by().values(text=Concat(F("feature__key"), Value("@"), Cast(F("number"), CharField()))))


def _hidden(at: At, actor: Any) -> Case:
    return Case(When(_hides_values(at), then=Value(True)), default=Value(False))


class VersionSerializer(Resource):
    """One contract and definition of a feature. Published content never changes."""

    reference = Computed(serializers.CharField(help_text="project.view.feature@number"), reference_of)
    number = serializers.IntegerField()
    status = serializers.ChoiceField(VersionState.choices, source="state")
    dtype = serializers.CharField()
    unit = serializers.CharField()
    entity_keys = serializers.ListField(child=serializers.CharField())
    default = Computed(serializers.JSONField(allow_null=True, help_text="Served when there is no value."), _default)
    default_policy = serializers.ChoiceField(DefaultPolicy.choices)
    default_measured_at = serializers.DateTimeField(allow_null=True)
    is_nullable = serializers.BooleanField(allow_null=True, help_text="Null when the store does not say.")
    minimum = Computed(serializers.FloatField(allow_null=True), _unless_personal("minimum", FloatField()))
    maximum = Computed(serializers.FloatField(allow_null=True), _unless_personal("maximum", FloatField()))
    allowed_values = Computed(serializers.JSONField(allow_null=True), _unless_personal("allowed_values", JSONField()))
    values_hidden = Computed(serializers.BooleanField(help_text="Personal: bounds and values are not shown."), _hidden)
    definition = serializers.CharField(help_text="Shown, never run.")
    definition_url = serializers.CharField(help_text="Where it is kept.")
    vector_dimension = serializers.IntegerField(allow_null=True)
    vector_metric = serializers.CharField()
    privacy_class = serializers.ChoiceField(PrivacyClass.choices, allow_blank=True, help_text='"" means unclassified.')
    purposes = serializers.ListField(child=serializers.CharField())
    managed_by = serializers.ChoiceField(Manager.choices)
    note = serializers.CharField(help_text="Why this version exists.")
    state_reason = serializers.CharField(help_text="Why it is deprecated or quarantined.")
    created_at = serializers.DateTimeField()
    activated_at = serializers.DateTimeField(allow_null=True)
    deprecated_at = serializers.DateTimeField(allow_null=True)
    sunset_on = serializers.DateField(allow_null=True)
    retired_at = serializers.DateTimeField(allow_null=True)
    replacement = Computed(serializers.CharField(allow_null=True, help_text="What replaces it."), replacement_of)
