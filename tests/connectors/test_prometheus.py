"""Figures of serving, as Prometheus 2.42 answered while it watched Feast 0.67 (tests/live/test_serving_figures.py)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.prometheus.client import PrometheusServing, matchers, shown_at
from connectors.prometheus.questions import QUESTIONS, quoted
from connectors.records import ConnectorError, Figures
from tests.connectors.web import LOCAL, Answer, Asked, Server, serving

RECORDED = json.loads((Path(__file__).parent / "prometheus.json").read_text())
NONE = {"status": "success", "data": {"resultType": "vector", "result": []}}


def prometheus(asked: Asked) -> Answer:
    """What was recorded, and nothing for any other question."""
    return 200, RECORDED.get(asked.query["query"], NONE)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(prometheus) as served:
        yield served


def told(url: str) -> Figures:
    return PrometheusServing(url, allowed_hosts=LOCAL).figures()


def test_every_question_has_its_figure(server: Server) -> None:
    found = {figure.name: figure for figure in told(f"{server.url}?job=feast").figures}
    assert set(found) == {question.figure for question in QUESTIONS}
    assert found["hit_rate"].value == pytest.approx(2 / 3)
    assert found["error_rate"].value == pytest.approx(0.5)
    assert (found["hit_rate"].view, found["latency_p99"].view) == ("origin_delay_hourly", "")
    assert found["hit_rate"].query in RECORDED
    assert {asked.path for asked in server.asked} == {"/api/v1/query"}


def test_what_is_not_known_is_left_out(server: Server) -> None:
    assert told(f"{server.url}?job=other") == Figures()


def test_a_test_says_what_is_missing(server: Server) -> None:
    rights = PrometheusServing(f"{server.url}?job=feast", allowed_hosts=LOCAL).test()
    assert [right.ok for right in rights] == [True, True]
    [answers, known] = PrometheusServing(f"{server.url}?job=other", allowed_hosts=LOCAL).test()
    assert (answers.ok, known.ok) == (True, False)
    assert "--metrics" in known.fix


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("feast", '"feast"'), ('a"b\\c', '"a\\"b\\\\c"'), ("a\nb", '"a\\nb"'),
        ('"} or vector(1) #', '"\\"} or vector(1) #"'),
    ],
)  # fmt: skip
def test_labels_cannot_leave_their_quotes(text: str, expected: str) -> None:
    assert quoted(text) == expected


def test_labels_of_the_address_narrow_every_question(server: Server) -> None:
    told(f"{server.url}/?job=fe%22ast&cluster=eu")
    first, *asked = [one.query["query"] for one in server.asked]
    assert first == "vector(1)"  # whether anybody is there
    assert all('job="fe\\"ast", cluster="eu"' in query for query in asked)


@pytest.mark.parametrize("query", ["job{}=x", "a-b=1", "=x", '"=x'])
def test_a_name_that_is_no_label_is_refused(query: str) -> None:
    with pytest.raises(ConnectorError, match="is no label"):
        matchers(f"http://prometheus?{query}")


@pytest.mark.parametrize("name", ["token", "api_key", "password"])
def test_no_secret_becomes_a_label_that_all_can_read(name: str) -> None:
    with pytest.raises(ConnectorError, match="sounds like a secret") as refused:
        matchers(f"http://prometheus?{name}=s3cret")
    assert "s3cret" not in str(refused.value)


def test_a_private_address_needs_leave(server: Server) -> None:
    with pytest.raises(ConnectorError, match="private network"):
        PrometheusServing(server.url).figures()


def test_a_token_goes_along(server: Server) -> None:
    PrometheusServing(server.url, token="t0ken", allowed_hosts=LOCAL).figures()
    assert server.asked[0].headers["Authorization"] == "Bearer t0ken"


@pytest.mark.parametrize(
    "sample",
    [[1, "NaN"], [1, "+Inf"], [1, "soon"], [1], [], [1, None], [1, ["2"]]],
)  # fmt: skip
def test_what_is_no_number_is_unknown(sample: list[Any]) -> None:
    data = {"resultType": "vector", "result": [{"metric": {"feature_view": "v"}, "value": sample}]}
    with serving(lambda _: (200, {"status": "success", "data": data})) as server:
        assert told(server.url).figures == ()


@pytest.mark.parametrize(
    "answer",
    [[], {}, {"data": None}, {"data": {"resultType": "scalar", "result": [1, "1"]}}, {"data": {"result": []}}, b"<p>"],
)  # fmt: skip
def test_what_is_no_answer_is_said(answer: Any) -> None:
    with serving(lambda _: (200, answer)) as server, pytest.raises(ConnectorError):
        told(server.url)


def test_one_question_that_fails_costs_only_itself() -> None:
    def answer(asked: Asked) -> Answer:
        is_hit_rate = "present" in asked.query["query"]
        return (422, {"status": "error"}) if is_hit_rate else prometheus(asked)

    with serving(answer) as server:
        found = told(f"{server.url}?job=feast")
    assert len(found.figures) == len(QUESTIONS) - 1
    [problem] = found.problems
    assert problem.startswith("hit_rate: ")


def test_series_that_cannot_be_named_are_left_out() -> None:
    metrics: list[Any] = [{}, {"feature_view": 7}, {"feature_view": "a\x00b", "project": "p"}, "x"]
    data = {"resultType": "vector", "result": [{"metric": one, "value": [1, "0.5"]} for one in metrics]}
    with serving(lambda _: (200, {"data": data})) as server:
        found = [figure for figure in told(server.url).figures if figure.name == "hit_rate"]
    assert [(figure.view, figure.project) for figure in found] == [("7", ""), ("ab", "p")]


def test_where_a_person_sees_it_has_no_login() -> None:
    assert shown_at("https://u:p@prometheus:9090/x/?job=a", "up == 1") == (
        "https://prometheus:9090/x/graph?g0.expr=up%20%3D%3D%201&g0.tab=1"
    )
    assert shown_at("javascript:alert(1)", "up") == ""
