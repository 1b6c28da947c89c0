"""Errors of the API as RFC 9457 `application/problem+json`, each with a code, what is wrong where, and a way out."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from urllib.parse import urljoin

import orjson
import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.request import Request

MEDIA_TYPE = "application/problem+json"
DOCUMENTED_AT = "/docs/problems/"
log = structlog.get_logger()

Detail = dict[str, str]  # {pointer or parameter, code, detail}


class Problem(exceptions.APIException):
    """What went wrong, for machines (`code`, `errors`) and people (`title`, `detail`, `fix`)."""

    status_code: int = 400
    default_code: ClassVar[str] = "invalid"
    title: ClassVar[str] = "The request is not valid"
    fix_message: ClassVar[str] = "Compare the request with the documentation."

    @property
    def type_uri(self) -> str:
        """What kind of problem it is; ours unless a standard names it."""
        return f"{settings.CHARTER_BASE_URL}{DOCUMENTED_AT}#{self.default_code}"

    def __init__(
        self, detail: str = "", *, errors: Iterable[Detail] = (), fix: str = "", url: str = "", command: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(detail or f"{self.title}.", self.default_code)
        self.errors = list(errors)
        self.fix = {"message": fix or self.fix_message, "url": url or "/docs/api/", "command": command}
        self.headers = dict(headers or {})


class Malformed(Problem):
    default_code = "malformed_body"
    title = "The body cannot be read"
    fix_message = "Send one JSON document in UTF-8."


class InvalidParameter(Problem):
    default_code = "invalid_parameter"
    title = "A query parameter is not valid"


class Invalid(Problem):
    status_code = 422
    default_code = "invalid"
    title = "The values are not valid"
    fix_message = "Correct the fields named in errors and send it again."


class KeyReused(Problem):
    status_code = 422
    default_code = "idempotency_key_reused"
    title = "This Idempotency-Key belongs to another request"
    fix_message = "Send a new key with each new request, and the same key only with the same request."


class Unauthenticated(Problem):
    status_code = 401
    default_code = "unauthenticated"
    title = "Who you are is not known"
    fix_message = "Send a token: Authorization: Bearer charter_pat_… Create one under Settings, Tokens."


class InvalidToken(Unauthenticated):
    default_code = "invalid_token"
    title = "The token is not valid"
    fix_message = "It is unknown, expired or revoked. Create a new one under Settings, Tokens."


class Forbidden(Problem):
    status_code = 403
    default_code = "forbidden"
    title = "You may not do this"
    fix_message = "Ask the owner, or an administrator."


class InsufficientScope(Forbidden):
    default_code = "insufficient_scope"
    title = "The token may not do this"


class NotFound(Problem):
    status_code = 404
    default_code = "not_found"
    title = "There is no such thing here"
    fix_message = "Check the spelling. What you are not allowed to see does not exist for you either."


class Ambiguous(Problem):
    status_code = 409
    default_code = "ambiguous"
    title = "More than one thing has this name"


class InFlight(Problem):
    status_code = 409
    default_code = "in_flight"
    title = "The same request is still being worked on"
    fix_message = "Wait a moment and send it again with the same Idempotency-Key."


class AnswerNotKept(Problem):
    status_code = 409
    default_code = "answer_not_kept"
    title = "It was done, and its answer held a secret that is told once"
    fix_message = "Revoke what it made, and make another with a new Idempotency-Key."


class Gone(Problem):
    status_code = 410
    default_code = "gone"
    title = "It was here and is not kept any longer"


class PreconditionFailed(Problem):
    status_code = 412
    default_code = "changed_meanwhile"
    title = "It has changed since you read it"
    fix_message = "Read it again, apply your change to what it is now, and send the new ETag as If-Match."


class TooLarge(Problem):
    status_code = 413
    default_code = "too_large"
    title = "The body is too large"
    fix_message = "Send less at once, or raise the installation's limit."

    def __init__(self, limit: int) -> None:
        super().__init__(f"A body may have {limit:,} bytes once unpacked.")


class PreconditionRequired(Problem):
    status_code = 428
    default_code = "precondition_required"
    title = "Say which state you are changing"
    fix_message = "Read it first, and send the ETag of the answer as If-Match."


class WrongMethod(Problem):
    status_code = 405
    default_code = "method_not_allowed"
    title = "This address has no such method"
    fix_message = "The Allow header lists the methods it has."


class NoSuchFormat(Problem):
    status_code = 406
    default_code = "not_acceptable"
    title = "No such format"
    fix_message = "Accept application/json."


class WrongContentType(Problem):
    status_code = 415
    default_code = "unsupported_media_type"
    title = "No such content type"
    fix_message = "Send application/json."


class RateLimited(Problem):
    status_code = 429
    default_code = "rate_limited"
    title = "Too many requests"
    fix_message = "Wait as long as Retry-After says."


class ServerError(Problem):
    status_code = 500
    default_code = "server_error"
    title = "Something broke on our side"
    fix_message = "Send the request id to whoever runs Charter."


class Unreachable(Problem):
    status_code = 502
    default_code = "store_unreachable"
    title = "The store could not be read"
    fix_message = "Test the connection: it says which right is missing."


class Busy(Problem):
    status_code = 503
    default_code = "busy"
    title = "All places are taken"
    fix_message = "Wait as long as Retry-After says, or ask for the state itself now and then."


def problem_handler(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """DRF's door for exceptions. Whatever is not expected is a 500 that says only its request id.

    The answer is JSON whatever format was asked for: a problem is no spreadsheet.
    """
    problem = as_problem(error)
    if problem.status_code >= 500 and not isinstance(error, Problem):
        log.error("request_failed", exc_info=error)
        got_request_exception.send(sender=None, request=context["request"]._request)
    return as_response(problem, context["request"])


def as_response(problem: Problem, request: HttpRequest | Request) -> HttpResponse:
    body = orjson.dumps(body_of(problem, request))
    return HttpResponse(body, status=problem.status_code, content_type=MEDIA_TYPE, headers=problem.headers)


def as_problem(error: Exception) -> Problem:
    """The problem that says what `error` says."""
    match error:
        case Problem():
            return error
        case ValidationError():
            return _of_action(error)
        case exceptions.ValidationError():
            return Invalid("Some fields are not valid.", errors=list(_flat(error.get_full_details())))
        case PermissionDenied():
            return Forbidden(str(error))
        case Http404():
            return NotFound()
        case exceptions.APIException():
            return _of_framework(error)
    return ServerError()


def _of_action(error: ValidationError) -> Problem:
    by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    errors = [
        {
            "pointer": "" if name in ("", "__all__") else f"/{_escape(name)}",
            "code": item.code or "invalid",
            "detail": " ".join(item.messages),
        }
        for name, items in by_field.items()
        for item in items
    ]
    if any(item["code"] == PreconditionFailed.default_code for item in errors):
        return PreconditionFailed(errors[0]["detail"])
    return Invalid("Some fields are not valid.", errors=errors)


def _flat(details: Any, pointer: str = "") -> Iterable[Detail]:
    """DRF's nested details as a list, each with the JSON pointer of its field."""
    if isinstance(details, dict) and isinstance(details.get("message"), str):
        yield {"pointer": pointer, "code": str(details["code"]), "detail": str(details["message"])}
        return
    for place, inner in details.items() if isinstance(details, dict) else enumerate(details):
        is_own = place == "non_field_errors" or isinstance(inner, dict) and isinstance(inner.get("message"), str)
        yield from _flat(inner, pointer if is_own else f"{pointer}/{_escape(str(place))}")


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


