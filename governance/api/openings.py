"""Asking for what one does not see, and answering that, for machines."""

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from common.fields import Computed, Resource, Selection, numbered
from common.strict import Text
from governance.actions.opening import ask_to_open, decline_opening, open_up
from governance.models import Opening, OpeningState
from governance.models.openings import ANSWER
from governance.serializers.policies import AgreeSerializer
from registry.actions.action import allow
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.api.writes import write
from registry.choices import Scope
from registry.models import Actor, Team
from registry.references import public_number


class OpeningSerializer(Resource):
    """Somebody asks that a restricted project be opened to their team."""

    id = Computed(serializers.CharField(help_text="Such as OP-3."), numbered("OP"))
    reference = serializers.CharField(help_text="As it was written.")
    project = serializers.CharField(source="about.name", allow_null=True)
    team = serializers.CharField(source="team.slug")
    asked_by = serializers.CharField(source="asked_by.username")
    why = serializers.CharField()
    state = serializers.ChoiceField(OpeningState.choices)
    answered_by = serializers.CharField(source="answered_by.username", allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()


class NewOpeningSerializer(serializers.Serializer):
    reference = Text(max_length=600, help_text="project.view.feature, or project.view.")
    team = serializers.SlugField(help_text="Slug of a team of yours.")
    why = Text(max_length=2_000, help_text="At least ten characters. Its owners read it.")


class AskedToOpenSerializer(serializers.Serializer):
    detail = serializers.CharField(help_text="The same whatever there is.")


class OpeningListView(ListEndpoint):
    """What others ask you to open, newest first."""

    serializer_class = OpeningSerializer
    required_scopes = {"GET": Scope.ACCESS_DECIDE, "POST": Scope.ACCESS_REQUEST}
    sorts = {"-id": ("-id",)}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Opening]:
        return Opening.objects.visible_to(actor)

    @write
    @extend_schema(request=NewOpeningSerializer, responses={202: AskedToOpenSerializer})
    def post(self, request: Request) -> HttpResponse:
        """Ask for what you do not see. The answer does not tell whether there is something."""
        allow(self.actor, "governance.ask_to_open", None)
        sent = self.sent(NewOpeningSerializer)
        team = Team.objects.filter(slug=sent.pop("team"), pk__in=self.actor.team_ids).first() or Team()
        ask_to_open(None, actor=self.actor, team=team, **sent)
        return self.answer({"detail": ANSWER}, status=202)


class OpeningView(ObjectEndpoint):
    """One of them."""

    serializer_class = OpeningSerializer
    required_scopes = {"GET": Scope.ACCESS_DECIDE}
    lookup = {"number": "pk"}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Opening]:
        return Opening.objects.visible_to(actor)

    def get(self, request: Request, reference: str) -> HttpResponse:
        return super().get(request, number=public_number(reference, "OP"))


class _Answer(Endpoint):
    required_scopes = {"POST": Scope.ACCESS_DECIDE}

    def found(self, reference: str) -> Opening:
        row: Opening = OpeningView(request=self.request).find(number=public_number(reference, "OP"))
        allow(self.actor, "governance.answer_opening", row)
        return row

    def shown(self, row: Opening) -> HttpResponse:
        view = OpeningView(request=self.request)
        return view.answer_shown(view.show(number=row.pk, selection=Selection()))


class OpenUpView(_Answer):
    """Everybody of the team that asks sees the project from now on."""

    @write
    @extend_schema(request=None, responses=OpeningSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        return self.shown(open_up(self.found(reference), actor=self.actor))


class DeclineOpeningView(_Answer):
    """It stays closed, and who asks does not learn that there is something."""

    @write
    @extend_schema(request=AgreeSerializer, responses=OpeningSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        row = self.found(reference)
        return self.shown(decline_opening(row, actor=self.actor, **self.sent(AgreeSerializer)))
