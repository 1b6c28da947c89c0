"""The log of decisions for machines, for programs: whoever may read its page may read it here."""

from django.db.models import QuerySet
from django.http import HttpResponseBase
from rest_framework.request import Request

from governance.filters import EvaluationFilter
from governance.models import Evaluation
from governance.serializers.evaluations import EvaluationSerializer
from registry.actions.action import allow
from registry.api.lists import ListEndpoint
from registry.choices import Scope
from registry.models import Actor


class DecisionListView(ListEndpoint):
    """What machines were told, newest first: every decision about personal data, and a part of the others."""

    serializer_class = EvaluationSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = {"-at": ("-at", "-id"), "at": ("at", "id")}
    filterset_class = EvaluationFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Evaluation]:
        return Evaluation.objects.visible_to(actor)

    def get(self, request: Request, **address: str) -> HttpResponseBase:
        allow(self.actor, "governance.read_audit", None)
        return super().get(request)
