"""Webhooks: made, changed, tried, taken away; what was sent to them, and sent again."""

from typing import Any
from uuid import UUID

from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.fields import Selection
from common.problems import NotFound
from registry.actions.action import allow
from registry.actions.webhooks import (
    change_webhook,
    create_webhook,
    redeliver,
    remove_webhook,
    renew_key,
    try_webhook,
)
from registry.api.edits import team_of
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.api.writes import is_dry, write
from registry.choices import Scope
from registry.models import Actor, Delivery, Webhook
from registry.serializers.webhooks import (
    DeliverySerializer,
    EditWebhookSerializer,
    KeySerializer,
    NewlyMadeWebhookSerializer,
    NewWebhookSerializer,
    WebhookSerializer,
)

SECRET = {"Cache-Control": "no-store"}


class WebhookListView(ListEndpoint):
    """Webhooks of your teams; all of them for administrators."""

    serializer_class = WebhookSerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "POST": Scope.FEATURES_WRITE}
    sorts = {"name": ("name", "id")}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Webhook]:
        return Webhook.objects.visible_to(actor)

    @write
    @extend_schema(request=NewWebhookSerializer, responses={201: NewlyMadeWebhookSerializer})
    def post(self, request: Request) -> HttpResponse:
        """Be told of events at an address. The answer holds the signing key, and nothing else ever will."""
        sent = self.sent(NewWebhookSerializer)
        slug = sent.pop("team", None)
        hook, key = create_webhook(team_of(slug, "/team") if slug else None, actor=self.actor, **sent)
        shown = WebhookView(request=request).show(id=str(hook.pk), selection=Selection()).data
        headers = SECRET | {"Location": reverse("api:webhook", args=[str(hook.pk)])}
        return self.answer(shown | {"key": "" if is_dry(request) else key}, status=201, headers=headers)


class WebhookView(ObjectEndpoint):
    """One webhook."""

    serializer_class = WebhookSerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "PATCH": Scope.FEATURES_WRITE, "DELETE": Scope.FEATURES_WRITE}
    lookup = {"id": "text"}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Webhook]:
        return Webhook.objects.visible_to(actor).annotate(text=Cast("id", CharField()))

    @write
    @extend_schema(request=EditWebhookSerializer)
    def patch(self, request: Request, id: str) -> HttpResponse:
        """Change it. Switching it on again forgets why it was off."""
        hook = self.find(id=id)
        allow(self.actor, "registry.change_webhook", hook)
        change_webhook(hook, actor=self.actor, **self.sent(EditWebhookSerializer))
        return self.answer_shown(self.show(id=id, selection=Selection()))

    @write
    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, id: str) -> HttpResponse:
        """Nothing is sent there any more, and what was sent is forgotten."""
        remove_webhook(self.find(id=id), actor=self.actor)
        return HttpResponse(status=204)


class WebhookTestView(Endpoint):
    """Send it a message that says no more than that it arrived."""

    required_scopes = {"POST": Scope.FEATURES_WRITE}

    @write
    @extend_schema(request=None, responses={202: DeliverySerializer})
    def post(self, request: Request, id: str) -> HttpResponse:
        hook = WebhookView(request=request).find(id=id)
        message = try_webhook(hook, actor=self.actor)
        return delivery_answer(request, message.deliveries.get())


class WebhookKeyView(Endpoint):
    """Make a new signing key. For a day everything is signed with both."""

    required_scopes = {"POST": Scope.FEATURES_WRITE}

    @write
    @extend_schema(request=None, responses=KeySerializer)
    def post(self, request: Request, id: str) -> HttpResponse:
        key = renew_key(WebhookView(request=request).find(id=id), actor=self.actor)
        return self.answer({"key": "" if is_dry(request) else key}, headers=SECRET)


class DeliveryListView(ListEndpoint):
    """What was sent to a webhook, newest first."""

    serializer_class = DeliverySerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = {"-id": ("-id",)}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Delivery]:
        return Delivery.objects.filter(webhook__in=Webhook.objects.visible_to(actor))

    def rows(self) -> QuerySet[Delivery]:
        return super().rows().filter(webhook=_number(self.kwargs["id"]))


class DeliveryView(ObjectEndpoint):
    """One message on its way to a webhook."""

    serializer_class = DeliverySerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    lookup = {"number": "pk"}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Delivery]:
        return DeliveryListView.visible(actor)


class RedeliveryView(Endpoint):
    """Send a message again, with the same webhook-id."""

    required_scopes = {"POST": Scope.FEATURES_WRITE}

    @write
    @extend_schema(request=None, responses={202: DeliverySerializer})
    def post(self, request: Request, number: int) -> HttpResponse:
        return delivery_answer(request, redeliver(DeliveryView(request=request).find(number=number), actor=self.actor))


def delivery_answer(request: Request, delivery: Delivery) -> HttpResponse:
    view = DeliveryView(request=request)
    response = view.answer_shown(view.show(number=delivery.pk, selection=Selection()), status=202)
    response["Location"] = reverse("api:webhook-delivery", args=[delivery.pk])
    return response


def _number(text: str) -> Any:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
