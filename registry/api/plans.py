"""Files in git: checked, planned, approved, applied. And their schema, for editors."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from charter.files.faults import Fault
from charter.files.folders import check_texts
from charter.files.schema import schema_of
from common.fields import Selection
from common.problems import Invalid, NotFound
from registry.actions.action import allow
from registry.actions.plans import apply_plan, approve_plan, make_plan
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.api.writes import write
from registry.choices import Scope
from registry.models import Actor, Plan
from registry.references import public_number
from registry.serializers.plans import (
    NewApprovalSerializer,
    NewPlanSerializer,
    PlanDetailSerializer,
    PlanSerializer,
)

WITH_APPROVALS = Selection(expanded={"approvals": Selection()})


class PlanListView(ListEndpoint):
    """Plans, newest first: yours, and those of projects that you see."""

    serializer_class = PlanSerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "POST": Scope.FEATURES_WRITE}
    sorts = {"-created_at": ("-id",)}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Plan]:
        return Plan.objects.visible_to(actor)

    @write
    @extend_schema(request=NewPlanSerializer, responses={201: PlanDetailSerializer})
    def post(self, request: Request) -> HttpResponse:
        """Work out what files would change. Nothing changes until the plan is applied."""
        allow(self.actor, "registry.make_plan", None)
        sent = self.sent(NewPlanSerializer)
        texts = [(one["path"], one["text"]) for one in sent.pop("files")]
        checked = check_texts(texts)
        if checked.faults:
            said = f"{len(checked.faults)} things are wrong in these files."
            raise Invalid(said, errors=[_error(fault) for fault in checked.faults])
        plan = make_plan(None, actor=self.actor, texts=texts, checked=checked, **sent)
        return plan_answer(request, plan, status=201)


def _error(fault: Fault) -> dict[str, Any]:
    return {
        "pointer": fault.pointer, "code": fault.code, "detail": fault.message, "path": fault.path, "line": fault.line,
    }  # fmt: skip


class PlanView(ObjectEndpoint):
    """One plan, with every change."""

    serializer_class = PlanDetailSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    lookup = {"number": "pk"}
    revision_columns = ("state",)

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Plan]:
        return Plan.objects.visible_to(actor)

    def get(self, request: Request, reference: str) -> HttpResponse:
        return super().get(request, number=public_number(reference, "PL"))


class OfPlan(Endpoint):
    """Something done to a plan."""

    def found(self, reference: str) -> Plan:
        return PlanView(request=self.request).find(number=public_number(reference, "PL"))


class PlanApprovalView(OfPlan):
    """Say yes to a plan, for a team of yours or for the committee."""

    required_scopes = {"POST": Scope.FEATURES_WRITE}

    @write
    @extend_schema(request=NewApprovalSerializer, responses=PlanDetailSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        plan = self.found(reference)
        allow(self.actor, "registry.approve_plan", plan)
        sent = self.sent(NewApprovalSerializer)
        approve_plan(plan, actor=self.actor, party=sent["party"], about=sent.get("note", ""))
        return plan_answer(request, plan)


class PlanApplyView(OfPlan):
    """Do everything that a plan says, or nothing. Applying it again changes nothing."""

    required_scopes = {"POST": Scope.FEATURES_WRITE}

    @write
    @extend_schema(request=None, responses=PlanDetailSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        plan = self.found(reference)
        apply_plan(plan, actor=self.actor)
        return plan_answer(request, plan)


class SchemaView(Endpoint):
    """The JSON Schema of a kind of file, for editors and pre-commit. Open to everybody."""

    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []

    @extend_schema(operation_id="schemas_retrieve", responses={200: {"type": "object", "additionalProperties": {}}})
    def get(self, request: Request, slug: str) -> HttpResponse:
        try:
            schema = schema_of(slug)
        except KeyError:
            raise NotFound from None
        address = settings.CHARTER_BASE_URL + reverse("api:schema", args=[slug])
        return self.answer(schema | {"$id": address}, headers={"Cache-Control": "public, max-age=3600"})


def plan_answer(request: Request, plan: Plan, *, status: int = 200) -> HttpResponse:
    view = PlanView(request=request)
    response = view.answer_shown(view.show(number=plan.pk, selection=WITH_APPROVALS), status=status)
    if status == 201:
        response["Location"] = reverse("api:plan", args=[plan.public_id])
    return response
