"""Comparisons of views for machines: asked for, followed, read."""

from collections.abc import Mapping

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.fields import Selection
from monitoring.actions.parity import start_parity
from monitoring.filters import ParityFilter
from monitoring.models import Parity
from monitoring.models.parity import UNFINISHED
from monitoring.parity_serializers import ParitySerializer, StartParitySerializer
from registry.actions.action import allow, invalid
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint, Shown
from registry.api.writes import write
from registry.choices import Scope
from registry.models import Actor, FeatureView
from registry.references import public_number


class ParityView(ObjectEndpoint):
    """One comparison. `?expand=features` shows each feature. Ask again after Retry-After seconds while it runs."""

    serializer_class = ParitySerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    lookup = {"number": "pk"}
    fact_columns = ("state",)

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Parity]:
        return Parity.objects.visible_to(actor)

    def get(self, request: Request, reference: str) -> HttpResponse:
        return super().get(request, number=public_number(reference, "PAR"))

    def headers_for(self, shown: Shown) -> Mapping[str, str]:
        return {"Retry-After": "1"} if shown.facts["state"] in UNFINISHED else {}


class ParityListView(ListEndpoint):
    """Comparisons of views that you see, newest first."""

    serializer_class = ParitySerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "POST": Scope.FEATURES_WRITE}
    sorts = {"-id": ("-id",)}
    filterset_class = ParityFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Parity]:
        return Parity.objects.visible_to(actor)

    @write
    @extend_schema(request=StartParitySerializer, responses={202: ParitySerializer})
    def post(self, request: Request) -> HttpResponse:
        """Have two views compared. While the same two are being compared, that comparison is the answer."""
        sent = self.sent(StartParitySerializer)
        reason = sent.pop("reason", "")
        views = {side: self._named(side, sent.pop(side)) for side in ("old", "new")}
        asked = Parity(**views, **sent)
        allow(self.actor, "monitoring.start_parity", asked)
        held = start_parity(asked, actor=self.actor, reason=reason)
        shown = ParityView(request=request).show(number=held.pk, selection=Selection())
        headers = {"Location": reverse("api:parity", args=[held.public_id])}
        return self.answer(shown.text.encode(), status=202, headers=headers)

    def _named(self, side: str, key: str) -> FeatureView:
        view = FeatureView.objects.visible_to(self.actor).filter(key=key).first()
        if view is None:
            raise invalid(**{side: f"There is no view {key[:100]!r}. Write it as project.view."})
        return view
