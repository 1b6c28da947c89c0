"""What governance's resources look like in JSON. Declarations: see common.fields."""

from typing import Any

from django.db.models import Case, F, Func, JSONField, When
from rest_framework import serializers

from common.fields import At, Computed, Resource
from governance.queries.audit import HIDDEN
from registry.chain.state import ChainState
from registry.contracts import VALUE_FIELDS

_VALUE_FIELDS = f"'{{{','.join(sorted(VALUE_FIELDS))}}}'::text[]"


class WithoutValues(Func):
    """`changes_of`, where the row is: the changes, with those of value fields hidden."""

    template = (
        f"(SELECT coalesce(jsonb_object_agg(key, CASE WHEN key = ANY({_VALUE_FIELDS})"  # noqa: S608  names of ours
        f" THEN '[\"{HIDDEN}\"]'::jsonb ELSE value END), '{{}}') FROM jsonb_each(%(expressions)s))"
    )
    output_field = JSONField()


def _changes(at: At, actor: Any) -> Case:
    """Wants entries from `with_personal`."""
    hidden = When(**{at("is_personal"): True}, then=WithoutValues(F(at("changes"))))
    return Case(hidden, default=F(at("changes")), output_field=JSONField())


class AuditEntrySerializer(Resource):
    """One change by one actor. Entries are only ever added."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor = serializers.CharField(source="actor_name", help_text="As it was called then; system for Charter itself.")
    token = serializers.CharField(help_text='Id of the token it used; "" for a signed-in browser.')
    action = serializers.CharField(help_text="Such as registry.change_slo.")
    object_type = serializers.CharField()
    object_key = serializers.CharField(help_text="What people call it.")
    project = serializers.CharField(source="project.name", allow_null=True)
    changes = Computed(
        serializers.DictField(
            child=serializers.ListField(),
            help_text="Field → [old, new]. Values of personal features are hidden.",
        ),
        _changes,
    )
    reason = serializers.CharField()
    request_id = serializers.CharField(help_text="Found in our logs too.")


class _HeadSerializer(serializers.Serializer):
    place = serializers.IntegerField()
    hash = serializers.CharField(help_text="SHA-256, in hexadecimal.")
    sealed_at = serializers.DateTimeField()


class _WaitingSerializer(serializers.Serializer):
    count = serializers.IntegerField()
    since = serializers.DateTimeField(allow_null=True, help_text="When the oldest of them was written.")
    is_too_long = serializers.BooleanField(help_text="No worker seals.")


class _FaultSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=["changed", "removed", "inserted", "reordered", "seal", "anchor"])
    place = serializers.IntegerField(allow_null=True, help_text="In the chain.")
    entry = serializers.IntegerField(allow_null=True, help_text="Id of the entry.")
    detail = serializers.CharField()


class _VerifiedSerializer(serializers.Serializer):
    at = serializers.DateTimeField()
    is_sound = serializers.BooleanField()
    place = serializers.IntegerField(help_text="Of the head then.")
    anchors = serializers.IntegerField(help_text="How many it was compared with.")
    faults = _FaultSerializer(many=True, help_text="The first of each sort.")


class _AnchorSerializer(serializers.Serializer):
    target = serializers.ChoiceField(choices=["file", "webhook"])
    where = serializers.CharField()
    at = serializers.DateTimeField()
    place = serializers.IntegerField()
    error = serializers.CharField(help_text='"" where it was written.')


class ChainSerializer(serializers.Serializer):
    """How the chain stands."""

    head = _HeadSerializer(allow_null=True, help_text="null while nothing is sealed.")
    waiting = _WaitingSerializer()
    verified = _VerifiedSerializer(allow_null=True, help_text="The last time; null: never.")
    is_anchored = serializers.BooleanField(help_text="Whether a place outside is set.")
    anchors = _AnchorSerializer(many=True, help_text="The last try at each place outside.")

    def to_representation(self, state: ChainState) -> dict[str, Any]:
        head, verified = state.head, state.verified
        return {
            "head": head and {"place": head.place, "hash": head.hash, "sealed_at": head.at},
            "waiting": {"count": state.waiting, "since": state.waits_since, "is_too_long": state.waits_too_long},
            "verified": verified
            and {"at": verified.ended_at, "is_sound": verified.is_sound, "place": verified.place,
                 "anchors": verified.anchors, "faults": verified.faults},
            "is_anchored": state.is_anchored,
            "anchors": [{"target": one.target, "where": one.where, "at": one.at, "place": one.place,
                         "error": one.error} for one in state.anchors],
        }  # fmt: skip
