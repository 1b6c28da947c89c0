"""Between a call and the wire: headers, what is worth sending again, and what an answer is."""

import random
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from charter import __version__
from charter.calls import Call
from charter.errors import Unreachable, refusal
from charter.settings import Settings
from charter.tracing import headers as trace_headers

Answer = TypeVar("Answer")
BASE = "/api/v1"
TIMEOUT = httpx.Timeout(10.0, read=120.0)  # a plan of thousands of features takes its time
IMPATIENT = httpx.Timeout(3.0)
MOST_TRIES = 4
_AGAIN = {429, 502, 503, 504}
_LONGEST_WAIT = 30.0


@dataclass(frozen=True, slots=True)
class Wait:
    """Send it again after so many seconds."""

    seconds: float


def request_of(call: Call[Any], settings: Settings) -> httpx.Request:
    headers = {
        "Authorization": f"Bearer {settings.token}", "User-Agent": f"charter-python/{__version__}",
        "Accept": _accepted(call), **trace_headers(), **call.headers,
    }  # fmt: skip
    body = {} if call.body is None else {"json": call.body}
    return httpx.Request(
        call.method, f"{settings.url}{BASE}{call.path}", params=call.query, headers=headers,
        extensions={"timeout": (IMPATIENT if call.is_impatient else TIMEOUT).as_dict()}, **body,
    )  # fmt: skip


def _accepted(call: Call[Any]) -> str:
    if call.streams:
        return "text/event-stream"
    return "application/yaml, application/json, application/problem+json" if call.as_text else "application/json"


def after_failure(call: Call[Any], error: httpx.TransportError, attempt: int) -> Wait:
    """What a connection that failed means. Raises Unreachable when there is no use in another try."""
    was_never_sent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
    if attempt < _tries(call) and (call.may_repeat or was_never_sent):
        return Wait(_pause(attempt))
    raise Unreachable(f"Charter does not answer: {error or type(error).__name__}.") from error


def understood(call: Call[Answer], response: httpx.Response, attempt: int) -> Answer | Wait:
    """The answer, or how long to wait before the next try. Raises Refused or Unreachable."""
    if response.status_code in _AGAIN and attempt < _tries(call) and (call.may_repeat or response.status_code == 429):
        return Wait(_told(response) or _pause(attempt))
    if response.status_code == 304:
        return call.parse(None)
    if response.is_redirect:
        raise Unreachable(f"{response.request.url.host} leads to {response.headers['Location']}: is that its address?")
    if response.status_code < 400:
        return call.parse(response.text if call.as_text else _told_by(call, response))
    problem = _json(response)
    if not isinstance(problem, dict):
        raise Unreachable(f"What answers at {response.request.url.host} is not Charter (HTTP {response.status_code}).")
    raise refusal(response.status_code, problem)


def _tries(call: Call[Any]) -> int:
    return 1 if call.is_impatient else MOST_TRIES


def _told_by(call: Call[Any], response: httpx.Response) -> Any:
    said = _json(response)
    return {**said, "etag": response.headers.get("ETag", "")} if call.tells_tag and isinstance(said, dict) else said


def _json(response: httpx.Response) -> Any:
    if not response.content:
        return None
    try:
        return response.json()
    except ValueError:
        raise Unreachable(f"What answers at {response.request.url.host} is not Charter.") from None


def _told(response: httpx.Response) -> float:
    said = response.headers.get("Retry-After", "")
    return min(float(said), _LONGEST_WAIT) if said.isdigit() else 0.0


def _pause(attempt: int) -> float:
    """Longer each time, and never the same for two clients."""
    return float(random.uniform(0.5, 1.0) * 0.4 * 2**attempt)  # noqa: S311  no secret
