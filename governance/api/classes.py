"""Suggestions of classes for machines: listed, explained, accepted, declined."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.fields import Selection
from governance.actions.classing import accept_class, decline_class
from governance.filters import ClassSuggestionFilter
from governance.models import ClassSuggestion
from governance.queries.classes import Step, why
from governance.serializers.classes import (
    AcceptClassSerializer,
    ClassSuggestionSerializer,
    DeclineClassSerializer,
    WhySerializer,
)
from registry.actions.action import allow
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.api.writes import write
from registry.choices import Scope
from registry.models import Actor
from registry.references import public_number


class ClassSuggestionListView(ListEndpoint):
    """Suggestions about features you see, newest first."""

    serializer_class = ClassSuggestionSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = {"-id": ("-id",)}
    filterset_class = ClassSuggestionFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[ClassSuggestion]:
        return ClassSuggestion.objects.visible_to(actor)


class ClassSuggestionView(ObjectEndpoint):
    """One suggestion."""

    serializer_class = ClassSuggestionSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    lookup = {"number": "pk"}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[ClassSuggestion]:
        return ClassSuggestion.objects.visible_to(actor).with_feature()

    def get(self, request: Request, reference: str) -> HttpResponse:
        return super().get(request, number=public_number(reference, "CS"))


class OfClassSuggestion(Endpoint):
    """Something asked or decided about a suggestion."""

    required_scopes = {"POST": Scope.FEATURES_WRITE}

    def found(self, reference: str, verb: str = "") -> ClassSuggestion:
        """The suggestion, and where a verb is named, only for who may do that to it."""
        row: ClassSuggestion = ClassSuggestionView(request=self.request).find(number=public_number(reference, "CS"))
        if verb:
            allow(self.actor, verb, row)
        return row

    def shown(self, row: ClassSuggestion) -> HttpResponse:
        view = ClassSuggestionView(request=self.request)
        return view.answer_shown(view.show(number=row.pk, selection=Selection()))


class ClassSuggestionWhyView(OfClassSuggestion):
    """Why it is suggested: who claims what, and the way from there. What you may not see is not named."""

    required_scopes = {"GET": Scope.FEATURES_READ}

    @extend_schema(responses=WhySerializer)
    def get(self, request: Request, reference: str) -> HttpResponse:
        told = why(self.found(reference), self.actor)
        return self.answer({"claim": told.claim, "path": [_step(step) for step in told.steps]})


class AcceptClassView(OfClassSuggestion):
    """Give the feature's current version the suggested class. A lower one is the committee's to accept."""

    @write
    @extend_schema(request=AcceptClassSerializer, responses=ClassSuggestionSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        row = self.found(reference, "governance.accept_class")
        return self.shown(accept_class(row, actor=self.actor, **self.sent(AcceptClassSerializer)))


class DeclineClassView(OfClassSuggestion):
    """Leave the class as it is. The same is not suggested again unless its claim or its path changes."""

    @write
    @extend_schema(request=DeclineClassSerializer, responses=ClassSuggestionSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        row = self.found(reference, "governance.decline_class")
        return self.shown(decline_class(row, actor=self.actor, **self.sent(DeclineClassSerializer)))


def _step(step: Step) -> dict[str, Any]:
    node = step.node
    return {
        "namespace": node and node.namespace, "name": node and node.name, "column": step.column if node else None,
        "told": step.told,
    }  # fmt: skip
