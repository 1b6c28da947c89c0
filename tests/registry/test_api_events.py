"""Progress as server-sent events: what is told, to whom, and when it ends."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from django.core.signals import request_finished
from django.db import close_old_connections

from registry.api import events
from registry.choices import PullKind, PullState
from registry.models import Pull
from tests.cast import api_as
from tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(cast: SimpleNamespace) -> Pull:
    store = ConnectionFactory.create(slug="feast", owner=cast.payments)
    return Pull.objects.create(connection=store, kind=PullKind.DEFINITIONS, state=PullState.RUNNING, done=1, total=4)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "EVERY_SECONDS", 0.01)


def path(pull: Pull) -> str:
    return f"/api/v1/operations/{pull.reference}/events"


def told(answer: Any) -> Iterator[tuple[str, Any]]:
    """(name, data) of each event."""
    for block in answer.streaming_content:
        lines = dict(line.split(": ", 1) for line in block.decode().splitlines() if line)
        if "data" in lines:
            yield lines["event"], orjson.loads(lines["data"])


def leave(answer: Any) -> None:
    """Close the answer as a web server does, once and again, but keep the connection that the test holds open."""
    request_finished.disconnect(close_old_connections)
    try:
        answer.close()
        answer.close()
    finally:
        request_finished.connect(close_old_connections)


class Like:
    """An operation with this much done, in this state."""

    def __init__(self, done: int, state: str) -> None:
        self.done, self.state = done, state

    def __eq__(self, shown: object) -> bool:
        return isinstance(shown, dict) and (shown["done"], shown["state"]) == (self.done, self.state)

    def __hash__(self) -> int:
        return hash(self.done)


def test_each_change_is_told_until_it_is_finished(cast: SimpleNamespace, running: Pull) -> None:
    answer = api_as(cast.viewer).get(path(running), HTTP_ACCEPT="text/event-stream")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/event-stream")
    stream = told(answer)
    assert next(stream) == ("progress", Like(1, "running"))
    Pull.objects.update(done=3)
    assert next(stream) == ("progress", Like(3, "running"))
    Pull.objects.update(done=4, state=PullState.SUCCEEDED)
    assert next(stream) == ("finished", Like(4, "succeeded"))
    assert list(stream) == []


def test_what_is_finished_is_told_once(cast: SimpleNamespace, running: Pull) -> None:
    Pull.objects.update(state=PullState.FAILED)
    assert [name for name, _ in told(api_as(cast.viewer).get(path(running)))] == ["finished"]


def test_it_ends_after_a_while(cast: SimpleNamespace, running: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "LONGEST_SECONDS", 0.05)
    assert [name for name, _ in told(api_as(cast.viewer).get(path(running)))] == ["progress"]


def test_places_are_few_and_given_back(cast: SimpleNamespace, running: Pull) -> None:
    client = api_as(cast.viewer)
    listening = [client.get(path(running)) for _ in range(2)]
    refused = client.get(path(running))
    assert (refused.status_code, refused.json()["code"], refused["Retry-After"]) == (503, "busy", "5")
    for answer in listening:
        leave(answer)
    again = client.get(path(running))
    assert again.status_code == 200
    leave(again)


def test_a_listener_who_never_read_gives_the_place_back(cast: SimpleNamespace, running: Pull) -> None:
    client = api_as(cast.viewer)
    for _ in range(3):
        answer = client.get(path(running))
        assert answer.status_code == 200
        leave(answer)


def test_nobody_listens_without_a_token_or_to_nothing(cast: SimpleNamespace, running: Pull, client: Any) -> None:
    assert client.get(path(running)).status_code == 401
    assert api_as(cast.viewer, "lineage:write").get(path(running)).status_code == 403
    assert api_as(cast.viewer).get("/api/v1/operations/PULL-999999/events").status_code == 404
