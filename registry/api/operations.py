"""Long work: its progress, and the way to stop it. So far all of it is pulls."""

from collections.abc import Mapping

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.fields import Selection
from registry.actions.action import allow
from registry.actions.pulls import cancel_pull
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint, Shown
from registry.api.writes import write
from registry.choices import PullState, Scope
from registry.filters import PullFilter
from registry.models import Actor, Pull
from registry.references import public_number
from registry.serializers.connections import OperationSerializer

UNFINISHED = (PullState.QUEUED, PullState.RUNNING)


class OperationListView(ListEndpoint):
    """Long work, newest first. What it warned of is for those who answer for the store."""

    serializer_class = OperationSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = {"-created_at": ("-id",)}
    filterset_class = PullFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Pull]:
        return Pull.objects.all()


class OperationView(ObjectEndpoint):
    """How far one piece of work is. Ask again after Retry-After seconds while it is not finished."""

    serializer_class = OperationSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    lookup = {"number": "pk"}
    fact_columns = ("state",)

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Pull]:
        return Pull.objects.all()

    def get(self, request: Request, reference: str) -> HttpResponse:
        return super().get(request, number=public_number(reference, "PULL"))

    def headers_for(self, shown: Shown) -> Mapping[str, str]:
        return {"Retry-After": "1"} if shown.facts["state"] in UNFINISHED else {}


class OperationCancelView(Endpoint):
    """Ask work to stop at its next step. What it did so far stays."""

    required_scopes = {"POST": Scope.FEATURES_WRITE}

    @write
    @extend_schema(request=None, responses={202: OperationSerializer})
    def post(self, request: Request, reference: str) -> HttpResponse:
        view = OperationView(request=request)
        pull: Pull = view.find(number=public_number(reference, "PULL"))
        allow(self.actor, "registry.cancel_pull", pull)
        cancel_pull(pull, actor=self.actor)
        shown = view.show(number=pull.pk, selection=Selection())
        return self.answer(shown.text.encode(), status=202, headers={"Location": operation_url(pull)})


def operation_url(pull: Pull) -> str:
    return reverse("api:operation", args=[pull.reference])
