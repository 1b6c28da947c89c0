"""The access register for machines: who may read what, now or on any day; revoked, asked for again."""

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.fields import Selection
from governance.actions.granting import revoke_grant
from governance.actions.renewing import renew_grant
from governance.api.requests import READS, whole
from governance.filters import GrantFilter
from governance.models import Grant, GrantQuerySet
from governance.serializers.grants import ExtendSerializer, GrantSerializer, RevokeSerializer
from governance.serializers.requests import AccessRequestSerializer
from registry.actions.action import allow
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.api.writes import write
from registry.choices import Scope
from registry.models import Actor
from registry.references import public_number


class GrantListView(ListEndpoint):
    """Grants that you see, of every state: yours, those of what your teams run, and those on features of your teams.
    Newest first."""

    serializer_class = GrantSerializer
    required_scopes = {"GET": READS}
    sorts = {"-id": ("-id",)}
    filterset_class = GrantFilter

    @classmethod
    def visible(cls, actor: Actor) -> GrantQuerySet:
        return Grant.objects.visible_to(actor)


class GrantView(ObjectEndpoint):
    """One grant."""

    serializer_class = GrantSerializer
    required_scopes = {"GET": READS}
    lookup = {"number": "pk"}

    @classmethod
    def visible(cls, actor: Actor) -> GrantQuerySet:
        return Grant.objects.visible_to(actor)

    def get(self, request: Request, reference: str) -> HttpResponse:
        return super().get(request, number=public_number(reference, "GR"))


class OfGrant(Endpoint):
    """Something done about a grant."""

    def found(self, reference: str, verb: str) -> Grant:
        """The grant, for who may do this to it."""
        row: Grant = GrantView(request=self.request).find(number=public_number(reference, "GR"))
        allow(self.actor, verb, row)
        return row


class RevokeView(OfGrant):
    """The end of a grant."""

    required_scopes = {"POST": READS}

    @write
    @extend_schema(request=RevokeSerializer, responses=GrantSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        """End it now. Whoever holds it, its owner, the committee and administrators may."""
        row = self.found(reference, "governance.revoke_grant")
        revoke_grant(row, actor=self.actor, **self.sent(RevokeSerializer))
        view = GrantView(request=request)
        return view.answer_shown(view.show(number=row.pk, selection=Selection()))


class ExtendView(OfGrant):
    """More time."""

    required_scopes = {"POST": Scope.ACCESS_REQUEST}

    @write
    @extend_schema(request=ExtendSerializer, responses={201: AccessRequestSerializer})
    def post(self, request: Request, reference: str) -> HttpResponse:
        """Ask for the same again. The grant stays as it is until the new one is there."""
        row = self.found(reference, "governance.renew_grant")
        return whole(request, renew_grant(row, actor=self.actor, **self.sent(ExtendSerializer)), status=201)
