"""What stands around features: views, projects, entities, teams, consumers."""

from types import SimpleNamespace

import pytest
from rest_framework.test import APIClient

from registry.models import Usage
from tests.cast import api_as
from tests.factories import ConsumerFactory, EntityFactory, FeatureFactory, ProjectFactory, ViewFactory

API = "/api/v1"


@pytest.fixture
def world(cast: SimpleNamespace) -> SimpleNamespace:
    project = ProjectFactory(name="pay", owner=cast.payments, description="Money.")
    user, card = EntityFactory(project=project, name="user"), EntityFactory(project=project, name="card")
    raw = ViewFactory(project=project, name="raw", is_online=True)
    view = ViewFactory(project=project, name="stats", definition="SELECT 1", kind="on_demand")
    view.entities.set([user, card])
    view.upstream_views.add(raw)
    return SimpleNamespace(project=project, view=view, raw=raw, feature=FeatureFactory(view=view, name="amount"))


@pytest.fixture
def client(cast: SimpleNamespace, world: SimpleNamespace) -> APIClient:
    return api_as(cast.viewer)


def names(client: APIClient, path: str, field: str) -> list[str]:
    return [row[field] for row in client.get(f"{API}/{path}").json()["data"]]


def test_a_view_with_what_it_is_made_of(client: APIClient) -> None:
    shown = client.get(f"{API}/views/pay.stats?expand=project,owner").json()
    assert (shown["entities"], shown["upstream_views"]) == (["card", "user"], ["pay.raw"])
    assert (shown["project"]["description"], shown["owner"]["slug"]) == ("Money.", "payments")
    assert shown["definition"] == "SELECT 1"
    assert "definition" not in client.get(f"{API}/views").json()["data"][0], "too long for a list"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("project=pay", ["raw", "stats"]),
        ("kind=on_demand", ["stats"]),
        ("entity=user&entity=card", ["stats"]),
        ("online=true", ["raw"]),
        ("owner=risk", []),
        ("health=unknown&gone=false", ["raw", "stats"]),
    ],
)
def test_views_are_narrowed(client: APIClient, query: str, found: list[str]) -> None:
    assert names(client, f"views?{query}", "name") == found


def test_projects_and_entities(client: APIClient) -> None:
    shown = client.get(f"{API}/projects/pay?expand=owner").json()
    assert (shown["visibility"], shown["owner"]["name"]) == ("listed", "Payments Features")
    entity = client.get(f"{API}/entities/pay.user").json()
    assert (entity["key"], entity["join_keys"]) == ("pay.user", ["user_id"])
    assert names(client, "entities?project=pay", "key") == ["pay.card", "pay.user"]
    for path in ("projects/nope", "entities/pay", "entities/pay.nope", "entities/.user"):
        assert client.get(f"{API}/{path}").status_code == 404


def test_teams_are_public_with_the_people_one_can_ask(client: APIClient, cast: SimpleNamespace) -> None:
    assert names(client, "teams", "slug") == ["payments", "risk"]
    cast.owner_b.is_active = False
    cast.owner_b.save()
    shown = client.get(f"{API}/teams?expand=members").json()["data"]
    assert [[member["username"] for member in team["members"]] for team in shown] == [["alice"], []]
    assert "email" not in shown[0]["members"][0]


def test_a_consumer_and_what_it_reads(client: APIClient, world: SimpleNamespace) -> None:
    consumer = ConsumerFactory(kind="service", name="checkout:api v2", project=world.project)
    Usage.objects.create(consumer=consumer, feature=world.feature, number=1, evidence="observed")
    path = f"{API}/consumers/service:checkout:api%20v2"
    assert client.get(path).json()["key"] == "service:checkout:api v2"
    (usage,) = client.get(f"{path}/features").json()["data"]
    assert (usage["feature"], usage["version"], usage["evidence"]) == ("pay.stats.amount", 1, "observed")
    (reader,) = client.get(f"{API}/features/pay.stats.amount?expand=consumers").json()["consumers"]
    assert (reader["consumer"], reader["project"]) == ("service:checkout:api v2", "pay")
    assert client.get(f"{API}/consumers/model:checkout:api%20v2").status_code == 404


def test_a_name_that_two_projects_use_asks_which(client: APIClient, world: SimpleNamespace) -> None:
    ConsumerFactory(name="ranker", project=world.project, description="in pay")
    ConsumerFactory(name="ranker", project=None, description="in none")
    answer = client.get(f"{API}/consumers/model:ranker")
    assert (answer.status_code, answer.json()["code"]) == (409, "ambiguous")
    assert "'pay'" in answer.json()["fix"]["message"]
    assert client.get(f"{API}/consumers/model:ranker?project=pay").json()["description"] == "in pay"
    assert client.get(f"{API}/consumers/model:ranker?project=").json()["description"] == "in none"
    assert client.get(f"{API}/consumers/model:ranker/features?project=pay").status_code == 200
