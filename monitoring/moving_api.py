"""How far consumers have moved, for machines; and saying what replaces what."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from common.json import OrjsonRenderer
from common.parameters import Parameter
from common.spreadsheets import CsvRenderer, csv_response
from common.strict import Text
from monitoring.actions.moves import drop_move, set_move
from monitoring.moves_told import COLUMNS, told
from monitoring.moving import Stage, boards, moving
from registry.actions.action import allow, invalid
from registry.api.consumers import PROJECT, found_consumer
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint
from registry.api.writes import write
from registry.choices import Scope
from registry.filters import ConsumerFilter
from registry.models import Actor, Consumer, Version
from registry.queries.named import versions_named
from registry.serializers.consumers import ConsumerSerializer

FORMAT = Parameter("format", "JSON, or every row as CSV.", choices=("json", "csv"))


class MoveRowSerializer(serializers.Serializer):
    """One move of a consumer from one version to another."""

    old = serializers.CharField(help_text="What it reads, or read: project.view.feature@number.")
    new = serializers.CharField(allow_null=True, help_text="What replaces it; null: nothing that you see.")
    state = serializers.ChoiceField([(one.value, one.value) for one in Stage], help_text="By what is read.")
    parity = serializers.ChoiceField([(one, one) for one in ("passed", "failed", "unknown")])
    parity_id = serializers.CharField(allow_null=True, help_text="Such as PAR-7.")
    parity_why = serializers.CharField()
    compared_at = serializers.DateTimeField(allow_null=True)
    reads_old = serializers.ListField(child=serializers.CharField(), help_text="How we know.")
    reads_new = serializers.ListField(child=serializers.CharField(), help_text="How we know.")
    is_red = serializers.BooleanField(help_text="It differs, or moves without anybody knowing.")
    next_step = serializers.CharField(help_text="Empty: nothing is left to do.")
    who = serializers.CharField(help_text="The team that does it; empty: nobody answers.")


class MigrationSerializer(serializers.Serializer):
    """How far a consumer has moved."""

    consumer = serializers.CharField()
    team = serializers.CharField(allow_null=True)
    rows = MoveRowSerializer(many=True)


class SetMoveSerializer(serializers.Serializer):
    """What is to be read instead of what."""

    old = Text(max_length=600, help_text="project.view.feature, or that with @number.")
    new = Text(max_length=600, help_text="project.view.feature, or that with @number.")
    reason = Text(required=False, allow_blank=True, max_length=2_000)


class DropMoveSerializer(serializers.Serializer):
    old = Text(max_length=600, help_text="project.view.feature, or that with @number.")


class MigrationListView(ListEndpoint):
    """Consumers that have anything to move: they read what ends, or somebody said what is to be read instead."""

    serializer_class = ConsumerSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = {"name": ("name", "id")}
    filterset_class = ConsumerFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Consumer]:
        return Consumer.objects.visible_to(actor).filter(moving(actor), gone_at__isnull=True)


class MigrationView(Endpoint):
    """How far a consumer has moved from what it reads to what replaces it. `?format=csv` for a spreadsheet."""

    required_scopes = {"GET": Scope.FEATURES_READ, "POST": Scope.FEATURES_WRITE, "DELETE": Scope.FEATURES_WRITE}
    parameters = {"GET": (PROJECT, FORMAT), "POST": (PROJECT,), "DELETE": (PROJECT,)}
    renderer_classes = [OrjsonRenderer, CsvRenderer]
    other_problems = {"GET": (409,), "POST": (409,), "DELETE": (409,)}

    @extend_schema(responses=MigrationSerializer)
    def get(self, request: Request, key: str) -> HttpResponseBase:
        consumer = self._consumer(key)
        rows = [told(row) for row in boards([consumer], self.actor)[consumer.pk]]
        if request.accepted_renderer.format == "csv":
            return csv_response(COLUMNS, rows, filename="migration.csv")
        return self.answer(_shown(consumer, rows))

    @write
    @extend_schema(request=SetMoveSerializer, responses=MigrationSerializer)
    def post(self, request: Request, key: str) -> HttpResponse:
        """Say what it is to read instead of what. Nothing is switched by this."""
        consumer = self._consumer(key)
        allow(self.actor, "monitoring.set_move", consumer)
        sent = self.sent(SetMoveSerializer)
        old, new = (self._version(sent[side], side) for side in ("old", "new"))
        set_move(consumer, actor=self.actor, old=old, new=new, reason=sent.get("reason", ""))
        return self.answer(_shown(consumer, [told(row) for row in boards([consumer], self.actor)[consumer.pk]]))

    @write
    @extend_schema(request=DropMoveSerializer, responses={204: None})
    def delete(self, request: Request, key: str) -> HttpResponse:
        """Take back what somebody said."""
        consumer = self._consumer(key)
        allow(self.actor, "monitoring.drop_move", consumer)
        old = self._version(self.sent(DropMoveSerializer)["old"], "old")
        drop_move(consumer, actor=self.actor, old=old)
        return HttpResponse(status=204)

    def _version(self, reference: str, field: str) -> Version:
        """Without a number, the current one. Raises ValidationError."""
        found = versions_named([reference], self.actor)[0].version
        if found is None:
            raise invalid(**{field: f"There is no {reference}. Write project.view.feature, or that with @number."})
        return found

    def _consumer(self, key: str) -> Consumer:
        return found_consumer(self.actor, key, self.request.query_params.get("project"))


def _shown(consumer: Consumer, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"consumer": str(consumer), "team": consumer.team.slug if consumer.team else None, "rows": rows}
