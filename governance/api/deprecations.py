"""Deprecations for machines: announced, followed, answered, put into calendars."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.fields import Selection
from common.parameters import Parameter
from common.problems import Invalid, NotFound
from governance.actions.announcing import Said, announce_deprecation
from governance.actions.answering import answer_deprecation, ask_extension, decide_extension, waive_reader
from governance.actions.following import remind_readers
from governance.calendars import calendar_of
from governance.filters import DeprecationFilter
from governance.models import Deprecation, Extension, Reader
from governance.serializers.deprecations import (
    AnswerSerializer,
    DecisionSerializer,
    DeprecationSerializer,
    NewDeprecationSerializer,
    NewExtensionSerializer,
    WaiverSerializer,
)
from registry.actions.action import allow
from registry.api.consumers import found_consumer
from registry.api.endpoints import Endpoint
from registry.api.lifecycle import version_at
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.api.writes import write
from registry.choices import Scope
from registry.models import Actor
from registry.references import public_number
from registry.tokens import AddressAuthentication, SessionAuthentication, TokenAuthentication

WHOLE = Selection(expanded={"brownouts": Selection(), "readers": Selection(), "extensions": Selection()})


class DeprecationListView(ListEndpoint):
    """Deprecations of versions you see, and of those that something of your team reads. Newest first."""

    serializer_class = DeprecationSerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "POST": Scope.FEATURES_WRITE}
    sorts = {"-id": ("-id",)}
    filterset_class = DeprecationFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Deprecation]:
        return Deprecation.objects.visible_to(actor).told_of()

    @write
    @extend_schema(request=NewDeprecationSerializer, responses={201: DeprecationSerializer})
    def post(self, request: Request) -> HttpResponse:
        """Deprecate a version, and tell its readers at once."""
        sent = self.sent(NewDeprecationSerializer)
        version = version_at(self.actor, sent.pop("version"), "/version")
        allow(self.actor, "governance.announce_deprecation", version)
        made = announce_deprecation(version, actor=self.actor, **said_by(sent, self.actor).terms)
        return whole(request, made, status=201)


def said_by(sent: dict[str, Any], actor: Actor) -> Said:
    """What a body says of an end. Raises Invalid for a replacement that is not there."""
    named = sent.pop("replacement", None)
    replacement = version_at(actor, named, "/replacement") if named else None
    windows = tuple((one["starts_at"], one["ends_at"]) for one in sent.pop("brownouts", []))
    return Said(replacement=replacement, brownouts=windows, **sent)


class DeprecationView(ObjectEndpoint):
    """One deprecation. `?expand=readers,extensions,brownouts` shows who it concerns and what they answer."""

    serializer_class = DeprecationSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    lookup = {"number": "pk"}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Deprecation]:
        return Deprecation.objects.visible_to(actor).told_of()

    def get(self, request: Request, reference: str) -> HttpResponse:
        return super().get(request, number=public_number(reference, "DEP"))


class OfDeprecation(Endpoint):
    """Something said or decided about a deprecation."""

    required_scopes = {"POST": Scope.FEATURES_WRITE}

    def found(self, reference: str) -> Deprecation:
        return DeprecationView(request=self.request).find(number=public_number(reference, "DEP"))

    def reader(self, deprecation: Deprecation, sent: dict[str, Any]) -> Reader:
        """The reader that a body names. Raises Invalid."""
        key = sent.pop("consumer")
        consumer = found_consumer(self.actor, key, sent.pop("project", None))
        found = Reader.objects.filter(deprecation=deprecation, consumer=consumer).first()
        if found is None:
            detail = f"{deprecation} does not concern {key}: nothing says that it reads {deprecation.version}."
            raise Invalid(detail, errors=[{"pointer": "/consumer", "code": "no_reader", "detail": detail}])
        return found


class AcknowledgementView(OfDeprecation):
    """Answer for a consumer of your team: it will move, or does not read the version at all."""

    other_problems = {"POST": (409,)}

    @write
    @extend_schema(request=AnswerSerializer, responses=DeprecationSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        deprecation = self.found(reference)
        sent = self.sent(AnswerSerializer)
        reader = self.reader(deprecation, sent)
        answer_deprecation(reader, actor=self.actor, answer=sent["answer"], about=sent.get("note", ""))
        return whole(request, deprecation)


class ExtensionsView(OfDeprecation):
    """Ask the owner for more time, for a consumer of your team."""

    other_problems = {"POST": (409,)}

    @write
    @extend_schema(request=NewExtensionSerializer, responses={201: DeprecationSerializer})
    def post(self, request: Request, reference: str) -> HttpResponse:
        deprecation = self.found(reference)
        sent = self.sent(NewExtensionSerializer)
        ask_extension(self.reader(deprecation, sent), actor=self.actor, **sent)
        return whole(request, deprecation, status=201)


class ExtensionDecisionView(OfDeprecation):
    """Grant more time, which moves the last day for everybody, or refuse it and say why."""

    @write
    @extend_schema(request=DecisionSerializer, responses=DeprecationSerializer)
    def post(self, request: Request, reference: str, number: int) -> HttpResponse:
        deprecation = self.found(reference)
        asked = Extension.objects.filter(reader__deprecation=deprecation, pk=number).first()
        if asked is None or not Reader.objects.visible_to(self.actor).filter(pk=asked.reader_id).exists():
            raise NotFound
        allow(self.actor, "governance.decide_extension", asked)
        sent = self.sent(DecisionSerializer)
        decide_extension(asked, actor=self.actor, is_granted=sent["granted"], answer=sent.get("answer", ""))
        return whole(request, deprecation)


class WaiversView(OfDeprecation):
    """The committee does not wait for a reader any longer: it does not keep the version from retiring."""

    other_problems = {"POST": (409,)}

    @write
    @extend_schema(request=WaiverSerializer, responses=DeprecationSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        deprecation = self.found(reference)
        sent = self.sent(WaiverSerializer)
        waive_reader(self.reader(deprecation, sent), actor=self.actor, reason=sent["reason"])
        return whole(request, deprecation)


class ReminderView(OfDeprecation):
    """Remind every team that has not moved. Once a day."""

    @write
    @extend_schema(request=None, responses=DeprecationSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        return whole(request, remind_readers(self.found(reference), actor=self.actor))


class CalendarView(Endpoint):
    """Last days and brownouts as an iCalendar file (RFC 5545) that calendars subscribe to."""

    required_scopes = {"GET": Scope.CALENDAR_READ}
    authentication_classes = [AddressAuthentication, TokenAuthentication, SessionAuthentication]
    parameters = {
        "GET": (
            Parameter("of", "What concerns your teams, or all you see.", choices=("mine", "all")),
            Parameter("token", "For calendars, which send no headers: a token with the scope calendar:read alone."),
        )
    }

    @extend_schema(operation_id="deprecations_calendar", responses={(200, "text/calendar"): str})
    def get(self, request: Request) -> HttpResponse:
        return calendar_of(self.actor, is_all=request.query_params.get("of") == "all")


def whole(request: Request, deprecation: Deprecation, *, status: int = 200) -> HttpResponse:
    """It as it is now, with everybody whom it concerns."""
    view = DeprecationView(request=request)
    response = view.answer_shown(view.show(number=deprecation.pk, selection=WHOLE), status=status)
    if status == 201:
        response["Location"] = reverse("api:deprecation", args=[deprecation.public_id])
    return response
