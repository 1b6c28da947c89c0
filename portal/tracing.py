"""Traces of requests and tasks by OpenTelemetry, where its own variables say where they go. Nothing of it is imported
otherwise.

Libraries put into a span whatever passes by: whole addresses with their tokens and search words, messages of errors
with the values that caused them. So only what is listed here leaves this process.
"""

import logging
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

log = logging.getLogger(__name__)
WHERE = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
KEPT = frozenset({
    "http.method", "http.request.method", "http.route", "http.status_code", "http.response.status_code",
    "celery.action", "celery.state", "celery.task_name", "messaging.message.id", "messaging.message_id",
    "messaging.destination", "messaging.destination.name", "exception.type", "error.type",
})  # fmt: skip


def begin_tracing() -> bool:
    """Trace from here on what this process does; whether somebody wanted that and it can be done. Before Django loads
    its middleware, and before Celery's worker takes a task."""
    if not any(os.environ.get(name) for name in WHERE):
        return False
    try:
        _begin()
    except ImportError as missing:
        log.warning("Nothing is traced: %s. Run: pip install --requirement requirements-traces.txt", missing)
        return False
    return True


def _begin() -> None:
    from opentelemetry import trace
    from opentelemetry.instrumentation.celery import CeleryInstrumentor
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    settings.MIDDLEWARE  # noqa: B018  where settings are faulty, the instrumentation would go on with none at all
    service = os.environ.get("OTEL_SERVICE_NAME", "charter")
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(_exporter()))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument()
    CeleryInstrumentor().instrument()


def _exporter() -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class Discreet(SpanExporter):
        """Sends what is left of spans."""

        def __init__(self) -> None:
            self._to = OTLPSpanExporter()

        def export(self, spans: Sequence["ReadableSpan"]) -> SpanExportResult:
            return self._to.export([discreet(span) for span in spans])

        def shutdown(self) -> None:
            self._to.shutdown()

        def force_flush(self, timeout_millis: int = 30_000) -> bool:
            return self._to.force_flush(timeout_millis)

    return Discreet()


def discreet(span: "ReadableSpan") -> "ReadableSpan":
    """The span without what nobody has listed. Its name is a route or a task, or the method where nothing was found."""
    from opentelemetry.sdk.trace import Event, ReadableSpan
    from opentelemetry.trace import Status

    events = [Event(event.name, _kept(event.attributes), event.timestamp) for event in span.events]
    return ReadableSpan(
        name=span.name, context=span.context, parent=span.parent, resource=span.resource, kind=span.kind,
        attributes=_kept(span.attributes), events=events, links=span.links, status=Status(span.status.status_code),
        start_time=span.start_time, end_time=span.end_time, instrumentation_scope=span.instrumentation_scope,
    )  # fmt: skip


def _kept(attributes: Any) -> dict[str, Any]:
    return {name: value for name, value in (attributes or {}).items() if name in KEPT}
