"""What callers send."""

from rest_framework import serializers

from charter.limits import METHODS
from common.strict import Flag, Number, Text, Whole
from registry.actions.consumers import MOST_READS
from registry.actions.tokens import LONGEST_DAYS
from registry.choices import (
    BY_HAND,
    Compatibility,
    ConsumerKind,
    OwnershipModel,
    PrivacyClass,
    PullKind,
    Scope,
    Visibility,
)
from registry.models import DefaultPolicy
from registry.stores import ADDRESSES

REASON = "Why. Kept in the audit log and in the history."


class DriftLimitsSerializer(serializers.Serializer):
    """How far values may drift from their reference: those left out are the method's usual ones."""

    method = serializers.ChoiceField(
        METHODS, required=False, help_text="psi, js (Jensen-Shannon), ks (Kolmogorov–Smirnov), chi2 (Cramér's V)."
    )
    warn = Number(required=False, min_value=0, max_value=100)
    fail = Number(required=False, min_value=0, max_value=100)


class EditFeatureSerializer(serializers.Serializer):
    """JSON Merge Patch: fields left out stay as they are."""

    description = Text(required=False, allow_blank=True, max_length=10_000)
    owner = Text(required=False, help_text="Slug of the team that shall answer for it.")
    tags = serializers.DictField(
        child=Text(allow_null=True, allow_blank=True, max_length=400),
        required=False,
        help_text="Tags to set; null takes one away. Tags of the store can only be changed there.",
    )
    slo_drift = DriftLimitsSerializer(required=False, allow_null=True, help_text="Null follows the view.")
    reason = Text(required=False, allow_blank=True, max_length=2_000, help_text=REASON)


class EditViewSerializer(serializers.Serializer):
    """JSON Merge Patch: fields left out stay as they are. A change of limits needs a reason."""

    description = Text(required=False, allow_blank=True, max_length=10_000)
    owner = Text(required=False, help_text="Slug of the team that shall answer for it.")
    slo_freshness_seconds = Whole(
        required=False, allow_null=True, min_value=60, max_value=366 * 86_400, help_text="Null follows the schedule."
    )
    slo_max_null_rate = Number(
        required=False, allow_null=True, min_value=0, max_value=1, help_text="Null means the usual 0.05."
    )
    slo_drift = DriftLimitsSerializer(
        required=False, allow_null=True, help_text="Null means the usual PSI of 0.1 and 0.25."
    )
    reason = Text(required=False, allow_blank=True, max_length=2_000, help_text=REASON)


class EditProjectSerializer(serializers.Serializer):
    """JSON Merge Patch: fields left out stay as they are."""

    description = Text(required=False, allow_blank=True, max_length=10_000)
    owner = Text(required=False, help_text="Slug of the team that shall answer for it.")
    visibility = serializers.ChoiceField(Visibility.choices, required=False)
    ownership_model = serializers.ChoiceField(OwnershipModel.choices, required=False)
    compatibility = serializers.ChoiceField(
        Compatibility.choices, required=False, help_text="What a new version must keep."
    )
    retires_alone = Flag(required=False, help_text="Whether what is past its last day retires by itself.")
    reason = Text(required=False, allow_blank=True, max_length=2_000, help_text=REASON)