_FRAMEWORK: dict[type[exceptions.APIException], type[Problem]] = {
    exceptions.ParseError: Malformed,
    exceptions.NotAuthenticated: Unauthenticated,
    exceptions.AuthenticationFailed: InvalidToken,
    exceptions.PermissionDenied: Forbidden,
    exceptions.NotFound: NotFound,
    exceptions.MethodNotAllowed: WrongMethod,
    exceptions.NotAcceptable: NoSuchFormat,
    exceptions.UnsupportedMediaType: WrongContentType,
    exceptions.Throttled: RateLimited,
}


def _of_framework(error: exceptions.APIException) -> Problem:
    kind = _FRAMEWORK.get(type(error), ServerError)
    return kind(str(error.detail), headers=_headers_of(error))


def _headers_of(error: exceptions.APIException) -> dict[str, str]:
    """What DRF says beside the body."""
    headers = {}
    if scheme := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = scheme
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers


def body_of(problem: Problem, request: HttpRequest | Request) -> dict[str, Any]:
    """The members of the problem document."""
    code = problem.default_code
    body: dict[str, Any] = {
        "type": problem.type_uri,
        "title": problem.title,
        "status": problem.status_code,
        "detail": str(problem.detail),
        "instance": request.path,
        "code": code,
        "request_id": request.META.get("REQUEST_ID", ""),
        "fix": problem.fix | {"url": urljoin(settings.CHARTER_BASE_URL, problem.fix["url"])},
    }
    if problem.errors:
        body["errors"] = problem.errors
    return body
