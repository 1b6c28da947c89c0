"""What callers send."""

from rest_framework import serializers

from common.strict import Flag, Number, Text, Whole
from registry.actions.tokens import LONGEST_DAYS
from registry.choices import PullKind, Scope
from registry.stores import ADDRESSES

REASON = "Why. Kept in the audit log and in the history."


class EditFeatureSerializer(serializers.Serializer):
    """JSON Merge Patch: fields left out stay as they are."""

    description = Text(required=False, allow_blank=True, max_length=10_000)
    owner = Text(required=False, help_text="Slug of the team that shall answer for it.")
    tags = serializers.DictField(
        child=Text(allow_null=True, allow_blank=True, max_length=400),
        required=False,
        help_text="Tags to set; null takes one away. Tags of the store can only be changed there.",
    )
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
    reason = Text(required=False, allow_blank=True, max_length=2_000, help_text=REASON)


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
    kind = serializers.ChoiceField(PullKind.choices, default=PullKind.DEFINITIONS)


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
