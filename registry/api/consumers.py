"""Consumers: who reads features."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from common.parameters import Parameter
from common.problems import Ambiguous, NotFound
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.choices import Scope
from registry.filters import ConsumerFilter
from registry.models import Actor, Consumer, Feature, Usage, User
from registry.serializers.consumers import ConsumerSerializer, UsageSerializer

PROJECT = Parameter("project", 'Which one, where several projects have a consumer of this name; "" for none of them.')


class ConsumerListView(ListEndpoint):
    """Consumers you see."""

    serializer_class = ConsumerSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = {"name": ("name", "id")}
    filterset_class = ConsumerFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Consumer]:
        return Consumer.objects.visible_to(actor)


class ConsumerView(ObjectEndpoint):
    """One consumer: `kind:name`."""

    serializer_class = ConsumerSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    parameters = {"GET": (PROJECT,)}
    lookup = {"number": "pk"}
    other_problems = {"GET": (409,)}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Consumer]:
        return Consumer.objects.visible_to(actor)

    def get(self, request: Request, key: str) -> HttpResponse:
        return super().get(request, number=consumer_id(self.actor, key, request.query_params.get("project")))


class ConsumerFeaturesView(ListEndpoint):
    """What a consumer reads, as far as you see it."""

    serializer_class = UsageSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    parameters = {"GET": (PROJECT,)}
    other_problems = {"GET": (409,)}
    sorts = {"id": ("id",)}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Usage]:
        seen = Consumer.objects.visible_to(actor)
        return Usage.objects.filter(consumer__in=seen, feature__in=Feature.objects.visible_to(actor))

    def rows(self) -> QuerySet[Usage]:
        number = consumer_id(self.actor, self.kwargs["key"], self.request.query_params.get("project"))
        return super().rows().filter(consumer=number)


def consumer_id(actor: User, key: str, project: str | None) -> int:
    """Which consumer `kind:name` is. Raises NotFound, or Ambiguous when projects share the name."""
    kind, _, name = key.partition(":")
    found = Consumer.objects.visible_to(actor).filter(kind=kind, name=name)
    if project is not None:
        found = found.filter(project__name=project) if project else found.filter(project__isnull=True)
    places: list[tuple[Any, Any]] = list(found.order_by("pk").values_list("pk", "project__name"))
    if not places:
        raise NotFound
    if len(places) > 1:
        names = ", ".join(repr(place or "") for _, place in places)
        raise Ambiguous(f"{key} exists more than once.", fix=f"Add ?project= with one of: {names}.")
    return int(places[0][0])
