"""The progress of long work as server-sent events, for those who would rather listen than ask."""

import time
from collections.abc import Iterator
from threading import BoundedSemaphore

from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from common.fields import Selection
from common.json import OrjsonRenderer
from common.problems import Busy, NotFound
from registry.api.endpoints import Endpoint
from registry.api.objects import Shown
from registry.api.operations import UNFINISHED, OperationView
from registry.choices import Scope
from registry.references import public_number

LONGEST_SECONDS = 60
EVERY_SECONDS = 1.0
# Whoever listens holds a thread of the web server. Half of the threads of `make run` are left for everybody else.
_places = BoundedSemaphore(2)


class EventStreamRenderer(BaseRenderer):
    """Lets `Accept: text/event-stream` be asked for, as browsers do. The events are streamed by the endpoint."""

    media_type = "text/event-stream"
    format = "events"


class OperationEventsView(Endpoint):
    """The progress of one piece of work, told whenever it changes, until it is finished or a minute has passed.

    Each event is named `progress`, and `finished` at the end; its data is the operation as JSON. Who loses the
    connection asks again: the first event always says how far the work is.
    """

    required_scopes = {"GET": Scope.FEATURES_READ}
    renderer_classes = [EventStreamRenderer, OrjsonRenderer]
    other_problems = {"GET": (503,)}

    @extend_schema(responses={(200, "text/event-stream"): OpenApiTypes.STR})
    def get(self, request: Request, reference: str) -> HttpResponseBase:
        view, number = OperationView(request=request), public_number(reference, "PULL")
        if number is None:
            raise NotFound
        first = view.show(number=number, selection=Selection())
        if not _places.acquire(blocking=False):
            raise Busy("Others listen already.", headers={"Retry-After": "5"})
        response = StreamingHttpResponse(_Listener(_told(view, number, first)), content_type="text/event-stream")
        response["Cache-Control"] = "no-store"
        response["X-Accel-Buffering"] = "no"  # a proxy would hold events back
        return response


class _Listener:
    """The events for one who listens. Django closes it when they have left, whether or not they heard anything."""

    def __init__(self, events: Iterator[str]) -> None:
        self._events, self._is_here = events, True

    def __iter__(self) -> Iterator[str]:
        return self._events

    def close(self) -> None:
        if self._is_here:
            self._is_here = False
            _places.release()


def _told(view: OperationView, number: int, shown: Shown) -> Iterator[str]:
    until, last = time.monotonic() + LONGEST_SECONDS, ""
    yield "retry: 1000\n\n"
    while True:
        is_finished = shown.facts["state"] not in UNFINISHED
        if shown.text != last:
            yield f"event: {'finished' if is_finished else 'progress'}\ndata: {shown.text}\n\n"
            last = shown.text
        if is_finished or time.monotonic() >= until:
            return
        time.sleep(EVERY_SECONDS)
        shown = view.show(number=number, selection=Selection())
