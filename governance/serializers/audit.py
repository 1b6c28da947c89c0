"""What governance's resources look like in JSON. Declarations: see common.fields."""

from typing import Any

from django.db.models import Case, F, Func, JSONField, When
from rest_framework import serializers

from common.fields import At, Computed, Resource
from governance.queries.audit import HIDDEN
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
