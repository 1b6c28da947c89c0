"""What measurements and health look like in JSON."""

from typing import Any

from django.db.models import BigIntegerField, Case, F, FloatField, JSONField, Value, When
from rest_framework import serializers

from common.fields import At, Computed, LargeField, Resource, Seconds, SecondsField
from monitoring.models import Origin
from registry.choices import Health
from registry.serializers.features import HealthSerializer
from registry.serializers.versions import is_personal
from registry.serializers.views import freshness_limit, null_rate_limit


class ViewHealthSerializer(Resource):
    """How a feature view is, and the evidence for it. Null means that nobody has measured or said it."""

    view = serializers.CharField(source="key", help_text="project.view")
    owner = serializers.CharField(source="owner.slug", allow_null=True)
    state = serializers.ChoiceField(Health.choices, source="health")
    reasons = serializers.ListField(child=serializers.CharField(), source="health_reasons")
    freshness_limit_seconds = Computed(SecondsField(allow_null=True), freshness_limit)
    null_rate_limit = Computed(serializers.FloatField(), null_rate_limit)
    declared_until = serializers.DateTimeField(allow_null=True, help_text="What the registry records.")
    source_until = serializers.DateTimeField(allow_null=True, help_text="Newest event in the offline store.")
    source_read_at = serializers.DateTimeField(allow_null=True)
    served_until = serializers.DateTimeField(allow_null=True, help_text="Newest event in the online store.")
    served_read_at = serializers.DateTimeField(allow_null=True)


def _age(at: At, actor: Any) -> Seconds:
    return Seconds(F(at("measured_at")) - F(at("newest_event_at")))


class ViewMeasurementSerializer(Resource):
    """One view as one store showed it at a moment."""

    measured_at = serializers.DateTimeField()
    origin = serializers.ChoiceField(Origin.choices)
    newest_event_at = serializers.DateTimeField(allow_null=True)
    age_seconds = Computed(SecondsField(allow_null=True, help_text="Of the newest event, when it was measured."), _age)
    rows = serializers.IntegerField(allow_null=True)
    entities = serializers.IntegerField(allow_null=True)
    sample_size = serializers.IntegerField(allow_null=True, help_text="Null: every row was read.")
    window_from = serializers.DateTimeField(allow_null=True)
    window_until = serializers.DateTimeField(allow_null=True)
    warnings = serializers.ListField(child=serializers.CharField())
    query = LargeField(help_text="What was asked of the store.")


def _value(column: str, output: Any) -> Any:
    """A figure that is made of values: null for personal features, whatever was stored before they were so."""

    def build(at: At, actor: Any) -> Case:
        return Case(When(is_personal(at, "feature"), then=Value(None)), default=F(at(column)), output_field=output)

    return build


def _figure(column: str) -> Computed:
    return Computed(serializers.FloatField(allow_null=True), _value(column, FloatField()))


def _whole(column: str) -> Computed:
    return Computed(serializers.IntegerField(allow_null=True), _value(column, BigIntegerField()))


class FeatureMeasurementSerializer(Resource):
    """One feature's values as one store showed them. Personal features have counts and nothing else."""

    measured_at = serializers.DateTimeField()
    origin = serializers.ChoiceField(Origin.choices)
    rows = serializers.IntegerField(allow_null=True)
    nulls = serializers.IntegerField(allow_null=True)
    present = serializers.IntegerField(allow_null=True, help_text="Rows with the field at all: absent is not null.")
    null_rate = serializers.FloatField(allow_null=True, help_text="A fraction between 0 and 1.")
    null_rate_error = serializers.FloatField(allow_null=True, help_text="Half of the 95 % interval, when sampled.")
    sample_size = serializers.IntegerField(allow_null=True, help_text="Null: every row was read.")
    distinct = _whole("distinct")
    is_distinct_approximate = serializers.BooleanField()
    minimum = _figure("minimum")
    maximum = _figure("maximum")
    mean = _figure("mean")
    stddev = _figure("stddev")
    length_minimum = _whole("length_minimum")
    length_maximum = _whole("length_maximum")
    window_from = serializers.DateTimeField(allow_null=True)
    window_until = serializers.DateTimeField(allow_null=True)
    quantiles = Computed(LargeField(help_text='{"0.5": value}'), _value("quantiles", JSONField()))
    histogram = Computed(LargeField(help_text="[{lower, upper, label, count}]"), _value("histogram", JSONField()))


class FeatureHealthSerializer(HealthSerializer):
    """How a feature is, with the newest measurement from each store."""

    source = FeatureMeasurementSerializer(allow_null=True)
    served = FeatureMeasurementSerializer(allow_null=True)
