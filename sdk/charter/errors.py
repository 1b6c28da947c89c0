"""What can go wrong, as exceptions that say what to do."""

from collections.abc import Mapping
from typing import Any


class CharterError(Exception):
    """Everything that this package raises."""


class NotConfigured(CharterError):
    """No address or no token is known."""


class Unreachable(CharterError):
    """Charter did not answer, or answered that it cannot at the moment. Nothing is known about the request."""


class Refused(CharterError):
    """Charter answered no, as an RFC 9457 problem.

    `status` is HTTP's, `code` is for programs, `errors` says which field, `fix` what to do, `request_id` what to quote.
    """

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("code", ""))
        self.title = str(problem.get("title", ""))
        self.detail = str(problem.get("detail", "")) or self.title or f"HTTP {status}"
        self.errors: list[dict[str, Any]] = list(problem.get("errors") or [])
        self.fix = str((problem.get("fix") or {}).get("message", ""))
        self.request_id = str(problem.get("request_id", ""))
        super().__init__(self.detail)


class NotFound(Refused):
    """There is no such thing, or you may not know that there is."""


class Forbidden(Refused):
    """The token is unknown, or may not do this."""


class ChangedMeanwhile(Refused):
    """Somebody changed it since it was read."""


class NotUsable(CharterError):
    """A version that nobody may read now: quarantined, retired, or a draft."""


class AccessDenied(CharterError):
    """Somebody may not read a version for this purpose. `reason` is for programs; `request_url` is where a person asks
    for access, and empty where asking is of no use."""

    def __init__(self, text: str, *, reason: str = "", request_url: str = "") -> None:
        super().__init__(f"{text} Ask for access: {request_url}" if request_url else text)
        self.reason, self.request_url = reason, request_url


_BY_STATUS: dict[int, type[Refused]] = {401: Forbidden, 403: Forbidden, 404: NotFound, 412: ChangedMeanwhile}


def refusal(status: int, problem: Mapping[str, Any]) -> Refused:
    """The exception for an answer."""
    return _BY_STATUS.get(status, Refused)(status, problem)
