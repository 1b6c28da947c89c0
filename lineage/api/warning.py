"""Telling all who are hit, over REST: `?dry_run=true` says who would be told."""

from uuid import uuid4

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from common.strict import Text
from lineage.actions.warning import LONGEST, tell_teams
from lineage.api.graph import NODE, found
from lineage.queries.recipients import Hit
from registry.api.endpoints import Endpoint
from registry.api.writes import write
from registry.choices import Scope


class NewWarningSerializer(serializers.Serializer):
    node = Text(help_text=NODE.description)
    column = Text(required=False, allow_blank=True, max_length=500, help_text="One column of it.")
    text = Text(max_length=LONGEST, help_text="What is wrong, for all of them.")


class LineageHitSerializer(serializers.Serializer):
    key = serializers.CharField()
    sure = serializers.ChoiceField(["certain", "likely", "possible"])


class ToldTeamSerializer(serializers.Serializer):
    team = serializers.CharField()
    is_reachable = serializers.BooleanField(help_text="Whether a message to it arrives anywhere.")
    hits = LineageHitSerializer(many=True)


class WarningSerializer(serializers.Serializer):
    told = ToldTeamSerializer(many=True, help_text="As far as you see them. Teams that you do not see are told too.")
    unowned = LineageHitSerializer(many=True, help_text="What is hit, and nobody answers for it.")


class LineageTellView(Endpoint):
    """One message to every team that answers for what a table or job hits. Members of these teams and administrators
    may write it."""

    required_scopes = {"POST": Scope.FEATURES_WRITE}
    other_problems = {"POST": (404,)}

    @write
    @extend_schema(operation_id="lineage_impact_tell", request=NewWarningSerializer, responses=WarningSerializer)
    def post(self, request: Request) -> HttpResponse:
        sent = self.sent(NewWarningSerializer)
        node, column = found(self, sent)
        whom = tell_teams(node, actor=self.actor, column=column, text=sent["text"], sending=uuid4())
        seen = whom.shown_to(self.actor)
        told = [
            {"team": one.team.slug, "is_reachable": one.is_reachable, "hits": _hits(one.hits)} for one in seen.teams
        ]
        return self.answer({"told": told, "unowned": _hits(seen.unowned)})


def _hits(hits: list[Hit]) -> list[dict[str, str]]:
    return [{"key": hit.key, "sure": hit.sure} for hit in hits]
