"""Rate limits: told in every answer, kept for each caller, and no outage when their counter is away."""

from types import SimpleNamespace
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework.settings import api_settings
from rest_framework.test import APIClient

from common import limits
from tests.cast import api_as

ME = "/api/v1/me"


@pytest.fixture
def three_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(api_settings.DEFAULT_THROTTLE_RATES, "default", "3/min")
    monkeypatch.setattr(limits.time, "time", lambda: 1_000_000_020.5)  # half a second into a minute


@pytest.mark.usefixtures("three_a_minute")
def test_answers_say_what_is_left(cast: SimpleNamespace) -> None:
    client = api_as(cast.viewer)
    answers = [client.get(ME) for _ in range(4)]
    assert {answer["RateLimit-Policy"] for answer in answers} == {'"default";q=3;w=60'}
    assert [answer["RateLimit"] for answer in answers] == [f'"default";r={left};t=59' for left in (2, 1, 0, 0)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    refused = answers[-1]
    assert refused["Retry-After"] == "59"
    assert (refused.json()["code"], refused["Content-Type"]) == ("rate_limited", "application/problem+json")


@pytest.mark.usefixtures("three_a_minute")
def test_each_caller_has_a_limit_of_their_own(cast: SimpleNamespace) -> None:
    first, second, same = api_as(cast.viewer), api_as(cast.owner_a), api_as(cast.viewer)
    for _ in range(3):
        first.get(ME)
    assert same.get(ME).status_code == 429, "another token of the same person"
    assert second.get(ME).status_code == 200


@pytest.mark.usefixtures("three_a_minute")
def test_a_new_minute_begins_anew(cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    client = api_as(cast.viewer)
    for _ in range(4):
        client.get(ME)
    monkeypatch.setattr(limits.time, "time", lambda: 1_000_000_080.0)
    assert client.get(ME)["RateLimit"] == '"default";r=2;t=60'


@pytest.mark.usefixtures("three_a_minute")
def test_without_its_counter_the_registry_goes_on(cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = redis.Redis(port=1, socket_connect_timeout=0.1, retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(limits, "client", lambda: nowhere)
    monkeypatch.setattr("registry.tokens.client", lambda: nowhere)
    client = api_as(cast.viewer)
    for _ in range(5):
        answer: Any = client.get(ME)
        assert answer.status_code == 200
        assert "RateLimit" not in answer


def test_who_is_nobody_is_not_counted(cast: SimpleNamespace) -> None:
    assert "RateLimit" not in APIClient().get(ME)
