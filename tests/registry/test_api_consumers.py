"""Consumers over the API: who reads what, without giving away what the reader may not see."""

from types import SimpleNamespace

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from registry.models import Consumer, Project, Usage
from tests.cast import api_as
from tests.factories import ConsumerFactory, FeatureFactory, ProjectFactory, ViewFactory

pytestmark = pytest.mark.django_db
ROLES = ("viewer", "owner_a", "owner_b", "member", "chair", "auditor", "admin", "service")
SEE_ALL = {"owner_a", "member", "chair", "auditor", "admin"}
CONSUMERS = "/api/v1/consumers"


@pytest.fixture
def secret_project(cast: SimpleNamespace) -> Project:
    return ProjectFactory.create(name="vault", owner=cast.payments, visibility="restricted")


@pytest.fixture
def reader(cast: SimpleNamespace, secret_project: Project) -> Consumer:
    """A model of no project that reads an open feature and a hidden one."""
    model = ConsumerFactory.create(kind="model", name="fraud", team=cast.risk)
    for view in (ViewFactory(), ViewFactory(project=secret_project)):
        feature = FeatureFactory.create(view=view, name="hidden" if view.project == secret_project else "open")
        Usage.objects.create(consumer=model, feature=feature, evidence="declared", number=1)
    return model


def test_nobody_gets_in_without_a_token(reader: Consumer) -> None:
    paths = (CONSUMERS, f"{CONSUMERS}/model:fraud", f"{CONSUMERS}/model:fraud/features")
    assert [APIClient().get(path).status_code for path in paths] == [401] * 3


def test_a_token_needs_the_scope(cast: SimpleNamespace, reader: Consumer) -> None:
    assert api_as(cast.admin, "lineage:write").get(f"{CONSUMERS}/model:fraud").status_code == 403


@pytest.mark.parametrize("role", ROLES)
def test_what_it_reads_is_told_as_far_as_one_sees_it(cast: SimpleNamespace, reader: Consumer, role: str) -> None:
    client = api_as(getattr(cast, role))
    shown = client.get(f"{CONSUMERS}/model:fraud").json()
    assert (shown["key"], shown["project"], shown["team"]) == ("model:fraud", None, "risk")
    reads = client.get(f"{CONSUMERS}/model:fraud/features").json()["data"]
    names = [one["feature"].rpartition(".")[2] for one in reads]
    assert names == (["open", "hidden"] if role in SEE_ALL else ["open"])
    assert (reads[0]["version"], reads[0]["evidence"]) == (1, "declared")


@pytest.mark.parametrize("role", ROLES)
def test_those_of_hidden_projects_do_not_exist(cast: SimpleNamespace, secret_project: Project, role: str) -> None:
    ConsumerFactory(kind="service", name="ledger", project=secret_project)
    client, sees = api_as(getattr(cast, role)), role in SEE_ALL
    path = f"{CONSUMERS}/service:ledger"
    absent = client.get(f"{CONSUMERS}/service:nothing").json()
    for answer in (client.get(path), client.get(f"{path}/features"), client.get(path, {"project": "vault"})):
        assert answer.status_code == (200 if sees else 404)
        assert sees or (answer.json()["detail"], answer.json()["code"]) == (absent["detail"], absent["code"])
    assert bool(client.get(CONSUMERS).json()["data"]) == sees
    assert bool(client.get(CONSUMERS, {"project": "vault"}).json()["data"]) == sees


def test_a_name_in_several_projects_needs_the_project(cast: SimpleNamespace) -> None:
    projects = ProjectFactory.create_batch(2)
    for project in (*projects, None):
        ConsumerFactory(kind="job", name="nightly", project=project, description=project.name if project else "none")
    client, path = api_as(cast.viewer), f"{CONSUMERS}/job:nightly"
    for answer in (client.get(path), client.get(f"{path}/features")):
        assert (answer.status_code, answer.json()["code"]) == (409, "ambiguous")
        assert all(repr(project.name) in answer.json()["fix"]["message"] for project in projects)
    assert client.get(path, {"project": projects[1].name}).json()["description"] == projects[1].name
    assert client.get(path, {"project": ""}).json()["description"] == "none"
    assert client.get(path, {"project": "other"}).status_code == 404


def test_a_hidden_namesake_is_not_given_away(cast: SimpleNamespace, secret_project: Project) -> None:
    for project in (None, secret_project):
        ConsumerFactory(kind="job", name="nightly", project=project)
    path = f"{CONSUMERS}/job:nightly"
    assert api_as(cast.viewer).get(path).status_code == 200
    assert api_as(cast.owner_a).get(path).status_code == 409


@pytest.mark.parametrize("name", ["team/model v2", "50% off", "ünïcode", "a:b", "..", "x.y@v2"])
def test_names_are_whatever_stores_allow(cast: SimpleNamespace, name: str) -> None:
    ConsumerFactory(kind="model", name=name)
    answer = api_as(cast.viewer).get(reverse("api:consumer", args=[f"model:{name}"]))
    assert (answer.status_code, answer.json()["name"]) == (200, name)


@pytest.mark.parametrize("key", ["model", "model:", ":fraud", "robot:fraud", "fraud:model", "model:FRAUD"])
def test_what_is_no_consumer_is_not_found(cast: SimpleNamespace, reader: Consumer, key: str) -> None:
    assert api_as(cast.admin).get(f"{CONSUMERS}/{key}").status_code == 404


def test_filters_narrow(cast: SimpleNamespace, reader: Consumer) -> None:
    project = ProjectFactory(name="ads")
    ConsumerFactory(kind="dashboard", name="board", project=project)
    client = api_as(cast.viewer)

    def found(**query: str) -> list[str]:
        return [row["name"] for row in client.get(CONSUMERS, query).json()["data"]]

    assert found() == ["board", "fraud"]
    assert found(kind="dashboard") == ["board"]
    assert found(team="risk") == ["fraud"]
    assert found(project="ads") == ["board"]
    assert client.get(CONSUMERS, {"kind": "robot"}).status_code == 400
    assert client.get(CONSUMERS, {"kin": "model"}).json()["errors"][0]["code"] == "unknown_parameter"


def test_pages_follow_each_other(cast: SimpleNamespace) -> None:
    for number in range(5):
        ConsumerFactory(kind="model" if number % 2 else "job", name="same" if number < 2 else f"one-{number}")
    client, cursor, found = api_as(cast.viewer), "", []
    while cursor is not None:
        page = client.get(CONSUMERS, {"limit": "2"} | ({"cursor": cursor} if cursor else {})).json()
        found += [row["key"] for row in page["data"]]
        cursor = page["next_cursor"]
    assert sorted(found) == ["job:one-2", "job:one-4", "job:same", "model:one-3", "model:same"]


@pytest.mark.parametrize(
    "path", ["", "?expand=project,team", "/model:fraud/features", "/model:fraud/features?expand=feature"]
)
def test_twenty_take_as_many_statements_as_one(cast: SimpleNamespace, reader: Consumer, path: str) -> None:
    client, counts = api_as(cast.owner_a), []
    for more in (0, 19):
        ConsumerFactory.create_batch(more)
        for feature in FeatureFactory.create_batch(more):
            Usage.objects.create(consumer=reader, feature=feature, evidence="lineage")
        with CaptureQueriesContext(database) as queries:
            assert client.get(CONSUMERS + path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 3
