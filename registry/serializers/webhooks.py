"""Webhooks and what was sent to them, without addresses and keys; how somebody is told."""

from typing import Any

from django.db.models import BooleanField, Case, CharField, F, Value, When
from django.db.models.functions import Cast
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.fields import At, Computed, Resource
from common.strict import Flag, Text
from registry.choices import Cadence, DeliveryState, HookKind
from registry.outbox.events import EVENTS


def _is_on(at: At, actor: Any) -> Case:
    on = When(**{at("disabled_at__isnull"): True}, then=Value(True))
    return Case(on, default=Value(False), output_field=BooleanField())


class WebhookSerializer(Resource):
    """An address that is told what happens. The address went in and does not come out."""

    id = Computed(serializers.CharField(), lambda at, actor: Cast(F(at("pk")), CharField()))
    name = serializers.CharField()
    kind = serializers.ChoiceField(HookKind.choices)
    team = serializers.CharField(source="team.slug", allow_null=True, help_text="Null: told what concerns everybody.")
    host = serializers.CharField(help_text="Of its address.")
    events = serializers.ListField(child=serializers.CharField(), help_text="Empty: all of them.")
    is_on = Computed(serializers.BooleanField(), _is_on)
    disabled_because = serializers.CharField()
    both_until = serializers.DateTimeField(allow_null=True, help_text="Signed with the former key too until then.")
    created_by = serializers.CharField(source="created_by.username")
    created_at = serializers.DateTimeField()


class NewlyMadeWebhookSerializer(WebhookSerializer):
    """The only answer that holds its signing key."""

    key = serializers.CharField(help_text="whsec_…; empty for those that are not signed.")


class DeliverySerializer(Resource):
    """One message on its way to a webhook."""

    id = serializers.IntegerField()
    message = serializers.IntegerField(source="message.id", help_text="Its webhook-id is msg_ and this.")
    event = serializers.CharField(source="message.event")
    title = serializers.CharField(source="message.title")
    state = serializers.ChoiceField(DeliveryState.choices)
    due_at = serializers.DateTimeField()
    attempts = serializers.IntegerField()
    sent_at = serializers.DateTimeField(allow_null=True)
    status = serializers.IntegerField(allow_null=True, help_text="What the webhook answered.")
    error = serializers.CharField()


class WebhookEventSerializer(serializers.Serializer):
    """Something that happened, as webhooks are told it."""

    id = serializers.CharField(help_text="What webhooks get as webhook-id.")
    type = serializers.ChoiceField([(name, name) for name in EVENTS])
    timestamp = serializers.DateTimeField(help_text="When it happened.")
    data = serializers.DictField(help_text="What it is about. Read the rest with your token.")


class WebhookEventsSerializer(serializers.Serializer):
    """The oldest come first."""

    data = WebhookEventSerializer(many=True)
    after = serializers.CharField(help_text="Ask with it for what happens next. Never null.")
    has_more = serializers.BooleanField(help_text="Whether there is more already.")


class EditWebhookSerializer(serializers.Serializer):
    """JSON Merge Patch: fields left out stay as they are."""

    name = Text(required=False, max_length=120)
    url = Text(required=False, max_length=2_000, help_text="Kept sealed and never shown again.")
    events = serializers.ListField(child=Text(max_length=60), required=False, help_text="None: all of them.")
    is_on = Flag(required=False)


class NewWebhookSerializer(EditWebhookSerializer):
    """An address to be told at."""

    name = Text(max_length=120)
    url = Text(max_length=2_000, help_text="Kept sealed and never shown again.")
    kind = serializers.ChoiceField(HookKind.choices, default=HookKind.STANDARD)
    team = Text(required=False, allow_null=True, help_text="Slug of a team of yours. Null, for administrators: all.")
    routing_key = Text(
        required=False, max_length=100, help_text="Of PagerDuty's kind alone: the integration key of a service. Sealed."
    )
    is_on = None  # a new one is


class KeySerializer(serializers.Serializer):
    key = serializers.CharField(help_text="whsec_…")


@extend_schema_field({"type": "string", "pattern": r"^\d\d:\d\d$", "example": "22:00"})
class ClockField(serializers.TimeField):
    """Hours and minutes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%H:%M"], **kwargs)


class NoticesSerializer(serializers.Serializer):
    """How you are told what happens."""

    cadences = serializers.DictField(child=serializers.ChoiceField(Cadence.choices), help_text="How soon, by event.")
    time_zone = Text(max_length=60, help_text="Such as Europe/Berlin.")
    quiet_from = ClockField(allow_null=True, help_text="What is sent meanwhile waits until they end.")
    quiet_until = ClockField(allow_null=True)


class EditNoticesSerializer(NoticesSerializer):
    """All of them at once: events left out come as usual."""

    time_zone = Text(max_length=60, default="UTC")
    quiet_from = ClockField(allow_null=True, default=None)
    quiet_until = ClockField(allow_null=True, default=None)