class TermsSerializer(serializers.Serializer):
    """Terms of a contract. Those left out stay as they are, or open in a new draft."""

    dtype = Text(required=False, allow_blank=True, max_length=60, help_text="Such as float64 or array<float32>.")
    unit = Text(required=False, allow_blank=True, max_length=40)
    entity_keys = serializers.ListField(child=Text(max_length=200), required=False, max_length=20)
    default = serializers.JSONField(required=False, allow_null=True, help_text="Served when there is no value.")
    default_policy = serializers.ChoiceField(
        DefaultPolicy.choices, required=False, help_text="Mean, median and mode are measured, never said."
    )
    is_nullable = Flag(required=False, allow_null=True)
    minimum = Number(required=False, allow_null=True)
    maximum = Number(required=False, allow_null=True)
    allowed_values = serializers.ListField(child=serializers.JSONField(), required=False, allow_null=True)
    definition = Text(required=False, allow_blank=True, help_text="Query or expression. Shown, never run.")
    definition_url = Text(
        required=False, allow_blank=True, max_length=1_000, help_text="Where it is kept, such as a file at a commit."
    )
    vector_dimension = Whole(required=False, allow_null=True)
    vector_metric = Text(required=False, allow_blank=True, max_length=20)
    privacy_class = serializers.ChoiceField(PrivacyClass.choices, required=False, allow_blank=True)
    purposes = serializers.ListField(child=Text(max_length=80), required=False)


class EditVersionSerializer(TermsSerializer):
    """JSON Merge Patch of a draft: terms left out stay as they are."""

    note = Text(required=False, allow_blank=True, max_length=2_000, help_text="Why this version exists.")
    reason = Text(required=False, allow_blank=True, max_length=2_000, help_text=REASON)


class NewVersionSerializer(EditVersionSerializer):
    """A draft that says what `based_on` says, but for the terms sent."""

    based_on = Whole(required=False, min_value=0, help_text="A version; the current one unless said.")


class NewFeatureSerializer(EditVersionSerializer):
    """A feature, as a draft that its team alone sees. What is missing is asked for when it is published."""

    view = Text(max_length=330, help_text="Key of its view: project.view.")
    name = Text(max_length=200)
    description = Text(required=False, allow_blank=True, max_length=10_000)
    tags = serializers.DictField(child=Text(allow_blank=True, max_length=400), required=False)


class NewViewSerializer(serializers.Serializer):
    """A place for features that are computed together, before or without a store that defines it."""

    project = Text(max_length=120)
    name = Text(max_length=200)
    description = Text(required=False, allow_blank=True, max_length=10_000)
    owner = Text(required=False, help_text="Slug of the team that answers for it; the project's unless said.")
    entities = serializers.ListField(child=Text(max_length=200), required=False, help_text="Names, in the project.")
    kind = serializers.ChoiceField([(kind.value, kind.label) for kind in BY_HAND], required=False)
    ttl_seconds = Whole(required=False, allow_null=True, min_value=1, max_value=100 * 366 * 86_400)
    schedule_seconds = Whole(
        required=False, allow_null=True, min_value=1, max_value=366 * 86_400, help_text="How often it is computed."
    )
    is_online = Flag(required=False)
    reason = Text(required=False, allow_blank=True, max_length=2_000, help_text=REASON)


class NewEntitySerializer(serializers.Serializer):
    """What features describe, and the columns that name one of it."""

    project = Text(max_length=120)
    name = Text(max_length=200)
    join_keys = serializers.ListField(child=Text(max_length=200), min_length=1)
    description = Text(required=False, allow_blank=True, max_length=10_000)
    owner = Text(required=False, help_text="Slug of the team that answers for it; the project's unless said.")
    reason = Text(required=False, allow_blank=True, max_length=2_000, help_text=REASON)


class ReasonSerializer(serializers.Serializer):
    reason = Text(required=False, allow_blank=True, max_length=2_000, help_text=REASON)


class EditDeprecationSerializer(serializers.Serializer):
    sunset_on = serializers.DateField(help_text="The last day it is served.")
    reason = Text(max_length=2_000, help_text="Why. Readers see it.")
    replacement = Text(
        required=False, allow_null=True, max_length=600, help_text="What to read instead: project.view.feature@number."
    )


class NewConsumerSerializer(serializers.Serializer):
    """A model, service, dashboard or job that reads features."""

    kind = serializers.ChoiceField(ConsumerKind.choices)
    name = Text(max_length=300)
    team = Text(help_text="Slug of a team of yours, which answers for it.")
    project = Text(required=False, max_length=120, help_text="Where it belongs to one.")
    environment = Text(required=False, allow_blank=True, max_length=40)
    description = Text(required=False, allow_blank=True, max_length=10_000)
    reason = Text(required=False, allow_blank=True, max_length=2_000)


