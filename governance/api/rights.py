"""Rights in stores for machines: who readers are, which stores are kept, what differs from the grants."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from common.problems import Invalid
from governance.actions.accounts import name_account, remove_account, set_granting_login, switch_enforcement
from governance.filters import RightFindingFilter
from governance.models import RightFinding, StoreAccount
from governance.queries.guarded import Guarded, guarded_stores
from governance.serializers.rights import (
    AccountSerializer,
    AccountsSerializer,
    EditGuardedStoreSerializer,
    GuardedStoreSerializer,
    GuardedStoresSerializer,
    NewAccountSerializer,
    RightFindingSerializer,
)
from registry.actions.action import allow
from registry.api.connections import ConnectionView
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint
from registry.api.writes import write
from registry.choices import Scope
from registry.models import Actor, Connection, Consumer, User

LOGIN = ("login", "password", "schemas")


class RightFindingListView(ListEndpoint):
    """What stores let accounts read of personal features, where it differs from the grants; newest first."""

    serializer_class = RightFindingSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = {"-id": ("-id",)}
    filterset_class = RightFindingFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[RightFinding]:
        return RightFinding.objects.visible_to(actor).open()


class OfConnection(Endpoint):
    """Something about the rights of one connection."""

    def found(self, slug: str, verb: str = "inspect_rights") -> Connection:
        connection: Connection = ConnectionView(request=self.request).find(slug=slug)
        allow(self.actor, f"governance.{verb}", connection)
        return connection


class AccountsView(OfConnection):
    """Who readers are in the stores of a connection."""

    required_scopes = {"GET": Scope.FEATURES_READ, "POST": Scope.FEATURES_WRITE}

    @extend_schema(responses=AccountsSerializer)
    def get(self, request: Request, slug: str) -> HttpResponse:
        rows = StoreAccount.objects.filter(store__connection=self.found(slug))
        return self.answer({"data": [_account(one) for one in rows.select_related("store", "consumer", "user")]})

    @write
    @extend_schema(request=NewAccountSerializer, responses={201: AccountSerializer})
    def post(self, request: Request, slug: str) -> HttpResponse:
        """Say who a reader is in a store. Said again, it takes the rights along."""
        connection = self.found(slug, "name_account")
        sent = self.sent(NewAccountSerializer)
        consumer, user = _reader(sent["reader"])
        made = name_account(
            connection, actor=self.actor, place=sent["store"], name=sent["account"], consumer=consumer, user=user
        )
        return self.answer(_account(made), status=201)


class AccountView(OfConnection):
    """One account."""

    required_scopes = {"DELETE": Scope.FEATURES_WRITE}

    @write
    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, slug: str, number: int) -> HttpResponse:
        """Nobody is that account any more: what Charter gave it is taken away."""
        row = StoreAccount.objects.filter(pk=number, store__connection=self.found(slug, "name_account")).first()
        if row is None:
            raise NotFound
        remove_account(row, actor=self.actor)
        return HttpResponse(status=204)


class GuardedStoresView(OfConnection):
    """The stores of a connection that keep rights, with what Charter gives there."""

    required_scopes = {"GET": Scope.FEATURES_READ}

    @extend_schema(responses=GuardedStoresSerializer)
    def get(self, request: Request, slug: str) -> HttpResponse:
        return self.answer({"data": [_store(one) for one in guarded_stores(self.found(slug))]})


class GuardedStoreView(OfConnection):
    """One store."""

    required_scopes = {"PATCH": Scope.FEATURES_WRITE}

    @write
    @extend_schema(request=EditGuardedStoreSerializer, responses=GuardedStoreSerializer)
    def patch(self, request: Request, slug: str, place: str) -> HttpResponse:
        """Switch it on or off, or say as whom Charter grants there."""
        connection = self.found(slug)
        sent = self.sent(EditGuardedStoreSerializer)
        if said := {name: sent[name] for name in LOGIN if name in sent}:
            allow(self.actor, "governance.set_granting_login", connection)
            before = next((one.store.login for one in guarded_stores(connection) if one.store.place == place), "")
            set_granting_login(connection, actor=self.actor, place=place, **{"login": before, **said})
        if "is_on" in sent:
            switch_enforcement(connection, actor=self.actor, place=place, is_on=sent["is_on"])
        found = next((one for one in guarded_stores(connection) if one.store.place == place), None)
        if found is None:
            raise NotFound
        return self.answer(_store(found))


def _reader(text: str) -> tuple[Consumer | None, User | None]:
    kind, _, name = text.partition(":")
    if kind == "person":
        found: Any = User.objects.filter(username=name, is_active=True).first()
    else:
        found = Consumer.objects.filter(kind=kind, name=name, gone_at__isnull=True).order_by("-project").first()
    if found is None:
        detail = "There is no such reader. Write kind:name, or person:username."
        raise Invalid(detail, errors=[{"pointer": "/reader", "code": "unknown", "detail": detail}])
    return (None, found) if kind == "person" else (found, None)


def _account(row: StoreAccount) -> dict[str, Any]:
    return {"id": row.pk, "store": row.store.place, "reader": row.subject, "account": row.name}


def _store(one: Guarded) -> dict[str, Any]:
    store = one.store
    rights = [
        {"account": row.account, "reads": row.said, "state": row.state, "problem": row.problem,
         "grants": [str(grant) for grant in row.grants.all()]}
        for row in one.rights
    ]  # fmt: skip
    return {
        "store": store.place, "product": one.product, "is_on": store.is_on, "login": store.login,
        "schemas": store.schemas, "checked_at": store.checked_at, "problem": store.problem, "rights": rights,
    }  # fmt: skip
