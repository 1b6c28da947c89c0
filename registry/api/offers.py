"""Offers of ownership: listed, answered, taken back."""

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.fields import Selection
from registry.actions.action import allow
from registry.actions.owners import answer_offer, withdraw_offer
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.api.writes import write
from registry.choices import Scope
from registry.filters import OfferFilter
from registry.models import Actor, OwnerOffer
from registry.serializers.offers import OfferAnswerSerializer, OwnerOfferSerializer


class OfferListView(ListEndpoint):
    """What your teams are asked to answer for, and what they have offered."""

    serializer_class = OwnerOfferSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = {"-id": ("-id",)}
    filterset_class = OfferFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[OwnerOffer]:
        return OwnerOffer.objects.visible_to(actor)


class OfferView(ObjectEndpoint):
    """One offer."""

    serializer_class = OwnerOfferSerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "DELETE": Scope.FEATURES_WRITE}
    lookup = {"number": "pk"}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[OwnerOffer]:
        return OwnerOffer.objects.visible_to(actor)

    @write
    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, number: int) -> HttpResponse:
        """Take it back: your team keeps it."""
        withdraw_offer(self.find(number=number), actor=self.actor)
        return HttpResponse(status=204)


class OfferAnswerView(Endpoint):
    """Take it over for your team, or say no and why."""

    required_scopes = {"POST": Scope.FEATURES_WRITE}

    @write
    @extend_schema(request=OfferAnswerSerializer, responses=OwnerOfferSerializer)
    def post(self, request: Request, number: int) -> HttpResponse:
        view = OfferView(request=request)
        offer = view.find(number=number)
        allow(self.actor, "registry.answer_offer", offer)
        sent = self.sent(OfferAnswerSerializer)
        answer_offer(offer, actor=self.actor, is_accepted=sent["accepted"], reason=sent.get("reason", ""))
        return view.answer_shown(view.show(number=number, selection=Selection()))
