"""The ends of many versions in one request: tried, announced, each with its own status."""

from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.test import APIClient

from governance.models import Deprecation
from governance.queries import announcing_many
from registry.models import Message, Project
from tests.cast import api_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory
from tests.governance.ending import in_days

pytestmark = pytest.mark.django_db
API = "/api/v1/deprecations/batch-announce"


@pytest.fixture
def alice(ending: SimpleNamespace) -> APIClient:
    return api_as(ending.cast.owner_a)


def end(**more: Any) -> dict[str, Any]:
    return {"kind": "unneeded", "reason": "Unused.", "sunset_on": str(in_days(100)), "instead": "Nothing.", **more}


def post(client: APIClient, said: dict[str, Any], path: str = API, **headers: str) -> Any:
    return client.post(path, said, format="json", **headers)


def statuses(answer: Any) -> dict[str, int]:
    assert answer.status_code == 200
    return {one["version"]: one["status"] for one in answer.json()["data"]}


def test_each_has_its_own_status(ending: SimpleNamespace, alice: APIClient) -> None:
    theirs = FeatureFactory(view=ViewFactory(project=ProjectFactory(name="other", owner=ending.cast.risk), name="v"))
    draft = FeatureFactory(view=ending.feature.view, name="draft", state="draft")
    asked = [f"{draft.key}@1", str(ending.old), f"{theirs.key}@1", "no.such.thing@1", "pay.stats.amount"]
    answer = post(alice, end(versions=asked))
    assert statuses(answer) == dict(zip(asked, [422, 201, 403, 404, 404], strict=True))
    assert answer.json()["total"] == 5
    made = Deprecation.objects.get()
    first, second = answer.json()["data"][:2]
    assert first["problem"]["errors"][0]["pointer"] == "/version"
    assert (second["deprecation"]["id"], second["deprecation"]["readers_known"]) == (str(made), 3)


def test_what_a_query_finds(ending: SimpleNamespace, alice: APIClient) -> None:
    FeatureFactory(view=ending.feature.view, name="count")
    tried = post(alice, end(query="view:stats"), f"{API}?dry_run=true")
    assert tried["Charter-Dry-Run"] == "true"
    assert statuses(tried) == {"pay.stats.amount@1": 201, "pay.stats.amount@2": 201, "pay.stats.count@1": 201}
    assert not Deprecation.objects.exists()
    assert not Message.objects.exists()
    assert statuses(post(alice, end(query="view:stats"))) == statuses(tried)
    assert Deprecation.objects.count() == 3
    assert set(statuses(post(alice, end(query="view:stats"))).values()) == {422}
    assert set(statuses(post(api_as(ending.cast.owner_b), end(query="view:stats"))).values()) == {403}


def test_sent_again_it_is_done_once(ending: SimpleNamespace, alice: APIClient) -> None:
    first, again = (post(alice, end(versions=[str(ending.old)]), HTTP_IDEMPOTENCY_KEY="k") for _ in range(2))
    assert again["Idempotency-Replayed"] == "true"
    assert again.content == first.content
    assert Deprecation.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        (end(), ""),
        (end(query="view:stats", versions=["pay.stats.amount@1"]), ""),
        (end(versions=[]), "/versions"),
        (end(versions=["x"] * 101), "/versions"),
        (end(query=" "), "/query"),
        (end(query="view:stats health:purple"), "/query"),
        (end(query="view:stats", kind="bored"), "/kind"),
        (end(query="view:stats", replacement="no.such.thing@1"), "/replacement"),
        (end(query="view:stats", colour="red"), "/colour"),
        ({"query": "view:stats", "kind": "unneeded", "reason": "Unused."}, "/sunset_on"),
    ],
)
def test_what_is_wrong_with_all_is_named(alice: APIClient, said: dict[str, Any], pointer: str) -> None:
    answer = post(alice, said)
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    assert not Deprecation.objects.exists()


def test_more_than_fit_are_refused(ending: SimpleNamespace, alice: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing_many, "MOST", 2)
    FeatureFactory(view=ending.feature.view)
    answer = post(alice, end(query="view:stats"))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "too_many")


def test_nothing_hidden_is_named(ending: SimpleNamespace) -> None:
    Project.objects.update(visibility="restricted")
    bob = api_as(ending.cast.owner_b)
    assert post(bob, end(query="view:stats")).json() == {"data": [], "total": 0}
    hidden, none = post(bob, end(versions=[str(ending.old), "no.such.thing@1"])).json()["data"]
    assert hidden["problem"]["detail"] == none["problem"]["detail"]


def test_what_replaces_them_stays(ending: SimpleNamespace, alice: APIClient) -> None:
    answer = post(alice, end(query="view:stats", replacement=str(ending.new)))
    assert statuses(answer) == {str(ending.old): 201, str(ending.new): 422}
    assert answer.json()["data"][1]["problem"]["errors"][0]["detail"] == "A version cannot replace itself."
