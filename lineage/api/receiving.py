"""OpenLineage in: `POST /lineage` and `/lineage/batch`, at the addresses and with the manners that clients expect.

An event is kept before anybody looks at what it says. Producers repeat what failed with 5xx and block meanwhile, and
drop what failed with 4xx: so there is no limit on requests here, and only what can never be read is refused.
"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from common.json import inflate, loads, read_at_most
from common.problems import Invalid, NotFound
from lineage.actions.receiving import Receipt, keep_events
from lineage.models import Event
from lineage.openlineage.admitting import Admitted, Unfit, admit
from lineage.rules import may_send_to
from registry.api.endpoints import Endpoint
from registry.api.writes import write
from registry.choices import Scope
from registry.tokens import KeyAuthentication, SessionAuthentication, TokenAuthentication

MOST_IN_A_BATCH = 5_000


class LineageReceiptSerializer(serializers.Serializer):
    receipt = serializers.CharField(help_text="SHA-256 of what is kept: asks what became of it under /lineage/events/.")
    state = serializers.ChoiceField(["new", "duplicate"])
    warnings = serializers.ListField(child=serializers.CharField())


class FailedEventSerializer(serializers.Serializer):
    index = serializers.IntegerField(help_text="Its place in the batch, from 0.")
    reason = serializers.CharField()
    retriable = serializers.BooleanField()


class LineageBatchSummarySerializer(serializers.Serializer):
    received = serializers.IntegerField()
    successful = serializers.IntegerField()
    failed = serializers.IntegerField()
    retriable = serializers.IntegerField()
    non_retriable = serializers.IntegerField()
    duplicates = serializers.IntegerField(help_text="Of the successful: kept before.")


class LineageBatchReceiptSerializer(serializers.Serializer):
    status = serializers.ChoiceField(["success", "partial_success"])
    summary = LineageBatchSummarySerializer()
    failed_events = FailedEventSerializer(many=True)


class LineageEventSerializer(serializers.Serializer):
    receipt = serializers.CharField()
    state = serializers.CharField(help_text="waiting, kept, or failed: then warnings say why.")
    warnings = serializers.ListField(child=serializers.CharField())
    event_time = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    kind = serializers.CharField()
    event_type = serializers.CharField()
    namespace = serializers.CharField()
    name = serializers.CharField()
    run_id = serializers.CharField()


class Receiver(Endpoint):
    """What both doors share: who may send, and how a body is read."""

    required_scopes = {"POST": Scope.LINEAGE_WRITE}
    authentication_classes = [TokenAuthentication, KeyAuthentication, SessionAuthentication]
    throttle_classes = []

    def body(self, request: Request) -> Any:
        """The JSON that was sent, whatever its content type says. Raises Malformed and TooLarge."""
        encoding = request.headers.get("Content-Encoding", "identity")
        return loads(inflate(read_at_most(request._request), encoding), without_nul=True)  # type: ignore[arg-type]

    def admitted(self, event: object, request: Request) -> Admitted:
        """The event as it is kept. Raises Unfit."""
        one = admit(event)
        if not may_send_to(_namespaces(request), one.namespace):
            raise Unfit("", f"The token may not send to the namespace {one.namespace}.")
        return one

    def keep(self, events: list[Admitted], request: Request) -> Receipt:
        return keep_events(events, sender=getattr(request.auth, "name", "") or self.actor.username)


class LineageView(Receiver):
    """Take one OpenLineage event: a RunEvent, JobEvent or DatasetEvent. Sent again, it changes nothing."""

    @write
    @extend_schema(
        operation_id="lineage_receive",
        request={"application/json": {"type": "object", "additionalProperties": True}},
        responses={201: LineageReceiptSerializer},
    )
    def post(self, request: Request) -> HttpResponse:
        try:
            one = self.admitted(self.body(request), request)
        except Unfit as why:
            raise _refused(why) from None
        state = "new" if self.keep([one], request).kept else "duplicate"
        return self.answer({"receipt": one.digest.hex(), "state": state, "warnings": one.warnings}, status=201)


class LineageBatchView(Receiver):
    """Take a list of OpenLineage events. The good ones are kept, whatever is wrong with the others."""

    @write
    @extend_schema(
        operation_id="lineage_receive_batch",
        request={"application/json": {"type": "array", "items": {"type": "object", "additionalProperties": True}}},
        responses={200: LineageBatchReceiptSerializer},
    )
    def post(self, request: Request) -> HttpResponse:
        admitted, failed = [], []
        for index, event in enumerate(_listed(self.body(request))):
            try:
                admitted.append(self.admitted(event, request))
            except Unfit as why:
                failed.append({"index": index, "reason": str(why), "retriable": False})
        duplicates = self.keep(admitted, request).duplicates if admitted else 0
        return self.answer(_summary(len(admitted), duplicates, failed))


class LineageEventView(Endpoint):
    """What became of an event that was sent: waiting, kept, or failed, with what was odd about it."""

    required_scopes = {"GET": Scope.LINEAGE_WRITE}
    authentication_classes = [TokenAuthentication, KeyAuthentication, SessionAuthentication]

    @extend_schema(operation_id="lineage_event", responses=LineageEventSerializer)
    def get(self, request: Request, digest: str) -> HttpResponse:
        try:
            event = get_object_or_404(Event.objects.defer("body"), digest=bytes.fromhex(digest))
        except ValueError:
            raise NotFound from None
        if not may_send_to(_namespaces(request), event.namespace):
            raise NotFound
        return self.answer(
            {
                "receipt": digest, "state": event.state, "warnings": event.warnings, "event_time": event.event_at,
                "received_at": event.received_at, "kind": event.kind, "event_type": event.event_type,
                "namespace": event.namespace, "name": event.name, "run_id": event.run,
            }
        )  # fmt: skip


def _namespaces(request: Request) -> list[str]:
    """Those that the token is limited to; none for one without limits, and for somebody signed in."""
    return getattr(request.auth, "namespaces", [])


def _listed(body: Any) -> list[Any]:
    """The specification wants a bare list; some senders wrap it."""
    events = body.get("events") if isinstance(body, dict) else body
    if not isinstance(events, list):
        raise Invalid("A batch is a JSON list of events.", fix="Send one event to /api/v1/lineage, or a list here.")
    if len(events) > MOST_IN_A_BATCH:
        raise Invalid(f"A batch has at most {MOST_IN_A_BATCH:,} events.", fix="Send it in parts.")
    return events


def _refused(why: Unfit) -> Invalid:
    return Invalid(str(why), errors=[{"pointer": why.pointer, "code": "unreadable", "detail": str(why)}])


def _summary(kept: int, duplicates: int, failed: list[dict[str, Any]]) -> dict[str, Any]:
    summary = {
        "received": kept + len(failed), "successful": kept, "failed": len(failed), "retriable": 0,
        "non_retriable": len(failed), "duplicates": duplicates,
    }  # fmt: skip
    return {"status": "partial_success" if failed else "success", "summary": summary, "failed_events": failed}
