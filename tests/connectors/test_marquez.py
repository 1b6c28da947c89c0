"""All that a Marquez has received comes over. The server is ours, and answers as Marquez' specification says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.marquez import client
from connectors.marquez.client import MarquezLineage
from connectors.records import LineageFound
from tests.connectors.marquez_server import WAREHOUSE, demonstration, marquez
from tests.connectors.openlineage_spec import assert_valid
from tests.connectors.web import LOCAL, Server, serving


@pytest.fixture
def received(real_inputs: Path) -> list[dict[str, Any]]:
    return demonstration(real_inputs)


@pytest.fixture
def server(received: list[dict[str, Any]]) -> Iterator[Server]:
    with serving(marquez(received)) as found:
        yield found


def read(server: Server, since: dict[str, Any] | None = None) -> list[LineageFound]:
    return list(MarquezLineage(server.url, allowed_hosts=LOCAL).read_lineage(since=since or {}))


def events(pages: list[LineageFound]) -> list[dict[str, Any]]:
    return [event for page in pages for event in page.events]


def ours(pages: list[LineageFound]) -> list[dict[str, Any]]:
    return [event for event in events(pages) if event["producer"] == "urn:charter:connectors:marquez"]


def test_events_come_over_unchanged(server: Server, received: list[dict[str, Any]]) -> None:
    pages = read(server)
    found = [event for event in events(pages) if event not in ours(pages)]
    assert sorted(map(json.dumps, found)) == sorted(map(json.dumps, received))


def test_datasets_keep_the_tags_that_people_set(server: Server, real_inputs: Path) -> None:
    found = ours(read(server))
    assert_valid(found, real_inputs)
    [dataset] = [event["dataset"] for event in found if "dataset" in event]
    assert (dataset["namespace"], dataset["name"]) == (WAREHOUSE, "shop.public.orders")
    assert dataset["facets"]["tags"]["tags"] == [
        {"key": "SENSITIVE", "value": "true", "source": "MARQUEZ"},
        {"key": "PII", "value": "true", "source": "MARQUEZ", "field": "email"},
    ]
    assert dataset["facets"]["schema"]["fields"][1]["description"] == "Whose it is"
    assert dataset["facets"]["documentation"]["description"] == "One row an order"


def test_jobs_that_never_ran_come_over(server: Server) -> None:
    [job] = [event for event in ours(read(server)) if "job" in event]
    assert (job["job"]["name"], job["inputs"][0]["name"]) == ("copy-orders", "shop.public.orders")


def test_a_marquez_without_events_tells_jobs_and_their_runs(received: list[dict[str, Any]], real_inputs: Path) -> None:
    with serving(marquez(received, has_events=False)) as server:
        found = ours(read(server))
    assert_valid(found, real_inputs)
    assert {event["job"]["name"] for event in found if "job" in event} == {"copy-orders", "ran"}
    assert [event["eventType"] for event in found if "run" in event] == ["START", "COMPLETE"]


def test_a_second_pull_tells_only_what_is_new(server: Server, received: list[dict[str, Any]]) -> None:
    cursor = json.loads(json.dumps(read(server)[-1].cursor))
    again = events(read(server, cursor))
    newest = max(event["eventTime"] for event in received)
    assert {event["eventTime"] for event in again} == {newest}
    assert ours(read(server, cursor)) == []


@pytest.mark.parametrize("size", [1, 2, 7])
def test_small_pages_lose_nothing(
    server: Server, received: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(client, "PAGE", size)
    found = {json.dumps(event) for event in events(read(server))}
    assert {json.dumps(event) for event in received} <= found


def test_more_events_of_one_moment_than_a_page_holds(received: list[dict[str, Any]], monkeypatch: Any) -> None:
    monkeypatch.setattr(client, "PAGE", 3)
    together = [{**event, "eventTime": "2026-11-19T06:00:00Z", "n": n} for n, event in enumerate(received)]
    with serving(marquez(together)) as server:
        found = [event for event in events(read(server)) if "n" in event]
    assert {event["n"] for event in found} == set(range(len(received)))


def test_large_events_are_asked_for_in_small_pages(received: list[dict[str, Any]], monkeypatch: Any) -> None:
    monkeypatch.setattr(client, "LONGEST", 300_000)
    large = [{**event, "plan": "x" * 100_000} for event in received]
    with serving(marquez(large)) as server:
        found = {json.dumps(event) for event in events(read(server))}
    assert {json.dumps(event) for event in large} <= found


def test_each_right_is_tried(server: Server) -> None:
    assert [right.ok for right in MarquezLineage(server.url, allowed_hosts=LOCAL).test()] == [True, True]
