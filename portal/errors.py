"""What people see when a page cannot be shown: what happened, what to do, and the number to quote.

A part of a page fails alone: a request by htmx gets a banner for its place instead of a whole page. A program gets the
same failure as a problem of `common.problems`; these are the failures that no API view saw, such as a wrong address.
"""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from common import problems

FOR_PROGRAMS = ("/api/", "/access/", "/.well-known/")


@dataclass(frozen=True, slots=True)
class Failure:
    status: int
    title: str
    what_to_do: str
    problem: type[problems.Problem]


BAD_REQUEST = Failure(
    400, "This request could not be understood", "Check the address, or go back and try again.", problems.Problem
)
DENIED = Failure(
    403,
    "You may not do this",
    "Ask the owner of what you wanted to change, or an administrator.",
    problems.Forbidden,
)
FORM_TOO_OLD = Failure(
    403,
    "This form was too old",
    "Nothing was saved. Go back, reload the page and send the form again.",
    problems.Forbidden,
)
NOT_FOUND = Failure(
    404,
    "There is nothing here",
    "The address may be mistyped, the object may have been renamed, or you may not be allowed to see it.",
    problems.NotFound,
)
TOO_MANY = Failure(
    429, "Too many tries", "Wait a few minutes, then try again. Nothing was saved.", problems.RateLimited
)
BROKEN = Failure(
    500,
    "Charter made a mistake",
    "Nothing was saved. Try again; if it happens twice, tell your administrator this number.",
    problems.ServerError,
)


def _answer(request: HttpRequest, failure: Failure, detail: str = "") -> HttpResponse:
    if request.path.startswith(FOR_PROGRAMS):
        return problems.as_response(failure.problem(detail), request)
    is_part = request.headers.get("HX-Request") == "true"
    context = {"failure": failure, "detail": detail, "request_id": request.META.get("REQUEST_ID", "")}
    return render(request, "errors/part.html" if is_part else "errors/page.html", context, status=failure.status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Says why, where the refusing action said why."""
    return _answer(request, DENIED, str(exception))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(request, FORM_TOO_OLD)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same words for what does not exist and for what this person may not see."""
    return _answer(request, NOT_FOUND)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    return _answer(request, TOO_MANY)


def server_error(request: HttpRequest) -> HttpResponse:
    return _answer(request, BROKEN)