class TierSerializer(serializers.Serializer):
    tier = Whole(allow_null=True, min_value=1, max_value=3, help_text="1: somebody is woken. Null: nobody said.")


class ReadsSerializer(serializers.Serializer):
    """All that a consumer reads."""

    features = serializers.ListField(
        child=Text(max_length=600), max_length=MOST_READS, help_text="project.view.feature, with @number or not."
    )
    reason = Text(required=False, allow_blank=True, max_length=2_000)


class KeysSerializer(serializers.Serializer):
    keys = serializers.ListField(
        child=Text(max_length=600),
        min_length=1,
        max_length=500,
        help_text="Keys, with @number or not.",
    )


class TextSerializer(serializers.Serializer):
    text = Text(max_length=2_000, help_text="A key, a Feast reference, or anything that names features.")


class OptionsSerializer(serializers.Serializer):
    projects = serializers.ListField(
        child=Text(max_length=200), required=False, help_text="Only these; all unless said."
    )
    project_prefix = Text(
        required=False, allow_blank=True, max_length=60, help_text="Put before the names of its projects here."
    )


class AddressesSerializer(serializers.Serializer):
    """Write secrets as ${env:NAME} or ${file:NAME}, or plainly: then they are encrypted and never shown again."""

    registry_url = Text(required=False, allow_blank=True, max_length=2_000)
    offline_url = Text(required=False, allow_blank=True, max_length=2_000)
    online_url = Text(required=False, allow_blank=True, max_length=2_000)
    metrics_url = Text(required=False, allow_blank=True, max_length=2_000, help_text="Prometheus")
    metrics_token = Text(required=False, allow_blank=True, max_length=2_000)
    service_url = Text(
        required=False, allow_blank=True, max_length=2_000, help_text="Airflow, MLflow, Prefect, Marquez"
    )
    token = Text(required=False, allow_blank=True, max_length=2_000)
    namespace = Text(required=False, allow_blank=True, max_length=2_000)
    artifacts_url = Text(required=False, allow_blank=True, max_length=2_000, help_text="dbt")
    tables_url = Text(required=False, allow_blank=True, max_length=2_000, help_text="dbt")


class EditConnectionSerializer(serializers.Serializer):
    """JSON Merge Patch: fields left out stay as they are, inside addresses and options too."""

    name = Text(required=False, max_length=120)
    owner = Text(required=False, allow_null=True, help_text="Slug of the team that answers for it.")
    is_enabled = Flag(required=False)
    addresses = AddressesSerializer(required=False)
    options = OptionsSerializer(required=False)
    definitions_every_seconds = Whole(required=False, min_value=60, max_value=31 * 86_400)
    measurements_every_seconds = Whole(required=False, min_value=60, max_value=31 * 86_400)


class NewConnectionSerializer(EditConnectionSerializer):
    """A store to connect. Its first pulls are due at once."""

    name = Text(max_length=120)
    kind = serializers.ChoiceField([(kind, kind) for kind in ADDRESSES], default="feast")
    addresses = AddressesSerializer()
    is_enabled = None  # a new one is switched on


class PullRequestSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(
        PullKind.choices, required=False, help_text="Definitions of a store and lineage of others, unless said."
    )


class NewTokenSerializer(serializers.Serializer):
    name = Text(max_length=120, help_text="What it is for.")
    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices), min_length=1)
    days = Whole(min_value=1, max_value=LONGEST_DAYS, default=90, help_text="Its life.")
    namespaces = serializers.ListField(
        child=Text(max_length=200),
        required=False,
        help_text="For lineage: the only ones it may write.",
    )
    user = Text(required=False, help_text="A service it is for; yourself unless said. For administrators.")
