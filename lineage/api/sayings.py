"""Saying over REST what no tool tells: two names of one thing, and where data goes."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from common.problems import Invalid
from common.strict import Text
from lineage.actions.saying import say_flow, say_same, unsay_flow, unsay_same
from lineage.models import Node, SaidEdge
from lineage.queries.named import find_name
from registry.actions.action import allow
from registry.api.endpoints import Endpoint
from registry.api.writes import write
from registry.choices import Scope

RELATIONS = ("same", "goes_to")


class LineageSayingSerializer(serializers.Serializer):
    """Data goes from `node` to `other`, or both are the same."""

    relation = serializers.ChoiceField([(one, one) for one in RELATIONS])
    node = Text(max_length=2_000, help_text="As for /lineage/graph.")
    other = Text(max_length=2_000)
    reason = Text(max_length=2_000, help_text="How you know.")


class LineageSayingsView(Endpoint):
    """Say what no tool tells. It stays until somebody takes it back, whatever events say."""

    required_scopes = {"POST": Scope.FEATURES_WRITE}

    @write
    @extend_schema(
        operation_id="lineage_say", request=LineageSayingSerializer, responses={201: LineageSayingSerializer}
    )
    def post(self, request: Request) -> HttpResponse:
        allow(self.actor, "lineage.say_flow", None)
        sent = self.sent(LineageSayingSerializer)
        node, other = self.named(sent, "node"), self.named(sent, "other")
        if sent["relation"] == "same":
            say_same(node, actor=self.actor, other=other, reason=sent["reason"])
        else:
            say_flow(node, actor=self.actor, target=other, reason=sent["reason"])
        return self.answer(sent, status=201)

    def named(self, sent: dict[str, Any], field: str) -> Node:
        found = find_name(self.actor, sent[field])
        if found is None:
            detail = f"Lineage knows no {sent[field][:200]}."
            raise Invalid(detail, errors=[{"pointer": f"/{field}", "code": "unknown", "detail": detail}])
        return found


class LineageSayingsWithdrawView(LineageSayingsView):
    """Take back what was said. What tools tell stays."""

    @write
    @extend_schema(operation_id="lineage_unsay", request=LineageSayingSerializer, responses={204: None})
    def post(self, request: Request) -> HttpResponse:
        allow(self.actor, "lineage.unsay_flow", None)
        sent = self.sent(LineageSayingSerializer)
        node, other = self.named(sent, "node"), self.named(sent, "other")
        if sent["relation"] == "same":
            unsay_same(node, actor=self.actor, other=other, reason=sent["reason"])
        else:
            said = SaidEdge.objects.filter(source__same_as=node.same_as_id, target__same_as=other.same_as_id).first()
            if said is None:
                raise Invalid("Nobody has said so.")
            unsay_flow(node, actor=self.actor, said=said, reason=sent["reason"])
        return HttpResponse(status=204)
