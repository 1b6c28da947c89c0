"""How the caller is told what happens."""

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from registry.actions.notices import choose_notices
from registry.api.endpoints import Endpoint
from registry.api.writes import write
from registry.choices import Scope
from registry.models import NoticeChoice
from registry.outbox.events import ASKED_FOR, EVENTS
from registry.serializers.webhooks import EditNoticesSerializer, NoticesSerializer


class NotificationSettingsView(Endpoint):
    """How you are told what happens: how soon, and not at night."""

    required_scopes = {"GET": Scope.FEATURES_READ, "PUT": Scope.FEATURES_WRITE}

    @extend_schema(responses=NoticesSerializer)
    def get(self, request: Request) -> HttpResponse:
        held = NoticeChoice.objects.filter(user=self.actor).first()
        return self._answer(held or NoticeChoice(user=self.actor))

    @write
    @extend_schema(request=EditNoticesSerializer, responses=NoticesSerializer)
    def put(self, request: Request) -> HttpResponse:
        """Choose. Events left out come as usual."""
        return self._answer(choose_notices(self.actor, actor=self.actor, **self.sent(EditNoticesSerializer)))

    def _answer(self, choice: NoticeChoice) -> HttpResponse:
        cadences = {
            event.name: choice.cadence(event.name, event.usual)
            for event in EVENTS.values()
            if event.name not in ASKED_FOR
        }
        return self.answer(
            {
                "cadences": cadences, "time_zone": choice.time_zone, "quiet_from": _short(choice.quiet_from),
                "quiet_until": _short(choice.quiet_until),
            }
        )  # fmt: skip


def _short(moment: object) -> str | None:
    return None if moment is None else f"{moment:%H:%M}"
