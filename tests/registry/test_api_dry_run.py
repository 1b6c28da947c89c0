"""?dry_run=true: the answer as it would be, and nothing behind it."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import get_resolver
from rest_framework.test import APIClient

from registry.models import AccessToken, AuditEntry, Connection, Feature, Follow, Pull
from tests.cast import api_as
from tests.factories import ConnectionFactory, FeatureFactory

pytestmark = pytest.mark.django_db
NEW = {"name": "Prod", "addresses": {"registry_url": "sqlite:////tmp/registry.db"}}
# These answer a question that is too long for an address, and change nothing.
QUESTIONS = {
    "features-batch-get", "features-resolve", "connection-test", "connection-preview", "features-check", "defaults",
    "names-check", "policy-dry-run",
}  # fmt: skip


@pytest.fixture
def admin(cast: SimpleNamespace) -> APIClient:
    return api_as(cast.admin, "features:read", "features:write", "admin")


@pytest.fixture
def feature(cast: SimpleNamespace) -> Feature:
    return FeatureFactory.create(owner=cast.payments)


def test_what_would_be_made_is_shown_and_not_made(admin: APIClient) -> None:
    answer = admin.post("/api/v1/connections?dry_run=true", NEW, format="json")
    assert (answer.status_code, answer["Charter-Dry-Run"], answer.get("Location")) == (201, "true", None)
    assert answer.json()["name"] == "Prod"
    assert not Connection.objects.exists()
    assert not AuditEntry.objects.filter(action="registry.create_connection").exists()


def test_an_edit_is_shown_and_not_made(cast: SimpleNamespace, feature: Feature) -> None:
    client = api_as(cast.owner_a)
    path = f"/api/v1/features/{feature.key}"
    tag = client.get(path)["ETag"]
    body = {"description": "Said anew, at some length."}
    answer = client.patch(f"{path}?dry_run=true", body, format="json", HTTP_IF_MATCH=tag)
    assert (answer.status_code, answer.json()["description"]) == (200, body["description"])
    assert client.get(path)["ETag"] == tag
    assert client.patch(path, body, format="json", HTTP_IF_MATCH=tag).status_code == 200


def test_a_refusal_is_the_real_one(cast: SimpleNamespace, admin: APIClient, feature: Feature) -> None:
    assert admin.post("/api/v1/connections?dry_run=true", {"name": ""}, format="json").status_code == 422
    path = f"/api/v1/features/{feature.key}?dry_run=true"
    assert api_as(cast.owner_b).patch(path, {"description": "Mine."}, format="json").status_code == 403
    assert api_as(cast.owner_a).patch(path, {"description": "Mine."}, format="json").status_code == 428


def test_no_pull_is_queued(admin: APIClient, django_capture_on_commit_callbacks: Any) -> None:
    ConnectionFactory.create(slug="feast")
    with django_capture_on_commit_callbacks() as queued:
        answer = admin.post("/api/v1/connections/feast/pull?dry_run=true", {"kind": "definitions"}, format="json")
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    assert not Pull.objects.exists()
    assert queued == []


def test_a_token_that_is_not_made_has_no_secret(admin: APIClient) -> None:
    before = AccessToken.objects.count()
    body = {"name": "ci", "scopes": ["features:read"], "days": 30}
    answer = admin.post("/api/v1/tokens?dry_run=true", body, format="json")
    assert (answer.status_code, answer.json()["secret"]) == (201, "")
    assert AccessToken.objects.count() == before


def test_following_can_be_tried(cast: SimpleNamespace, feature: Feature) -> None:
    client = api_as(cast.viewer)
    assert client.put(f"/api/v1/features/{feature.key}/follow?dry_run=true").status_code == 204
    assert not Follow.objects.exists()


def test_only_true_or_false(admin: APIClient) -> None:
    assert admin.post("/api/v1/connections?dry_run=yes", NEW, format="json").status_code == 400
    assert admin.post("/api/v1/connections?dry_run=false", NEW, format="json").status_code == 201


def test_a_read_cannot_be_tried(admin: APIClient) -> None:
    assert admin.get("/api/v1/connections?dry_run=true").status_code == 400


def test_every_write_can() -> None:
    """Whoever adds an endpoint that changes something marks its handler with @write."""
    patterns = get_resolver("portal.api_urls").url_patterns
    unmarked = {
        f"{method.upper()} {pattern.name}"
        for pattern in patterns
        for method in ("post", "put", "patch", "delete")
        if (handler := getattr(pattern.callback.view_class, method, None)) and not hasattr(handler, "is_write")
    }
    assert unmarked == {f"POST {name}" for name in QUESTIONS}
