"""Registering features and moving versions over the API."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from registry.models import AuditEntry, Feature, FeatureView, Version
from tests.cast import api_as
from tests.factories import (
    ConnectionFactory,
    ConsumerFactory,
    EntityFactory,
    FeatureFactory,
    ProjectFactory,
    ViewFactory,
)

API = "/api/v1"
FEATURE = f"{API}/features/pay.stats.avg_amount_7d"
TERMS = {"dtype": "float64", "unit": "EUR", "privacy_class": "none"}


@pytest.fixture
def alice(cast: SimpleNamespace) -> APIClient:
    project = ProjectFactory(name="pay", owner=cast.payments)
    EntityFactory(project=project)
    return api_as(cast.owner_a)


@pytest.fixture
def registered(alice: APIClient) -> APIClient:
    """Alice, after she made a view and a feature in it."""
    made = alice.post(f"{API}/views", {"project": "pay", "name": "stats", "entities": ["user"], "ttl_seconds": 86_400})
    assert made.status_code == 201, made.json()
    body = {"view": "pay.stats", "name": "avg_amount_7d", "description": "Mean amount.", "tags": {"tier": "1"}, **TERMS}
    made = alice.post(f"{API}/features", body)
    assert (made.status_code, made["Location"]) == (201, FEATURE), made.json()
    return alice


@pytest.fixture
def published(registered: APIClient) -> APIClient:
    assert registered.post(f"{FEATURE}/versions/1/publish", {}).status_code == 200
    return registered


def in_a_quarter() -> str:
    return str(timezone.now().date() + timedelta(days=91))


def put(client: APIClient, path: str, body: Any, **headers: str) -> Any:
    return client.put(path, body, **({"HTTP_IF_MATCH": "*"} | headers))


def test_from_nothing_to_a_feature_that_everybody_finds(registered: APIClient, cast: SimpleNamespace) -> None:
    vera = api_as(cast.viewer)
    shown = registered.get(FEATURE).json()
    assert (shown["status"], shown["owner"], shown["entities"]) == ("draft", "payments", ["user"])
    assert (shown["tags"], shown["unit"]) == ({"tier": "1"}, "EUR")
    assert FeatureView.objects.get(key="pay.stats").ttl == timedelta(days=1)
    assert vera.get(FEATURE).status_code == 404
    answer = registered.post(f"{FEATURE}/versions/1/publish", {"reason": "Ready"})
    assert (answer.status_code, answer.json()["status"]) == (200, "active")
    assert vera.get(FEATURE).json()["status"] == "active"
    assert AuditEntry.objects.latest("id").reason == "Ready"


def test_what_stands_in_the_way_of_publishing_is_named(alice: APIClient, cast: SimpleNamespace) -> None:
    ViewFactory(project=ProjectFactory(name="own", owner=cast.payments), name="v")
    alice.post(f"{API}/features", {"view": "own.v", "name": "x"})
    problem = alice.post(f"{API}/features/own.v.x/versions/1/publish", {}).json()
    assert sorted(error["pointer"] for error in problem["errors"]) == ["/description", "/dtype", "/privacy_class"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "Bad Name"}, "/name"),
        ({"view": "pay.nothing"}, "/view"),
        ({"dtype": "float"}, "/dtype"),
        ({"default": "1"}, "/default"),
        ({"default_policy": "mean", "default": 1.0}, "/default"),
        ({"colour": "red"}, "/colour"),
        ({"tags": {"a=b": ""}}, "/tags"),
        ({"minimum": 3, "maximum": 2}, "/minimum"),
        ({"name": "avg_amount_7d"}, "/name"),
    ],
)
def test_a_bad_body_changes_nothing(registered: APIClient, body: dict[str, Any], pointer: str) -> None:
    answer = registered.post(f"{API}/features", {"view": "pay.stats", "name": "other", **TERMS, **body})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert Feature.objects.count() == 1


@pytest.mark.parametrize("role", ["viewer", "owner_b", "admin", "auditor"])
def test_others_are_refused(published: APIClient, cast: SimpleNamespace, role: str) -> None:
    other = api_as(getattr(cast, role))
    assert other.post(f"{API}/features", {"view": "pay.stats", "name": "x"}).status_code == 403
    assert other.post(f"{FEATURE}/versions", {}).status_code == 403
    assert other.post(f"{FEATURE}/versions/1/quarantine", {"reason": "x"}).status_code == 403
    body = {"sunset_on": in_a_quarter(), "reason": "x"}
    assert put(other, f"{FEATURE}/versions/1/deprecation", body).status_code == 403
    assert other.post(f"{FEATURE}/versions/1/retire", {}).status_code == 403
    view = other.post(f"{API}/views", {"project": "pay", "name": "mine"})
    assert view.status_code == (201 if role == "owner_b" else 403), "Bob's team is a domain of its own"


def test_a_domain_answers_for_what_it_makes(cast: SimpleNamespace, alice: APIClient) -> None:
    bob = api_as(cast.owner_b)
    assert bob.post(f"{API}/views", {"project": "pay", "name": "risk", "owner": "risk"}).json()["owner"] == "risk"
    assert bob.post(f"{API}/views", {"project": "pay", "name": "usual"}).json()["owner"] == "risk"
    answer = bob.post(f"{API}/views", {"project": "pay", "name": "other", "owner": "payments"})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/owner"]


def test_a_draft_is_changed_on_the_state_that_was_read(published: APIClient) -> None:
    made = published.post(f"{FEATURE}/versions", {"default": 1.5, "note": "A default"})
    assert (made.status_code, made["Location"]) == (201, f"{FEATURE}/versions/2")
    said = made.json()
    assert (said["status"], said["default_policy"], said["note"]) == ("draft", "constant", "A default")
    path, read = f"{FEATURE}/versions/2", made["ETag"]
    assert published.patch(path, {"unit": "USD"}).status_code == 428
    changed = published.patch(path, {"unit": "USD"}, HTTP_IF_MATCH=read)
    assert (changed.status_code, changed.json()["unit"], changed.json()["default"]) == (200, "USD", 1.5)
    assert published.patch(path, {"unit": "CHF"}, HTTP_IF_MATCH=read).status_code == 412
    assert published.patch(f"{FEATURE}/versions/1", {"unit": "CHF"}, HTTP_IF_MATCH="*").status_code == 422
    difference = published.get(f"{path}/diff").json()
    assert difference["data"] == [
        {"term": "unit", "old": "EUR", "new": "USD"},
        {"term": "default", "old": None, "new": 1.5},
        {"term": "default_policy", "old": "none", "new": "constant"},
    ]
    assert published.delete(path).status_code == 204
    assert published.get(path).status_code == 404


def test_trying_it_first_changes_nothing(published: APIClient) -> None:
    answer = published.post(f"{FEATURE}/versions?dry_run=true", {"unit": "USD"})
    assert (answer.status_code, answer.json()["number"]) == (201, 2)
    assert Version.objects.count() == 1


def test_deprecated_with_a_replacement_and_then_not(published: APIClient, cast: SimpleNamespace) -> None:
    published.post(f"{FEATURE}/versions", {"unit": "USD"})
    published.post(f"{FEATURE}/versions/2/publish", {})
    path = f"{FEATURE}/versions/1/deprecation"
    body = {"sunset_on": in_a_quarter(), "reason": "Dollars", "replacement": "pay.stats.avg_amount_7d@2"}
    assert published.get(path).status_code == 404
    assert published.put(path, body).status_code == 428
    unnumbered = put(published, path, {**body, "replacement": "pay.stats.avg_amount_7d"})
    assert unnumbered.json()["errors"][0]["pointer"] == "/replacement"
    assert put(published, path, body).json()["replacement"] == "pay.stats.avg_amount_7d@2"
    vera = api_as(cast.viewer)
    assert vera.get(path).json()["sunset_on"] == in_a_quarter()
    headers = vera.get(f"{FEATURE}/versions/1").headers
    assert "Deprecation" in headers
    assert "successor-version" in headers["Link"]
    found = vera.get(f"{FEATURE}/versions/1/can-retire").json()
    assert (found["ok"], [one["code"] for one in found["blockers"]]) == (False, ["before_sunset"])
    assert published.post(f"{FEATURE}/versions/1/retire", {}).status_code == 422
    assert published.delete(path).status_code == 204
    assert vera.get(f"{FEATURE}/versions/1").json()["status"] == "active"


def test_retired_is_an_answer_for_ever(published: APIClient) -> None:
    put(published, f"{FEATURE}/versions/1/deprecation", {"sunset_on": in_a_quarter(), "reason": "Unused"})
    Version.objects.update(sunset_on=timezone.now().date())
    assert published.get(f"{FEATURE}/versions/1/can-retire").json() == {"ok": True, "blockers": []}
    assert published.post(f"{FEATURE}/versions/1/retire", {"reason": "Done"}).json()["status"] == "retired"
    assert published.get(FEATURE).json()["status"] == "retired"
    assert published.delete(f"{FEATURE}/versions/1/deprecation").status_code == 422


def test_quarantined_and_released(published: APIClient) -> None:
    path = f"{FEATURE}/versions/1/quarantine"
    assert published.post(path, {}).json()["errors"][0]["pointer"] == "/reason"
    assert published.post(path, {"reason": "Leaks"}).json()["status"] == "quarantined"
    assert published.delete(path).json()["status"] == "active"


def test_a_reader_in_a_hidden_project_keeps_its_name(published: APIClient, cast: SimpleNamespace) -> None:
    hidden = ProjectFactory(name="secret", owner=cast.risk, visibility="restricted")
    spy = ConsumerFactory(name="secret-model", project=hidden)
    spy.usages.create(feature=Feature.objects.get(), evidence="declared")
    found = published.get(f"{FEATURE}/versions/1/can-retire")
    assert "Somebody in a restricted project reads it" in str(found.json())
    assert b"secret" not in found.content


def test_an_entity_of_ones_own(alice: APIClient) -> None:
    made = alice.post(f"{API}/entities", {"project": "pay", "name": "card", "join_keys": ["card_id"]})
    assert (made.status_code, made["Location"]) == (201, f"{API}/entities/pay.card")
    assert alice.get(made["Location"]).json()["join_keys"] == ["card_id"]
    again = alice.post(f"{API}/entities", {"project": "pay", "name": "card", "join_keys": ["card_id"]})
    assert again.json()["errors"][0]["pointer"] == "/name"


def test_a_feature_of_a_store_is_added_in_the_store(alice: APIClient, cast: SimpleNamespace) -> None:
    held = FeatureFactory(
        view=ViewFactory(
            project=ProjectFactory(name="fs", owner=cast.payments), name="v", connection=ConnectionFactory()
        )
    )
    assert alice.post(f"{API}/features", {"view": "fs.v", "name": "x"}).json()["errors"][0]["pointer"] == "/view"
    answer = alice.post(f"{API}/features/{held.key}/versions", {"dtype": "int32"})
    assert answer.json()["errors"][0]["pointer"] == "/dtype"
