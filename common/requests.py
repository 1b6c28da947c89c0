"""What belongs to each request: its id, bound to every log line and sent back."""

import re
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

# In logs and the audit log, and sent back.
_USABLE = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
# Sent back as it came, as AuthZEN wants it: a header without line breaks harms nobody.
_ECHOED = re.compile(r"[\x20-\x7e]{1,256}\Z")


class RequestIdMiddleware:
    """Takes `X-Request-ID` when it is harmless, makes one otherwise. An id that is too odd for logs is echoed all the
    same, with our own beside it as `Charter-Request-ID`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _USABLE.match(given) else uuid.uuid4().hex
        request.META["REQUEST_ID"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response["X-Request-ID"] = given if _ECHOED.match(given) else request_id
        if request_id != response["X-Request-ID"]:
            response["Charter-Request-ID"] = request_id
        return response
