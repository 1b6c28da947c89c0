"""Usage: reads that services report, what consumers declare, and the gate of a release."""

from typing import Annotated, Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from rest_framework import serializers
from rest_framework.request import Request

from common.problems import Invalid
from common.strict import Text, Whole
from registry.actions.reads import MOST_EVENTS, MOST_READS, Event, report_reads
from registry.api.consumers import found_consumer
from registry.api.endpoints import Endpoint
from registry.api.writes import write
from registry.choices import Scope
from registry.queries.checking import ReadBy, Verdict, check_all, worst
from registry.queries.defaults import read_by


class EventSerializer(serializers.Serializer):
    """Reads that happened. Sum them up, a minute at a time, rather than sending each."""

    id = Text(max_length=64, help_text="Your own, unique for each event: sent twice, it counts once.")
    consumer = Text(max_length=320, help_text="kind:name, such as model:fraud-ranker.")
    feature = Text(max_length=600, help_text="project.view.feature, with @number or the current version.")
    reads = Whole(min_value=1, max_value=MOST_READS)
    at = serializers.DateTimeField(help_text="When, with its time zone: at most 31 days ago.")


class _Sent(BaseModel):
    """One event, checked: thousands of them come at once, for which a serializer each is too slow."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    consumer: Annotated[str, StringConstraints(max_length=320)]
    feature: Annotated[str, StringConstraints(max_length=600)]
    reads: Annotated[int, Field(ge=1, le=MOST_READS)]
    at: Annotated[AwareDatetime, Field(strict=False)]


class AnyList(serializers.ListField):
    """A list of whatever JSON holds: each item is looked at by itself."""

    def run_child_validation(self, data: Any) -> Any:
        return data


class EventsSerializer(serializers.Serializer):
    events = AnyList(min_length=1, max_length=MOST_EVENTS)


class NewEventsSerializer(serializers.Serializer):
    events = EventSerializer(many=True)


class RejectedSerializer(serializers.Serializer):
    index = serializers.IntegerField(help_text="Its place in the batch, from 0.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ReceiptSerializer(serializers.Serializer):
    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField(help_text="Counted before.")
    rejected = RejectedSerializer(many=True)


class UsageEventsView(Endpoint):
    """Report reads: at most 5,000 events. The good ones count, whatever is wrong with the others."""

    required_scopes = {"POST": Scope.METRICS_WRITE}

    @write
    @extend_schema(request=NewEventsSerializer, responses=ReceiptSerializer)
    def post(self, request: Request) -> HttpResponse:
        sent = self.sent(EventsSerializer)["events"]
        token = getattr(request.auth, "name", "") or self.actor.username
        events, places, rejected = [], [], []
        for index, one in enumerate(sent):
            try:
                events.append(Event(**_Sent.model_validate(one).__dict__))
            except ValidationError as wrong:
                rejected.append((index, "invalid", _said(wrong)))
            else:
                places.append(index)
        receipt = report_reads(events, actor=self.actor, token_name=token[:120])
        rejected += [(places[index], code, detail) for index, code, detail in receipt.rejected]
        told = [{"index": index, "code": code, "detail": detail} for index, code, detail in sorted(rejected)]
        return self.answer({"accepted": receipt.accepted, "duplicates": receipt.duplicates, "rejected": told})


def _said(wrong: ValidationError) -> str:
    told = (f"{'.'.join(map(str, one['loc'])) or 'event'}: {one['msg']}." for one in wrong.errors(include_url=False))
    return " ".join(told)[:500]


class AskedSerializer(serializers.Serializer):
    """Features, a consumer, or both: a consumer alone is asked about all that it is known to read."""

    features = serializers.ListField(child=Text(max_length=600), required=False, min_length=1, max_length=500)
    consumer = Text(required=False, max_length=320, help_text="kind:name of who reads them.")
    purpose = Text(required=False, max_length=80, help_text="With a consumer: only access for this purpose counts.")
    environment = Text(required=False, max_length=40, help_text="With a consumer: only access for this one counts.")


class VerdictReasonSerializer(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()


class VerdictSerializer(serializers.Serializer):
    reference = serializers.CharField()
    verdict = serializers.CharField(help_text="ok, warning or blocked.")
    reasons = VerdictReasonSerializer(many=True)
    replacement = serializers.CharField(allow_null=True)
    sunset_on = serializers.DateField(allow_null=True)


class CheckedSerializer(serializers.Serializer):
    verdict = serializers.CharField(help_text="The worst one: ok, warning or blocked.")
    data = VerdictSerializer(many=True)


class FeaturesCheckView(Endpoint):
    """May these be read? A gate for releases: asks nothing of the stores and changes nothing."""

    required_scopes = {"POST": Scope.FEATURES_READ}
    other_problems = {"POST": (404, 409)}

    @extend_schema(request=AskedSerializer, responses=CheckedSerializer)
    def post(self, request: Request) -> HttpResponse:
        sent = self.sent(AskedSerializer)
        consumer = found_consumer(self.actor, sent["consumer"], None) if "consumer" in sent else None
        if consumer is None and "features" not in sent:
            raise Invalid("Name features, or a consumer.")
        by = ReadBy(consumer, sent.get("purpose", ""), sent.get("environment", "")) if consumer else None
        references = sent.get("features") or (read_by(consumer, self.actor) if consumer else [])
        found = check_all(references, self.actor, by)
        return self.answer({"verdict": worst(found), "data": [_told(one) for one in found]})


def _told(one: Verdict) -> dict[str, Any]:
    reasons = [{"code": code, "detail": detail} for code, detail in one.reasons]
    return {
        "reference": one.reference, "verdict": one.verdict, "reasons": reasons, "replacement": one.replacement,
        "sunset_on": one.sunset_on,
    }  # fmt: skip
