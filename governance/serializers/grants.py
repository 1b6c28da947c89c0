"""What grants look like in JSON, and what is sent about them."""

from typing import Any

from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import Cast, Concat
from rest_framework import serializers

from common.fields import At, Computed, Resource, numbered
from common.strict import Text, Whole
from governance.models import LONGEST_GRANT, GrantState, Setting
from governance.queries.living import holds
from governance.serializers.requests import consumer_at, of_version
from registry.choices import PrivacyClass


def _subject(at: At, actor: Any) -> Case:
    person = Concat(Value("person:"), F(at("user__username")))
    return Case(When(**{at("user__isnull"): False}, then=person), default=consumer_at(at, actor))


def _request(at: At, actor: Any) -> Concat:
    return Concat(Value("AR-"), Cast(F(at("item__request_id")), CharField()))


class GrantSerializer(Resource):
    """The right to read one version for one purpose until a day. Its id is no key: decisions ask what holds now."""

    id = Computed(serializers.CharField(help_text="Such as GR-310."), numbered("GR"))
    state = serializers.ChoiceField(GrantState.choices)
    holds = Computed(
        serializers.BooleanField(help_text="Whether it gives anything now: it ends with what it was given to."),
        lambda at, actor: Case(When(holds(at), then=Value(True)), default=Value(False)),
    )
    subject = Computed(serializers.CharField(help_text="Who may read: kind:name, or person:username."), _subject)
    consumer = Computed(serializers.CharField(allow_null=True, help_text="kind:name"), consumer_at)
    person = serializers.CharField(source="user.username", allow_null=True)
    team = serializers.CharField(source="team.slug", allow_null=True, help_text="The consumer's when it was granted.")
    feature = Computed(serializers.CharField(help_text="project.view.feature@number"), of_version)
    privacy_class = serializers.ChoiceField(PrivacyClass.choices, help_text="The version's when it was granted.")
    purpose = serializers.CharField(source="purpose.name")
    setting = serializers.ChoiceField(Setting.choices)
    environment = serializers.CharField(help_text="Empty: every environment.")
    conditions = serializers.ListField(child=serializers.CharField())
    is_emergency = serializers.BooleanField()
    request = Computed(serializers.CharField(help_text="Such as AR-1042."), _request)
    problem = serializers.CharField(help_text="Why it could not be set up.")
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_by = serializers.CharField(source="ended_by.username", allow_null=True, help_text="Null: by itself.")
    reason = serializers.CharField(help_text="Why it ended.")


class RevokeSerializer(serializers.Serializer):
    reason = Text(max_length=2_000, help_text="At least ten characters. Who holds it reads it.")


class ExtendSerializer(serializers.Serializer):
    """Ask for the same again."""

    days = Whole(required=False, min_value=1, max_value=LONGEST_GRANT, help_text="As long as before, unless said.")
