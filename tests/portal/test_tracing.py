"""Traces reach a real collector, and hold nothing but what was listed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.portal.running import ROOT

WORK = """
import portal.wsgi
from django.test import Client
from opentelemetry import trace
from portal.celery import app

@app.task(name="tests.divide")
def divide(value):
    return value / 0

client = Client(SERVER_NAME="localhost", HTTP_ACCEPT="application/json")
client.get("/healthz?token=s3cret-token&q=anna@example.org")
client.get("/api/v1/features/s3cret.view.feature")
client.get("/api/v1/there-is-no/s3cret-path")
divide.apply(("s3cret-value",))
trace.get_tracer_provider().shutdown()
"""


@pytest.fixture
def collector() -> Iterator[SimpleNamespace]:
    """What an OpenTelemetry collector is to those who send by HTTP."""
    got = SimpleNamespace(bodies=[])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    got.url = f"http://127.0.0.1:{server.server_port}"
    yield got
    server.shutdown()
    server.server_close()


def work(**variables: str) -> str:
    """What a process says that answers three requests and runs a task."""
    environment = os.environ | {"CHARTER_LOG_LEVEL": "ERROR", "OTEL_EXPORTER_OTLP_COMPRESSION": "none"} | variables
    done = subprocess.run(
        [sys.executable, "-c", WORK], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    return done.stderr


def test_requests_and_tasks_are_traced_without_what_they_carry(collector: SimpleNamespace) -> None:
    work(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    told = [ExportTraceServiceRequest.FromString(body) for body in collector.bodies]
    spans = [
        span for each in told for group in each.resource_spans for scope in group.scope_spans for span in scope.spans
    ]
    assert {span.name for span in spans} == {
        "GET healthz", "GET api/v1/features/<name:key>", "GET api/v1/", "run/tests.divide",
    }  # fmt: skip
    [task] = [span for span in spans if span.name.startswith("run/")]
    assert (task.status.code, task.status.message) == (2, "")
    assert [one.value.string_value for event in task.events for one in event.attributes] == ["TypeError"]
    for body in collector.bodies:
        assert b"s3cret" not in body
        assert b"anna" not in body


def test_nobody_is_told_where_nobody_asked() -> None:
    unasked = "import sys, portal.wsgi; assert 'opentelemetry.instrumentation.django' not in sys.modules"
    subprocess.run([sys.executable, "-c", unasked], cwd=ROOT, check=True)
