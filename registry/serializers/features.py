"""Features, their health and who reads them."""

from typing import Any

from django.db.models import Case, CharField, F, Func, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Concat
from rest_framework import serializers

from common.fields import At, Computed, Expandable, ExpandableList, ExpandableOne, Outer, Resource, SecondsField
from registry.choices import Evidence, Health, PrivacyClass, VersionState
from registry.models import Consumer, Usage, Version
from registry.serializers.projects import ProjectSerializer
from registry.serializers.teams import TeamSerializer
from registry.serializers.versions import VersionSerializer, is_personal
from registry.serializers.views import ViewSerializer, freshness_limit, null_rate_limit


class TagsOf(Func):
    """The array of `key=value` texts as a JSON object."""

    template = (
        "(SELECT coalesce(json_object_agg(split_part(tag, '=', 1), substr(tag, strpos(tag || '=', '=') + 1)), '{}')"
        " FROM unnest(%(expressions)s) AS tag)"
    )
    output_field = TextField()


class HealthSerializer(serializers.Serializer):
    """How a feature is, and the evidence for it. Null means that nobody has measured or said it."""

    state = serializers.ChoiceField(Health.choices, source="health")
    view_state = serializers.ChoiceField(Health.choices, source="view.health")
    reasons = serializers.ListField(child=serializers.CharField(), source="view.health_reasons")
    freshness_limit_seconds = Computed(
        SecondsField(allow_null=True), lambda at, actor: freshness_limit(lambda column: at(f"view__{column}"), actor)
    )
    declared_until = serializers.DateTimeField(source="view.declared_until", allow_null=True)
    source_until = serializers.DateTimeField(source="view.source_until", allow_null=True)
    source_read_at = serializers.DateTimeField(source="view.source_read_at", allow_null=True)
    served_until = serializers.DateTimeField(source="view.served_until", allow_null=True)
    served_read_at = serializers.DateTimeField(source="view.served_read_at", allow_null=True)
    null_rate = serializers.FloatField(allow_null=True, help_text="A fraction between 0 and 1.")
    null_rate_read_at = serializers.DateTimeField(allow_null=True)
    drift = serializers.FloatField(allow_null=True, help_text="Distance from the reference.")
    drift_read_at = serializers.DateTimeField(allow_null=True)
    checked = serializers.ChoiceField(Health.choices, help_text="The worst of drift, schema, range and skew.")
    null_rate_limit = Computed(
        serializers.FloatField(), lambda at, actor: null_rate_limit(lambda column: at(f"view__{column}"), actor)
    )


class ReaderSerializer(serializers.Serializer):
    """Somebody who reads the feature, and how we know."""

    consumer = Computed(
        serializers.CharField(help_text="kind:name"),
        lambda at, actor: Concat(F(at("consumer__kind")), Value(":"), F(at("consumer__name"))),
    )
    project = serializers.CharField(source="consumer.project.name", allow_null=True)
    version = serializers.IntegerField(source="number", allow_null=True, help_text="Null: the current one.")
    evidence = serializers.ChoiceField(Evidence.choices)
    last_seen_at = serializers.DateTimeField(allow_null=True)


def _readers(actor: Any, outer: Outer) -> QuerySet[Usage]:
    seen = Consumer.objects.visible_to(actor)
    readers = Usage.objects.filter(feature=outer("pk"), gone_at__isnull=True, consumer__in=seen)
    return readers.order_by("consumer__kind", "consumer__name", "number")


def _current(actor: Any, outer: Outer) -> QuerySet[Version]:
    return Version.objects.filter(feature=outer("pk"), number=outer("number")).order_by()


def _reference(at: At, actor: Any) -> Concat:
    return Concat(F(at("key")), Value("@"), Cast(F(at("number")), CharField()))


def _is_personal(at: At, actor: Any) -> Case:
    return Case(When(is_personal(at), then=Value(True)), default=Value(False))


class FeatureSerializer(Resource):
    """One named column of a feature view, with the facts of its current version."""

    key = serializers.CharField(help_text="project.view.feature")
    reference = Computed(serializers.CharField(help_text="The key with the version's number."), _reference)
    project = Expandable(ProjectSerializer, key="project__name")
    view = Expandable(ViewSerializer, key="view__key", help_text="project.view")
    name = serializers.CharField()
    description = serializers.CharField()
    owner = Expandable(TeamSerializer, key="owner__slug", help_text="Slug of the team.")
    version = serializers.IntegerField(source="number")
    status = serializers.ChoiceField(VersionState.choices, source="state")
    dtype = serializers.CharField()
    unit = serializers.CharField()
    has_default = serializers.BooleanField()
    privacy_class = serializers.ChoiceField(PrivacyClass.choices, allow_blank=True, help_text='"" means unclassified.')
    is_personal = Computed(serializers.BooleanField(help_text="Values never leave the store."), _is_personal)
    sunset_on = serializers.DateField(allow_null=True)
    entities = serializers.ListField(child=serializers.CharField(), source="entity_names")
    store = serializers.CharField(help_text="Slug of the connection it came from.")
    is_online = serializers.BooleanField()
    tags = Computed(serializers.DictField(child=serializers.CharField()), lambda at, actor: TagsOf(F(at("tags"))))
    health = Expandable(HealthSerializer, key="health", source="*", help_text="ok, warn, crit or unknown.")
    null_rate = serializers.FloatField(allow_null=True, help_text="A fraction between 0 and 1.")
    null_rate_read_at = serializers.DateTimeField(allow_null=True)
    drift = serializers.FloatField(allow_null=True, help_text="Distance from the reference.")
    drift_read_at = serializers.DateTimeField(allow_null=True)
    slo_drift = serializers.DictField(allow_null=True, help_text="{method, warn, fail}; null follows the view.")
    models_count = serializers.IntegerField(help_text="Models that read it.")
    reads_per_day = serializers.FloatField(allow_null=True)
    gone_at = serializers.DateTimeField(allow_null=True, help_text="Since when the store has it no more.")
    created_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()
    contract = ExpandableOne(VersionSerializer, _current, help_text="The current version, whole.")
    consumers = ExpandableList(ReaderSerializer, _readers)
