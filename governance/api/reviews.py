"""Reviews of standing grants for machines: started, listed, answered."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.fields import Selection
from common.problems import Invalid, NotFound, as_problem, body_of
from governance.actions.recertifying import Answered, Said, answer_items, start_review
from governance.filters import ReviewFilter, ReviewItemFilter
from governance.models import Purpose, Recertification, RecertificationItem
from governance.queries.recertification import Scope
from governance.serializers.reviews import (
    AnsweredItemsSerializer,
    NewReviewSerializer,
    ReviewAnswersSerializer,
    ReviewItemSerializer,
    ReviewSerializer,
)
from registry.actions.action import allow
from registry.api.edits import visible_project
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.api.writes import write
from registry.choices import Scope as TokenScope
from registry.models import Actor, Team
from registry.references import public_number


class ReviewListView(ListEndpoint):
    """Reviews that are about something you answer for, newest first."""

    serializer_class = ReviewSerializer
    required_scopes = {"GET": TokenScope.FEATURES_READ, "POST": TokenScope.ACCESS_DECIDE}
    sorts = {"-id": ("-id",)}
    filterset_class = ReviewFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Recertification]:
        return Recertification.objects.visible_to(actor)

    @write
    @extend_schema(request=NewReviewSerializer, responses={201: ReviewSerializer})
    def post(self, request: Request) -> HttpResponse:
        """Start one, of the active grants that are so now. Those who answer are told at once."""
        allow(self.actor, "governance.start_review", None)
        sent = self.sent(NewReviewSerializer)
        scope = self._scope(sent)
        made = start_review(None, actor=self.actor, scope=scope, about=sent.pop("note", ""), **sent)
        view = ReviewView(request=request)
        response = view.answer_shown(view.show(number=made.pk, selection=Selection()), status=201)
        response["Location"] = reverse("api:review", args=[made.public_id])
        return response

    def _scope(self, sent: dict[str, Any]) -> Scope:
        """Which grants a body means; its parts are taken out of it."""
        project, owner, purpose = (sent.pop(name, None) for name in ("project", "owner", "purpose"))
        return Scope(
            classes=tuple(sent.pop("classes", ())), unused_days=sent.pop("unused_days", None),
            project=visible_project(self.actor, project) if project else None,
            owner=_named(Team, "owner", slug=owner) if owner else None,
            purpose=_named(Purpose, "purpose", name=purpose) if purpose else None,
        )  # fmt: skip


def _named(model: Any, pointer: str, **name: str) -> Any:
    row = model.objects.filter(**name).first()
    if row is None:
        detail = f"There is no {pointer if pointer == 'purpose' else 'team'} {next(iter(name.values()))}."
        raise Invalid(detail, errors=[{"pointer": f"/{pointer}", "code": "unknown", "detail": detail}])
    return row


class ReviewView(ObjectEndpoint):
    """One review."""

    serializer_class = ReviewSerializer
    required_scopes = {"GET": TokenScope.FEATURES_READ}
    lookup = {"number": "pk"}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Recertification]:
        return Recertification.objects.visible_to(actor)

    def get(self, request: Request, reference: str) -> HttpResponse:
        return super().get(request, number=public_number(reference, "RC"))


class ReviewItemListView(ListEndpoint):
    """The grants of a review that are about features you answer for, the riskiest first."""

    serializer_class = ReviewItemSerializer
    required_scopes = {"GET": TokenScope.FEATURES_READ}
    sorts = {"-risk": ("-risk", "id"), "id": ("id",)}
    filterset_class = ReviewItemFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[RecertificationItem]:
        return RecertificationItem.objects.visible_to(actor)

    def get(self, request: Request, **address: str) -> HttpResponseBase:
        if not Recertification.objects.visible_to(self.actor).filter(pk=self._number).exists():
            raise NotFound
        return super().get(request)

    def rows(self) -> QuerySet[RecertificationItem]:
        return super().rows().filter(review=self._number)

    @property
    def _number(self) -> int:
        return public_number(self.kwargs["reference"], "RC") or 0


class ReviewItemsDecideView(Endpoint):
    """Keep or revoke up to 100 grants in one request, each with its own status. What is refused for one loses nothing
    of the others. Nobody answers for what they or their team hold."""

    required_scopes = {"POST": TokenScope.ACCESS_DECIDE}

    @write
    @extend_schema(request=ReviewAnswersSerializer, responses=AnsweredItemsSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        review = ReviewView(request=request).find(number=public_number(reference, "RC"))
        allow(self.actor, "governance.answer_review", review)
        asked = self.sent(ReviewAnswersSerializer)["items"]
        said = [Said(one["id"], one["answer"], one.get("reason", ""), one.get("is_urgent", False)) for one in asked]
        outcomes = answer_items(review, actor=self.actor, said=said)
        return self.answer({"data": [self._item(one) for one in outcomes]})

    def _item(self, outcome: Answered) -> dict[str, Any]:
        if outcome.refusal is None:
            return {"id": outcome.said.item, "status": 200}
        problem = as_problem(outcome.refusal)
        return {
            "id": outcome.said.item, "status": problem.status_code, "problem": body_of(problem, self.request)
        }  # fmt: skip
