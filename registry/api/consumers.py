"""Consumers: who reads features."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.fields import Selection
from common.parameters import Parameter
from common.problems import Ambiguous, Invalid, NotFound
from registry.actions.action import allow
from registry.actions.consumers import change_tier, declare_consumer, declare_reads, end_consumer
from registry.api.edits import team_of, visible_project
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.api.writes import write
from registry.choices import Scope
from registry.filters import ConsumerFilter
from registry.models import Actor, Consumer, Feature, Usage, User
from registry.queries.named import Named, versions_named
from registry.serializers.consumers import ConsumerSerializer, FeatureReaderSerializer, UsageSerializer
from registry.serializers.requests import NewConsumerSerializer, ReadsSerializer, TierSerializer

PROJECT = Parameter("project", 'Which one, where several projects have a consumer of this name; "" for none of them.')


class ConsumerListView(ListEndpoint):
    """Consumers you see."""

    serializer_class = ConsumerSerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "POST": Scope.FEATURES_WRITE}
    sorts = {"name": ("name", "id")}
    filterset_class = ConsumerFilter

    @write
    @extend_schema(request=NewConsumerSerializer, responses={201: ConsumerSerializer})
    def post(self, request: Request) -> HttpResponse:
        """Declare a consumer. One that was seen reading before keeps its reads."""
        allow(self.actor, "registry.declare_consumer", None)
        sent = self.sent(NewConsumerSerializer)
        team = team_of(sent.pop("team"), "/team")
        if "project" in sent:
            sent["project"] = visible_project(self.actor, sent["project"])
        made = declare_consumer(team, actor=self.actor, **sent)
        view = ConsumerView(request=request)
        shown = view.show(number=made.pk, selection=Selection())
        return self.answer(
            shown.text.encode(), status=201, headers={"Location": reverse("api:consumer", args=[str(made)])}
        )

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Consumer]:
        return Consumer.objects.visible_to(actor)


class ConsumerView(ObjectEndpoint):
    """One consumer: `kind:name`."""

    serializer_class = ConsumerSerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "DELETE": Scope.FEATURES_WRITE}
    parameters = {"GET": (PROJECT,), "DELETE": (PROJECT,)}
    lookup = {"number": "pk"}
    other_problems = {"GET": (409,), "DELETE": (409,)}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Consumer]:
        return Consumer.objects.visible_to(actor)

    def get(self, request: Request, key: str) -> HttpResponse:
        return super().get(request, number=consumer_id(self.actor, key, request.query_params.get("project")))

    @write
    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, key: str) -> HttpResponse:
        """It reads nothing any more. Its page and its history stay."""
        end_consumer(found_consumer(self.actor, key, request.query_params.get("project")), actor=self.actor)
        return HttpResponse(status=204)


class ConsumerTierView(Endpoint):
    """How bad it is when what a consumer reads is wrong."""

    required_scopes = {"PUT": Scope.FEATURES_WRITE}
    parameters = {"PUT": (PROJECT,)}
    other_problems = {"PUT": (409,)}

    @write
    @extend_schema(request=TierSerializer, responses=TierSerializer)
    def put(self, request: Request, key: str) -> HttpResponse:
        """Say it. For tier 1 somebody is woken, where a team has a webhook to a pager."""
        consumer = found_consumer(self.actor, key, request.query_params.get("project"))
        allow(self.actor, "registry.change_consumer", consumer)
        return self.answer({"tier": change_tier(consumer, actor=self.actor, **self.sent(TierSerializer)).tier})


class ConsumerFeaturesView(ListEndpoint):
    """What a consumer reads, as far as you see it."""

    serializer_class = UsageSerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "PUT": Scope.FEATURES_WRITE}
    parameters = {"GET": (PROJECT,), "PUT": (PROJECT,)}
    other_problems = {"GET": (409,), "PUT": (409,)}
    sorts = {"id": ("id",)}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Usage]:
        seen = Consumer.objects.visible_to(actor)
        return Usage.objects.filter(consumer__in=seen, feature__in=Feature.objects.visible_to(actor))

    def rows(self) -> QuerySet[Usage]:
        number = consumer_id(self.actor, self.kwargs["key"], self.request.query_params.get("project"))
        return super().rows().filter(consumer=number)

    @write
    @extend_schema(request=ReadsSerializer, responses=ReadsSerializer)
    def put(self, request: Request, key: str) -> HttpResponse:
        """Say that it reads exactly these. Reads that were reported stay: they happened."""
        consumer = found_consumer(self.actor, key, request.query_params.get("project"))
        allow(self.actor, "registry.declare_reads", consumer)
        sent = self.sent(ReadsSerializer)
        reads = declared(self.actor, sent["features"])
        declare_reads(consumer, actor=self.actor, reads=reads, reason=sent.get("reason", ""))
        return self.answer({"features": sent["features"]})


class FeatureReadersView(ListEndpoint):
    """Who reads a feature, as far as you see them: one row for each kind of evidence."""

    serializer_class = FeatureReaderSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = {"id": ("id",)}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Usage]:
        seen = Consumer.objects.visible_to(actor)
        held = Usage.objects.filter(consumer__in=seen, feature__in=Feature.objects.visible_to(actor))
        return held.filter(gone_at__isnull=True)

    def rows(self) -> QuerySet[Usage]:
        key = self.kwargs["key"]
        if not Feature.objects.visible_to(self.actor).filter(key=key).exists():
            raise NotFound
        return super().rows().filter(feature__key=key)


def declared(actor: User, references: list[str]) -> list[tuple[Feature, int | None]]:
    """The versions that a body names. Raises Invalid, which names each that is not there."""
    found = versions_named(references, actor)
    if missing := [index for index, one in enumerate(found) if not one.is_there]:
        raise Invalid(f"{len(missing)} of these features do not exist.", errors=[_unknown(found, at) for at in missing])
    return [(one.feature, one.number) for one in found if one.feature is not None]


def _unknown(found: list[Named], at: int) -> dict[str, str]:
    detail = f"There is no {found[at].reference[:200]} that you see."
    return {"pointer": f"/features/{at}", "code": "unknown_feature", "detail": detail}


def found_consumer(actor: User, key: str, project: str | None) -> Consumer:
    return Consumer.objects.get(pk=consumer_id(actor, key, project))


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
