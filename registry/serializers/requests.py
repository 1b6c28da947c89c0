"""What callers send to change features and views."""

from rest_framework import serializers

REASON = "Why. Kept in the audit log and in the history."


class EditFeatureSerializer(serializers.Serializer):
    """JSON Merge Patch: fields left out stay as they are."""

    description = serializers.CharField(required=False, allow_blank=True, max_length=10_000)
    owner = serializers.CharField(required=False, help_text="Slug of the team that shall answer for it.")
    tags = serializers.DictField(
        child=serializers.CharField(allow_null=True, allow_blank=True, max_length=400),
        required=False,
        help_text="Tags to set; null takes one away. Tags of the store can only be changed there.",
    )
    reason = serializers.CharField(required=False, allow_blank=True, max_length=2_000, help_text=REASON)


class EditViewSerializer(serializers.Serializer):
    """JSON Merge Patch: fields left out stay as they are. A change of limits needs a reason."""

    description = serializers.CharField(required=False, allow_blank=True, max_length=10_000)
    owner = serializers.CharField(required=False, help_text="Slug of the team that shall answer for it.")
    slo_freshness_seconds = serializers.IntegerField(
        required=False, allow_null=True, min_value=60, max_value=366 * 86_400, help_text="Null follows the schedule."
    )
    slo_max_null_rate = serializers.FloatField(
        required=False, allow_null=True, min_value=0, max_value=1, help_text="Null means the usual 0.05."
    )
    reason = serializers.CharField(required=False, allow_blank=True, max_length=2_000, help_text=REASON)


class KeysSerializer(serializers.Serializer):
    keys = serializers.ListField(
        child=serializers.CharField(max_length=600),
        min_length=1,
        max_length=500,
        help_text="Keys, with @number or not.",
    )


class TextSerializer(serializers.Serializer):
    text = serializers.CharField(
        max_length=2_000, help_text="A key, a Feast reference, or anything that names features."
    )
