"""The committee for machines: how it decides, who is on it, who stands in, and who does not decide about whom."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common import etags
from common.fields import Selection
from common.problems import NotFound
from governance.actions.committee import SAID, declare_conflict, remove_conflict
from governance.actions.edits import edit_committee, edit_delegate, edit_seat
from governance.api.named import found_person
from governance.api.policies import READS
from governance.api.requests import READS as OWN_READS
from governance.models import Conflict
from governance.queries.committee import SeatOf, committee, seat_shown, seats
from governance.revisions import revision
from governance.serializers.committee import (
    CommitteeSerializer,
    ConflictSerializer,
    EditCommitteeSerializer,
    EditDelegateSerializer,
    EditSeatSerializer,
    NewConflictSerializer,
    SeatSerializer,
)
from registry.actions.action import allow
from registry.api.edits import team_of
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.api.writes import write
from registry.choices import Scope
from registry.models import Actor, User

SEATS = (Scope.ACCESS_DECIDE, Scope.ADMIN)


class CommitteeView(Endpoint):
    """Those who decide about personal data, and how."""

    required_scopes = {"GET": READS, "PATCH": Scope.ACCESS_DECIDE}
    conditional_methods = ("PATCH",)

    @extend_schema(responses=CommitteeSerializer)
    def get(self, request: Request) -> HttpResponse:
        row = committee()
        said = {name: getattr(row, name) for name in SAID}
        return self.answer(said | {"seats": [_told(one) for one in seats()]}, revision=revision(row))

    @write
    @extend_schema(request=EditCommitteeSerializer, responses=CommitteeSerializer)
    def patch(self, request: Request) -> HttpResponse:
        """Change its charge, quorum or clock. The committee may."""
        allow(self.actor, "governance.change_committee", None)
        expected = etags.revision_expected(request._request)
        edit_committee(actor=self.actor, expected=expected, **self.sent(EditCommitteeSerializer))
        return self.get(request)


class OfSeat(Endpoint):
    """Something of somebody's seat."""

    def person(self, username: str, verb: str = "") -> User:
        """Whose seat it is, and where a verb is named, only for who may do that to it."""
        person = User.objects.filter(username=username, is_service=False).first()
        if person is None:
            raise NotFound
        if verb:
            allow(self.actor, verb, person)
        return person

    def shown(self, person: User) -> HttpResponse:
        one = seat_shown(person)
        return self.answer(_told(one), revision=revision(one.seat))


class SeatView(OfSeat):
    """Somebody's place on the committee. The role itself is given by administrators."""

    required_scopes = {"GET": READS, "PUT": SEATS}
    conditional_methods = ("PUT",)

    @extend_schema(responses=SeatSerializer)
    def get(self, request: Request, username: str) -> HttpResponse:
        return self.shown(self.person(username))

    @write
    @extend_schema(request=EditSeatSerializer, responses=SeatSerializer)
    def put(self, request: Request, username: str) -> HttpResponse:
        """Say for how long, and whether as data protection officer. The chair and administrators may, of others."""
        person = self.person(username, "governance.change_seat")
        expected = etags.revision_expected(request._request)
        edit_seat(person, actor=self.actor, expected=expected, **self.sent(EditSeatSerializer))
        return self.shown(person)


class DelegateView(OfSeat):
    """Who votes in your place for a while."""

    required_scopes = {"PUT": Scope.ACCESS_DECIDE, "DELETE": Scope.ACCESS_DECIDE}
    conditional_methods = ("PUT",)

    @write
    @extend_schema(request=EditDelegateSerializer, responses=SeatSerializer)
    def put(self, request: Request, username: str) -> HttpResponse:
        """Name somebody who is not on the committee, for at most 92 days."""
        person = self.person(username, "governance.name_delegate")
        expected = etags.revision_expected(request._request)
        sent = self.sent(EditDelegateSerializer)
        sent["delegate"] = found_person(sent["delegate"], "/delegate")
        edit_delegate(person, actor=self.actor, expected=expected, **sent)
        return self.shown(person)

    @write
    @extend_schema(request=None, responses=SeatSerializer)
    def delete(self, request: Request, username: str) -> HttpResponse:
        """Vote yourself again."""
        person = self.person(username, "governance.name_delegate")
        edit_delegate(person, actor=self.actor, expected=etags.ANY, delegate=None)
        return self.shown(person)


class ConflictListView(ListEndpoint):
    """Conflicts of interest: your own; the committee, auditors and administrators see all."""

    serializer_class = ConflictSerializer
    required_scopes = {"GET": OWN_READS, "POST": OWN_READS}
    sorts = {"id": ("id",)}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Conflict]:
        return Conflict.objects.visible_to(actor)

    @write
    @extend_schema(request=NewConflictSerializer, responses={201: ConflictSerializer})
    def post(self, request: Request) -> HttpResponse:
        """Say that you do not decide about a person or team. The chair and administrators say it of others too."""
        allow(self.actor, "governance.declare_conflict", self.actor)
        sent = self.sent(NewConflictSerializer)
        user = found_person(sent.pop("user"), "/user") if "user" in sent else self.actor
        made = declare_conflict(user, actor=self.actor, **_named(sent))
        view = ConflictView(request=request)
        response = view.answer_shown(view.show(number=made.pk, selection=Selection()), status=201)
        response["Location"] = reverse("api:committee-conflict", args=[made.pk])
        return response


def _named(sent: dict[str, Any]) -> dict[str, Any]:
    """With the person and the team that the body names."""
    person, team = sent.get("person"), sent.get("team")
    return sent | {
        "person": found_person(person, "/person") if person else None, "team": team_of(team, "/team") if team else None,
    }  # fmt: skip


class ConflictView(ObjectEndpoint):
    """One conflict of interest."""

    serializer_class = ConflictSerializer
    required_scopes = {"GET": OWN_READS, "DELETE": OWN_READS}
    lookup = {"number": "pk"}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Conflict]:
        return Conflict.objects.visible_to(actor)

    @write
    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, number: int) -> HttpResponse:
        """It is so no longer. The chair and administrators say that."""
        remove_conflict(self.find(number=number), actor=self.actor)
        return HttpResponse(status=204)


def _told(one: SeatOf) -> dict[str, Any]:
    seat = one.seat
    return {
        "username": one.user.username, "is_member": one.is_member, "is_chair": one.is_chair,
        "is_officer": seat.is_officer, "starts_on": seat.starts_on, "ends_on": seat.ends_on,
        "delegate": seat.delegate.username if seat.delegate else None, "delegate_from": seat.delegate_from,
        "delegate_until": seat.delegate_until,
    }  # fmt: skip
