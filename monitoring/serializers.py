"""What measurements and health look like in JSON."""

from typing import Any

from django.db.models import BigIntegerField, Case, F, FloatField, JSONField, Value, When
from rest_framework import serializers

from common.fields import At, Computed, LargeField, Resource, Seconds, SecondsField
from common.strict import Number, Text, Whole
from monitoring.models import Against, Kind, Origin
from monitoring.serving import FIGURES as SERVING_FIGURES
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
    told_by = serializers.CharField(help_text="Who measured, where it was not Charter.")
    told_in = serializers.CharField(help_text="In which run.")
    warnings = serializers.ListField(child=serializers.CharField())
    stored_bytes = serializers.IntegerField(allow_null=True, help_text="Null: the store does not say.")
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
    told_by = serializers.CharField(help_text="Who measured, where it was not Charter.")
    told_in = serializers.CharField(help_text="In which run.")
    quantiles = Computed(LargeField(help_text='{"0.5": value}'), _value("quantiles", JSONField()))
    histogram = Computed(LargeField(help_text="[{lower, upper, label, count}]"), _value("histogram", JSONField()))


class FeatureHealthSerializer(HealthSerializer):
    """How a feature is, with the newest measurement from each store."""

    source = FeatureMeasurementSerializer(allow_null=True)
    served = FeatureMeasurementSerializer(allow_null=True)
    told = FeatureMeasurementSerializer(allow_null=True)


class DriftSerializer(Resource):
    """How far the last days of a feature lay from others."""

    measured_at = serializers.DateTimeField()
    against = serializers.ChoiceField(Against.choices)
    method = serializers.CharField(help_text="psi, js, ks or chi2.")
    value = serializers.FloatField()
    p = serializers.FloatField(help_text="How often chance alone does this.")
    q = serializers.FloatField(help_text="p, corrected for every feature compared beside it.")
    warn = serializers.FloatField()
    fail = serializers.FloatField()
    state = serializers.ChoiceField(Health.choices)
    reason = serializers.CharField()
    rows = serializers.IntegerField(help_text="With a value, of the last days.")
    rows_before = serializers.IntegerField(help_text="With a value, of what they were held against.")
    first = serializers.DateField()
    last = serializers.DateField()
    before_first = serializers.DateField()
    before_last = serializers.DateField()


class StoreFigureSerializer(Resource):
    """One figure that a store, or a server in front of it, told of itself."""

    measured_at = serializers.DateTimeField()
    connection = serializers.CharField(source="connection.slug")
    view = serializers.CharField(source="view.key", allow_null=True, help_text="Null: the store as a whole.")
    name = serializers.ChoiceField([(one.name, one.label) for one in SERVING_FIGURES.values()])
    value = serializers.FloatField(help_text="Seconds, shares from 0 to 1, per second, bytes or counts, by its name.")
    query = LargeField(help_text="What was asked.")


class ServingLimitsSerializer(serializers.Serializer):
    """What the owner of a store promises of serving. Null promises nothing."""

    latency_p99 = Number(required=False, allow_null=True, help_text="Seconds that 99 of 100 requests take at most.")
    error_rate = Number(required=False, allow_null=True, help_text="Share of requests that may fail.")
    hit_rate = Number(required=False, allow_null=True, help_text="Share of values that must be found, of each view.")
    served_bytes = Whole(required=False, allow_null=True, help_text="What all its views may take online, together.")


class StorageSerializer(Resource):
    """What a view takes in its stores, and whether anybody is known to read it. Null: nobody says."""

    view = serializers.CharField(source="key", help_text="project.view")
    owner = serializers.CharField(source="owner.slug", allow_null=True)
    source_bytes = serializers.IntegerField(allow_null=True)
    served_bytes = serializers.IntegerField(allow_null=True)
    served_entities = serializers.IntegerField(allow_null=True)
    values_per_second = serializers.FloatField(allow_null=True, help_text="Asked of the servers, in the last hour.")
    is_unread = serializers.BooleanField(help_text="It is served, and nobody is known to read it.")


class FindingSerializer(Resource):
    """What was last found of one thing that is checked."""

    kind = serializers.ChoiceField(Kind.choices)
    view = serializers.CharField(source="view.key")
    feature = serializers.CharField(source="feature.key", allow_null=True, help_text="Null: the view as a whole.")
    state = serializers.ChoiceField(Health.choices)
    reason = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    limit = serializers.FloatField(allow_null=True)
    found_at = serializers.DateTimeField()
    since = serializers.DateTimeField(help_text="Since when it is in this state.")


class ReportSerializer(serializers.Serializer):
    """One check of somebody else's."""

    view = Text(max_length=330, help_text="project.view")
    feature = Text(required=False, allow_blank=True, max_length=200, help_text="Its name; left out: the whole view.")
    check = Text(max_length=80, help_text="What was checked, such as row_count or share_of_drifted.")
    state = serializers.ChoiceField([one for one in Health.choices if one[0] != Health.UNKNOWN])
    value = Number(required=False, allow_null=True)
    limit = Number(required=False, allow_null=True)
    detail = Text(required=False, allow_blank=True, max_length=160, help_text="Never a value of the data.")


class EvidentlySerializer(serializers.Serializer):
    """A report of Evidently 0.7 about the data of one view. Drift, nulls, rows and tests are read; values are not."""

    view = Text(max_length=330, help_text="project.view")
    at = serializers.DateTimeField(required=False, help_text="When it was made; left out: now.")
    report = serializers.DictField(help_text="What Report.run(...).json() or save_json wrote.")


class ReportsSerializer(serializers.Serializer):
    """What a pipeline or a tool has measured by itself: `reports`, or a report of Evidently as it is."""

    by = Text(max_length=60, required=False, help_text="Who measured, such as dbt; else evidently.")
    reports = ReportSerializer(many=True, min_length=1, max_length=500, required=False)  # type: ignore[call-arg]
    evidently = EvidentlySerializer(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("reports" in attrs) == ("evidently" in attrs):
            raise serializers.ValidationError({"reports": "Send either reports or evidently."})
        if "reports" in attrs and "by" not in attrs:
            raise serializers.ValidationError({"by": "Say who measured."})
        return attrs


class ReceivedSerializer(serializers.Serializer):
    received = serializers.IntegerField(help_text="Views and features that something was said of.")
    left_out = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="Columns of it that are no features.",
    )


class CheckSerializer(Resource):
    """One check that others ran, as it was told last."""

    view = serializers.CharField(source="view.key")
    feature = serializers.CharField(source="feature.key", allow_null=True, help_text="Null: the view as a whole.")
    by = serializers.CharField(help_text="Who ran it.")
    check_name = serializers.CharField()
    state = serializers.ChoiceField(Health.choices)
    value = serializers.FloatField(allow_null=True)
    limit = serializers.FloatField(allow_null=True)
    detail = serializers.CharField()
    at = serializers.DateTimeField(help_text="When it was run.")
    run = serializers.CharField(help_text="In which run, where one was told.")


class PinSerializer(serializers.Serializer):
    """Whole days in UTC, both included."""

    first = serializers.DateField()
    last = serializers.DateField()
    title = Text(required=False, allow_blank=True, max_length=120, help_text="Such as training of fraud-ranker 3.")
    reason = Text(required=False, allow_blank=True, max_length=2_000)


class ReferenceSerializer(serializers.Serializer):
    """The days that drift of a view is held against."""

    first = serializers.DateField()
    last = serializers.DateField()
    title = serializers.CharField()
    pinned_at = serializers.DateTimeField()
