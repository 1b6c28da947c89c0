"""Problems: every exception becomes a document with a code, pointers and a way out."""

import re
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest
from rest_framework import exceptions, serializers

from common.problems import Problem, as_problem, body_of

ROOT = Path(__file__).resolve().parents[2]


def asked() -> HttpRequest:
    request = HttpRequest()
    request.path = "/api/v1/features"
    request.META["REQUEST_ID"] = "r-1"
    return request


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (exceptions.ParseError("x"), 400, "malformed_body"),
        (exceptions.NotAuthenticated(), 401, "unauthenticated"),
        (exceptions.AuthenticationFailed("The token has expired."), 401, "invalid_token"),
        (exceptions.PermissionDenied("no"), 403, "forbidden"),
        (PermissionDenied("You may not."), 403, "forbidden"),
        (Http404("secret path"), 404, "not_found"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.NotAcceptable(), 406, "not_acceptable"),
        (exceptions.UnsupportedMediaType("text/xml"), 415, "unsupported_media_type"),
        (exceptions.Throttled(wait=7), 429, "rate_limited"),
        (ZeroDivisionError("secret"), 500, "server_error"),
    ],
)
def test_kinds(error: Exception, status: int, code: str) -> None:
    body = body_of(as_problem(error), asked())
    assert (body["status"], body["code"]) == (status, code)
    assert body["fix"]["message"]
    assert body["fix"]["url"].startswith("http")
    assert body["type"].endswith(f"#{code}")
    assert (body["instance"], body["request_id"]) == ("/api/v1/features", "r-1")
    assert "secret" not in str(body)


def kinds(kind: type[Problem]) -> set[str]:
    return {str(kind.default_code), *(code for one in kind.__subclasses__() for code in kinds(one))}


def test_every_kind_is_explained() -> None:
    import governance.api.authzen.urls  # noqa: F401  what standards name are kinds too

    explained = re.findall(r"^## (\w+)$", (ROOT / "docs" / "problems.md").read_text(), re.MULTILINE)
    assert set(explained) == kinds(Problem)


def test_an_action_names_fields() -> None:
    problem = as_problem(ValidationError({"sunset_on": ["Choose a later date."], "a/b": ["No."]}))
    assert problem.status_code == 422
    assert problem.errors == [
        {"pointer": "/sunset_on", "code": "invalid", "detail": "Choose a later date."},
        {"pointer": "/a~1b", "code": "invalid", "detail": "No."},
    ]


def test_an_action_without_a_field_points_at_the_whole() -> None:
    assert as_problem(ValidationError("No.", code="odd")).errors == [{"pointer": "", "code": "odd", "detail": "No."}]


def test_a_state_that_changed_is_a_failed_precondition() -> None:
    problem = as_problem(ValidationError("Somebody changed it.", code="changed_meanwhile"))
    assert problem.status_code == 412


class Inner(serializers.Serializer):
    message = serializers.CharField()
    code = serializers.IntegerField()


class Outer(serializers.Serializer):
    names = serializers.ListField(child=serializers.CharField())
    inner = Inner()
    many = Inner(many=True)
    tags = serializers.DictField(child=serializers.CharField())


@pytest.mark.parametrize(
    ("data", "pointers"),
    [
        ([], {""}),
        ({}, {"/names", "/inner", "/many", "/tags"}),
        ({"names": ["a", []], "inner": {}, "many": [], "tags": {}}, {"/names/1", "/inner/message", "/inner/code"}),
        (
            {"names": [], "inner": {"message": [], "code": "x"}, "many": [{"message": "a", "code": 1}, {}], "tags": {}},
            {"/inner/message", "/inner/code", "/many/1/message", "/many/1/code"},
        ),
        ({"names": [], "inner": {"message": "", "code": 1}, "many": [], "tags": {"a/b": []}},
         {"/inner/message", "/tags/a~1b"}),
    ],
)  # fmt: skip
def test_pointers_lead_to_the_field(data: object, pointers: set[str]) -> None:
    checked = Outer(data=data)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(exceptions.ValidationError) as refused:
        checked.is_valid(raise_exception=True)
    problem = as_problem(refused.value)
    assert isinstance(problem, Problem)
    assert problem.status_code == 422
    assert {error["pointer"] for error in problem.errors} == pointers
    assert all(error["code"] and error["detail"] for error in problem.errors)
