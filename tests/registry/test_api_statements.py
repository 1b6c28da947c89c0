"""How many statements an answer takes: as many for twenty rows as for one, and few for the hot ones."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import Pull, Usage
from tests.cast import api_as
from tests.factories import (
    ConnectionFactory,
    ConsumerFactory,
    EntityFactory,
    FeatureFactory,
    ProjectFactory,
    TeamFactory,
    ViewFactory,
)
from tests.measured import measure

API = "/api/v1"
LISTS = (
    "features", "features?expand=owner,view.source,health,contract,consumers", "features?owner=payments",
    "features?format=csv", "views", "views?expand=project", "entities", "projects", "teams?expand=members", "consumers",
    "consumers/model:reader/features?expand=feature", "connections?expand=operations", "operations", "tokens", "health",
    "audit-log", "features/pay.stats.first/versions", "features/pay.stats.first/measurements",
    "features/pay.stats.first/history", "views/pay.stats/history", "views/pay.stats/measurements",
)  # fmt: skip
# A search with few hits tries to correct what was typed.
SEARCHES = ("features?q=feature&facets=true", "search?q=feature&facets=true", "features?q=feature&sort=key")


@pytest.fixture
def grow(cast: SimpleNamespace) -> Callable[[int], None]:
    """Adds so many of everything."""
    project = ProjectFactory(name="pay", owner=cast.payments)
    view = ViewFactory(project=project, name="stats")
    first = FeatureFactory(view=view, name="first")
    reader = ConsumerFactory(name="reader", project=project)

    def add(number: int) -> None:
        for _ in range(number):
            feature = FeatureFactory(view=view)
            Usage.objects.create(consumer=reader, feature=feature, evidence="declared")
            other = ViewFactory(project=ProjectFactory(owner=TeamFactory()))
            EntityFactory(project=other.project)
            ConsumerFactory(project=project)
            store = ConnectionFactory(owner=cast.payments)
            Pull.objects.create(connection=store, kind="definitions", state="failed", errors=[{"object": "x"}])
            measure(view)
            api_as(cast.owner_a).put(f"{API}/features/{feature.key}/follow")
            first.versions.create(number=first.versions.count() + 1, dtype="int64", state="active")

    return add


def statements(client: Any, path: str) -> int:
    client.get(path)  # what is compiled and cached once is not counted
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
        if answer.streaming:
            list(answer.streaming_content)
    assert answer.status_code == 200, answer.content
    return len(captured)


def test_twenty_rows_take_as_many_statements_as_one(cast: SimpleNamespace, grow: Callable[[int], None]) -> None:
    client = api_as(cast.owner_a)
    grow(1)
    few = {path: statements(client, f"{API}/{path}") for path in LISTS}
    grow(6)
    some = {path: statements(client, f"{API}/{path}") for path in SEARCHES}
    grow(13)
    assert {path: statements(client, f"{API}/{path}") for path in LISTS} == few
    assert {path: statements(client, f"{API}/{path}") for path in SEARCHES} == some


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("features", 2),
        ("features/pay.stats.first", 2),
        ("features/pay.stats.first?expand=owner,view,health,contract,consumers", 2),
        ("views", 2),
        ("views/pay.stats", 2),
        ("features/pay.stats.first/versions/1", 2),
        ("teams", 2),
        ("connections", 2),
        ("operations", 2),
        ("features/pay.stats.first@1", 4),
        ("me", 2),
    ],
)
def test_hot_reads_take_one_statement_beside_the_token(
    cast: SimpleNamespace, grow: Callable[[int], None], path: str, number: int
) -> None:
    grow(1)
    assert statements(api_as(cast.owner_a), f"{API}/{path}") == number


def test_a_batch_takes_as_many_as_a_single_key(cast: SimpleNamespace, grow: Callable[[int], None]) -> None:
    grow(20)
    client = api_as(cast.viewer)
    keys = [row["key"] for row in client.get(f"{API}/features").json()["data"]]
    for asked in (keys[:1], keys):
        with CaptureQueriesContext(connection) as captured:
            client.post(f"{API}/features/batch-get", {"keys": [*asked, *(f"{key}@1" for key in asked)]})
        assert len(captured) == 3
