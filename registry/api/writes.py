"""What every write of the API can do: be tried without effect, and be sent again without a second effect.

`?dry_run=true` runs the write whole and takes it back. `Idempotency-Key` on a POST makes it safe to repeat
(draft-ietf-httpapi-idempotency-key-header-07): the same request gets the same answer for a day. What failed is not
kept, so that a corrected body, or a better moment, can use the same key.
"""

from collections.abc import Callable
from functools import wraps
from hashlib import blake2b
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpResponse
from rest_framework.request import Request

from common.parameters import Parameter
from common.problems import AnswerNotKept, InFlight, KeyReused, Malformed
from registry.actions.answers import keep_answer, kept_answer, take_key
from registry.models import KeptAnswer

DRY_RUN = Parameter("dry_run", "Say what would happen, and change nothing.", choices=("true", "false"))
KEY = "Idempotency-Key"
LONGEST_KEY = 200
_KEPT_HEADERS = ("Content-Type", "ETag", "Location", "Retry-After")

Address = ParamSpec("Address")
Handler = Callable[Concatenate[Any, Request, Address], HttpResponse]


def write(handler: Handler[Address]) -> Handler[Address]:
    """Mark a handler that changes something."""

    @wraps(handler)
    def handle(self: Any, request: Request, *args: Address.args, **kwargs: Address.kwargs) -> HttpResponse:
        def work() -> HttpResponse:
            return handler(self, request, *args, **kwargs)

        if is_dry(request):
            return _tried(work)
        if request.method == "POST" and KEY in request.headers:
            return _once(request, work)
        return work()

    handle.is_write = True  # type: ignore[attr-defined]  # endpoints describe themselves by it
    return handle


def is_dry(request: Request) -> bool:
    return request.query_params.get("dry_run") == "true"


def _tried(work: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer as it would be. Nothing stays, and nothing that was to follow is queued."""
    with transaction.atomic():
        response = work()
        transaction.set_rollback(True)
    del response["Location"]
    response["Charter-Dry-Run"] = "true"
    return response


def _once(request: Request, work: Callable[[], HttpResponse]) -> HttpResponse:
    user: Any = request.user
    key, asked = _key(request), _asked(request)
    with transaction.atomic():
        if not take_key(user, key):
            raise InFlight
        if held := kept_answer(user, key):
            return _again(held, asked)
        response = work()
        is_secret = "no-store" in response.get("Cache-Control", "")
        headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
        body = None if is_secret else response.content
        keep_answer(user, key, asked, status=response.status_code, headers=headers, body=body)
        return response


def _again(held: KeptAnswer, asked: bytes) -> HttpResponse:
    if bytes(held.asked) != asked:
        raise KeyReused
    if held.body is None:
        raise AnswerNotKept
    response = HttpResponse(bytes(held.body), status=held.status, headers=held.headers)
    response["Idempotency-Replayed"] = "true"
    return response


def _key(request: Request) -> str:
    """The header's value, with or without the quotes that the draft wants."""
    key: str = request.headers[KEY].strip().strip('"')
    if not 0 < len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Malformed(
            f"The {KEY} must have 1 to {LONGEST_KEY} printable ASCII characters.",
            fix="Send a new random UUID with each new write, and the same one when you send it again.",
        )
    return key


def _asked(request: Request) -> bytes:
    """What was asked, byte by byte. A body that is too large is refused by who reads it."""
    try:
        body = request._request.body
    except RequestDataTooBig:
        body = b""
    asked = b"\n".join((str(request.method).encode(), request.get_full_path().encode(), body))
    return blake2b(asked, digest_size=16).digest()
