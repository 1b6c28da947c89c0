"""Services that are slow, broken, hostile or elsewhere."""

import gzip
from collections.abc import Callable

import pytest

from connectors import http
from connectors.http import JsonService, offset_pages, rows
from connectors.records import ConnectorError
from tests.connectors.web import LOCAL, Answer, Asked, serving


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "PAUSE_SECONDS", 0)


def ask(answer: Callable[[Asked], Answer], *, limit: int = 1000, headers: dict[str, str] | None = None) -> object:
    with (
        serving(answer, headers) as server,
        JsonService(server.url, product="Thing", allowed_hosts=LOCAL, limit=limit) as web,
    ):
        return web.get("/x")


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (200, b"<html>Log in</html>", "not JSON"),
        (200, b'"' + b"x" * 2000 + b'"', "more than"),
        (302, b"", "status 302"),
        (403, b"{}", "status 403"),
        (404, b"{}", "nothing at /x"),
        (500, b'{"trace": "password=hunter2"}', "status 500"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(status: int, body: bytes, message: str) -> None:
    with pytest.raises(ConnectorError, match=message) as told:
        ask(lambda _: (status, body))
    assert "hunter2" not in str(told.value) + told.value.fix


def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    def answer(request: Asked) -> Answer:
        asked.append(request.path)
        return 301, b""

    with pytest.raises(ConnectorError) as told:
        ask(answer, headers={"Location": "/elsewhere"})
    assert asked == ["/x"]
    assert "redirects are not followed" in told.value.fix


def test_a_packed_answer_is_refused() -> None:
    with pytest.raises(ConnectorError, match="packs"):
        ask(lambda _: (200, gzip.compress(b"0" * 10_000_000)), headers={"Content-Encoding": "gzip"})


def test_a_service_that_is_away_for_a_moment_is_asked_again() -> None:
    statuses = iter([503, 502, 200])
    assert ask(lambda _: (next(statuses), {"ok": True})) == {"ok": True}


def test_a_question_with_a_body_is_asked_once() -> None:
    with serving(lambda _: (503, {})) as server, JsonService(server.url, product="Thing", allowed_hosts=LOCAL) as web:
        with pytest.raises(ConnectorError, match="503"):
            web.post("/x", {})
        assert len(server.asked) == 1


def test_a_service_inside_needs_to_be_allowed() -> None:
    with serving(lambda _: (200, {})) as server, JsonService(server.url, product="Thing") as web:
        with pytest.raises(ConnectorError, match="private network"):
            web.get("/x")
        assert server.asked == []


def test_nobody_there_is_told_without_the_password() -> None:
    service = JsonService("http://me:hunter2@127.0.0.1:1", product="Thing", allowed_hosts=LOCAL)
    with service as web, pytest.raises(ConnectorError, match="cannot be reached") as told:
        web.get("/x")
    assert "hunter2" not in str(told.value) + told.value.fix


@pytest.mark.parametrize("url", ["", "ftp://host", "file:///etc/passwd", "http://", "http://[", "http://host:port"])
def test_what_is_no_http_address_is_refused(url: str) -> None:
    with pytest.raises(ConnectorError, match="no address of Thing"):
        JsonService(url, product="Thing")


def test_login_is_taken_out_of_the_address() -> None:
    web = JsonService("https://me:p%40ss@Host:8080/airflow/", product="Thing")
    assert web.address.base == "https://host:8080/airflow"
    assert (web.address.user, web.address.password) == ("me", "p@ss")


def test_characters_that_no_database_stores_are_left_out() -> None:
    assert ask(lambda _: (200, rb'{"a": "x\u0000y", "b": "\\u0000", "c": "\\\u0000"}')) == {
        "a": "xy", "b": r"\u0000", "c": "\\",
    }  # fmt: skip


def test_a_list_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MOST_ROWS", 50)
    with pytest.raises(ConnectorError, match="never ends"):
        list(offset_pages(lambda _: ([{}] * 10, None)))


@pytest.mark.parametrize("answer", [[], {}, {"rows": None}, "rows", None])
def test_an_answer_of_another_shape_is_refused(answer: object) -> None:
    with pytest.raises(ConnectorError, match="without 'rows'"):
        rows(answer, "rows", "Thing")
