"""What Marquez's clients are not told: what their user does not see. And how many queries an answer takes."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from lineage.actions.bridging import bridge_changed
from lineage.models import Bridge
from tests.cast import api_as
from tests.factories import FeatureFactory, ViewFactory
from tests.lineage.marquez import API, ask, below
from tests.lineage.orders import CLEAN, RAW, WAREHOUSE, made_of, run
from tests.lineage.sent import tell

SECRET = "dataset:charter:secret.scores"
HIDDEN = (
    "/namespaces/charter/datasets/secret.scores", "/namespaces/charter/datasets/secret.scores/versions",
    f"/lineage?nodeId={SECRET}", f"/column-lineage?nodeId={SECRET}",
    "/column-lineage?nodeId=datasetField:charter:secret.scores:score",
)  # fmt: skip
SHOWN = (
    "/namespaces/charter/datasets", f"/lineage?nodeId=dataset:{WAREHOUSE}:{CLEAN}", "/jobs",
    f"/column-lineage?nodeId=dataset:{WAREHOUSE}:{CLEAN}&withDownstream=true", "/namespaces/etl/jobs/use/runs",
    below(WAREHOUSE, "datasets", "dwh.mart.scored"), "/namespaces/etl/jobs/use",
)  # fmt: skip
LISTS = (
    below(WAREHOUSE, "datasets"), below(WAREHOUSE, "datasets", RAW), "/jobs", "/namespaces/etl/jobs", "/namespaces",
    "/namespaces/etl/jobs/job0/runs", "/sources", "/tags", f"/lineage?nodeId=dataset:{WAREHOUSE}:{RAW}",
    f"/column-lineage?nodeId=dataset:{WAREHOUSE}:{RAW}&withDownstream=true", "/events/lineage",
    "/stats/jobs?period=WEEK", "/stats/lineage-events?period=DAY",
)  # fmt: skip


@pytest.fixture
def read(world: SimpleNamespace) -> SimpleNamespace:
    """A job reads the restricted view and writes a table with a column made of it."""
    source = {"namespace": "charter", "name": "secret.scores"}
    inputs = [{"namespace": WAREHOUSE, "name": CLEAN}, source]
    made = made_of(amount=[(CLEAN, "amount", "DIRECT")])
    fields = [source | {"field": "score"}, *made["columnLineage"]["fields"]["amount"]["inputFields"]]
    made["columnLineage"]["fields"]["amount"]["inputFields"] = fields
    tell(run("use", [], ["dwh.mart.scored"], **made) | {"inputs": inputs})
    return world


@pytest.mark.parametrize("role", ["viewer", "owner_b", "service"])
def test_what_is_hidden_does_not_exist(read: SimpleNamespace, role: str) -> None:
    client = api_as(getattr(read.cast, role))
    for path in HIDDEN:
        assert client.get(API + path).status_code == 404, path
    for path in SHOWN:
        answer = client.get(API + path)
        assert (answer.status_code, b"secret" in answer.content) == (200, False), path
        assert b"score" not in answer.content.replace(b"dwh.mart.scored", b""), path  # a column that it alone reads


@pytest.mark.parametrize("role", ["owner_a", "auditor", "admin"])
def test_those_who_see_it_are_told(read: SimpleNamespace, role: str) -> None:
    client = api_as(getattr(read.cast, role))
    for path in HIDDEN:
        assert client.get(API + path).status_code == 200, path
    assert [path for path in SHOWN if b"secret" in client.get(API + path).content] == list(SHOWN)


def test_another_name_of_what_is_hidden_finds_nothing(world: SimpleNamespace) -> None:
    """Feast calls the view by its project, which is a node of its own without a view."""
    output = {"namespace": "secret", "name": "scores", "facets": {"feast_featureView": {"features": ["score"]}}}
    tell(run("feast", [RAW], []) | {"outputs": [output]})
    Bridge.objects.all().delete()
    bridge_changed()
    stranger = api_as(world.cast.viewer)
    for path in ("/namespaces/secret/datasets/scores", "/lineage?nodeId=dataset:secret:scores"):
        assert world.api.get(API + path).status_code == 200
        assert stranger.get(API + path).status_code == 404


@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_events_as_they_came_are_for_those_who_keep_or_check(world: SimpleNamespace, role: str) -> None:
    found = ask(api_as(getattr(world.cast, role)), "/events/lineage")
    assert (found["events"][0]["job"]["name"], found["totalCount"]) == ("clean", 1)


@pytest.mark.parametrize("role", ["viewer", "owner_a", "owner_b", "member", "chair", "service"])
def test_others_are_told_whom_to_ask(world: SimpleNamespace, role: str) -> None:
    answer = api_as(getattr(world.cast, role)).get(f"{API}/events/lineage")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "Ask one of them" in answer.json()["fix"]["message"]


def test_drafts_are_no_fields_of_a_view(world: SimpleNamespace) -> None:
    FeatureFactory(view=world.view, name="draft", state="draft")
    path = below("charter", "datasets", "shop.order_stats")
    for role, sees in (("owner_a", True), ("viewer", False)):
        assert ("draft" in str(ask(api_as(getattr(world.cast, role)), path)["fields"])) == sees


def fill(world: SimpleNamespace, numbers: range) -> None:
    tags = {"tags": {"tags": [{"key": "gold", "value": "gold"}]}}
    for number in numbers:
        columns = made_of(amount=[(RAW, "amount", "DIRECT")]) | tags
        tell(run(f"job{number}", [RAW], [f"dwh.mart.t{number}"], f"2026-11-20T12:00:{number:02}Z", **columns))
        tell(run("job0", [RAW], ["dwh.mart.t0"], f"2026-11-21T12:00:{number:02}Z", **columns))
        view = ViewFactory(project=world.view.project, name=f"view{number}", source=world.view.source)
        FeatureFactory(view=view, name="amount")
    bridge_changed()


def queries(client: APIClient, path: str) -> int:
    client.get(API + path)
    with CaptureQueriesContext(database) as captured:
        assert client.get(API + path).status_code == 200
    return len(captured)


def test_the_number_of_queries_is_the_same_for_1_row_and_20(world: SimpleNamespace) -> None:
    client: Any = api_as(world.cast.admin)
    fill(world, range(1))
    before = {path: queries(client, path) for path in LISTS}
    fill(world, range(1, 20))
    assert {path: queries(client, path) for path in LISTS} == before
    assert max(before.values()) < 25
