"""Incidents for machines: listed, read, acknowledged, muted, passed on, written up, resolved."""

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.fields import Selection
from common.parameters import Parameter
from monitoring.actions.incidents import (
    acknowledge_incident,
    annotate_incident,
    mute_incident,
    reassign_incident,
    resolve_incident,
)
from monitoring.actions.patience import change_patience
from monitoring.badges import badge
from monitoring.filters import IncidentFilter
from monitoring.incident_serializers import (
    IncidentNoteSerializer,
    IncidentSerializer,
    MuteSerializer,
    PatienceSerializer,
    ReassignSerializer,
    ResolveSerializer,
)
from monitoring.kinds import USUAL_READINGS
from monitoring.models import Incident, Patience
from registry.actions.action import allow
from registry.api.edits import team_of
from registry.api.endpoints import Endpoint
from registry.api.feature_views import visible_view
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.api.writes import write
from registry.choices import Health, Scope
from registry.models import Actor
from registry.references import public_number
from registry.tokens import AddressAuthentication, SessionAuthentication, TokenAuthentication


class IncidentListView(ListEndpoint):
    """Incidents that hit a view you see, newest first."""

    serializer_class = IncidentSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = {"-id": ("-id",)}
    filterset_class = IncidentFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Incident]:
        return Incident.objects.visible_to(actor)


class IncidentView(ObjectEndpoint):
    """One incident. `?expand=breaches,hits,events` shows what is over its limits, what is hit, and what happened."""

    serializer_class = IncidentSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    lookup = {"number": "pk"}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Incident]:
        return Incident.objects.visible_to(actor)

    def get(self, request: Request, reference: str) -> HttpResponse:
        return super().get(request, number=public_number(reference, "INC"))


class OfIncident(Endpoint):
    """Something done about an incident."""

    required_scopes = {"POST": Scope.FEATURES_WRITE}

    def found(self, reference: str, verb: str) -> Incident:
        """The incident, for who may do that to it."""
        row: Incident = IncidentView(request=self.request).find(number=public_number(reference, "INC"))
        allow(self.actor, f"monitoring.{verb}", row)
        return row

    def shown(self, row: Incident) -> HttpResponse:
        view = IncidentView(request=self.request)
        return view.answer_shown(view.show(number=row.pk, selection=Selection()))


class IncidentAckView(OfIncident):
    """Say that you are at it."""

    @write
    @extend_schema(request=None, responses=IncidentSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        return self.shown(acknowledge_incident(self.found(reference, "acknowledge_incident"), actor=self.actor))


class IncidentResolveView(OfIncident):
    """Say that it is over. What is still over its limits opens a new one, after as many readings as ever."""

    @write
    @extend_schema(request=ResolveSerializer, responses=IncidentSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        row = self.found(reference, "resolve_incident")
        return self.shown(resolve_incident(row, actor=self.actor, **self.sent(ResolveSerializer)))


class IncidentMuteView(OfIncident):
    """Have nobody more told until then, but that it is over."""

    @write
    @extend_schema(request=MuteSerializer, responses=IncidentSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        row = self.found(reference, "mute_incident")
        return self.shown(mute_incident(row, actor=self.actor, **self.sent(MuteSerializer)))


class IncidentReassignView(OfIncident):
    """Give it to another team, which is told."""

    @write
    @extend_schema(request=ReassignSerializer, responses=IncidentSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        row = self.found(reference, "reassign_incident")
        sent = self.sent(ReassignSerializer)
        team = team_of(sent.pop("team"), "/team")
        return self.shown(reassign_incident(row, actor=self.actor, team=team, **sent))


class IncidentNoteView(OfIncident):
    """Write down what was learnt, or where one reads what to do."""

    @write
    @extend_schema(request=IncidentNoteSerializer, responses=IncidentSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        row = self.found(reference, "annotate_incident")
        sent = self.sent(IncidentNoteSerializer)
        said = {"text": sent.get("note"), "runbook": sent.get("runbook")}
        return self.shown(annotate_incident(row, actor=self.actor, **said))


class BadgeView(Endpoint):
    """The health of a view as a small SVG, for READMEs."""

    required_scopes = {"GET": Scope.BADGE_READ}
    authentication_classes = [AddressAuthentication, TokenAuthentication, SessionAuthentication]
    parameters = {"GET": (Parameter("token", "For pictures: a token with the scope badge:read alone."),)}

    @extend_schema(operation_id="view_badge", responses={(200, "image/svg+xml"): str})
    def get(self, request: Request, key: str) -> HttpResponse:
        view = visible_view(self.actor, key)
        response = HttpResponse(badge(view.key, Health(view.health)), content_type="image/svg+xml")
        response["Cache-Control"] = "no-cache, max-age=0"
        return response


class PatienceView(Endpoint):
    """How many bad readings in a row make a breach of a view's limits."""

    required_scopes = {"GET": Scope.FEATURES_READ, "POST": Scope.FEATURES_WRITE}

    @extend_schema(responses=PatienceSerializer)
    def get(self, request: Request, key: str) -> HttpResponse:
        held = Patience.objects.filter(view=visible_view(self.actor, key)).first()
        return self.answer({"readings": held.readings if held else USUAL_READINGS})

    @write
    @extend_schema(request=PatienceSerializer, responses=PatienceSerializer)
    def post(self, request: Request, key: str) -> HttpResponse:
        """Say how many; usually two."""
        view = visible_view(self.actor, key)
        allow(self.actor, "monitoring.change_patience", view)
        sent = self.sent(PatienceSerializer)
        change_patience(view, actor=self.actor, **sent)
        return self.answer(sent)
