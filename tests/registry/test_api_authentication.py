"""Who may call the API at all: tokens, sessions, scopes."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from registry.actions.tokens import note_uses, revoke_token
from registry.models import AccessToken, AuditEntry
from registry.tokens import take_uses, token_id
from tests.cast import api_as, page_as, token_for
from tests.factories import FeatureFactory

ME = "/api/v1/me"


def call(secret: str, path: str = ME, scheme: str = "Bearer") -> object:
    return APIClient().get(path, HTTP_AUTHORIZATION=f"{scheme} {secret}")


def test_a_token_says_who_calls(cast: SimpleNamespace) -> None:
    answer = api_as(cast.owner_a, "features:read").get(ME).json()
    assert answer["username"] == "alice"
    assert answer["teams"] == [{"slug": "payments", "is_lead": True}]
    assert answer["token"]["scopes"] == ["features:read"]
    assert api_as(cast.auditor).get(ME).json()["roles"] == ["auditor"]


def test_nobody_is_told_how_to_come_in(cast: SimpleNamespace) -> None:
    answer = APIClient().get(ME)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "unauthenticated"
    assert "Authorization: Bearer" in answer.json()["fix"]["message"]


@pytest.mark.parametrize("scheme", ["Basic", "Token", "Digest"])
def test_other_schemes_are_nobody(cast: SimpleNamespace, scheme: str) -> None:
    assert call(token_for(cast.viewer, "features:read"), scheme=scheme).status_code == 401


@pytest.mark.parametrize("secret", ["", "x", "charter_pat_" + "0" * 64, "a b", "ü", "0" * 100_000])
def test_unknown_tokens(cast: SimpleNamespace, secret: str) -> None:
    answer = call(secret)
    assert answer.status_code == 401
    assert answer.json()["code"] in {"invalid_token", "unauthenticated"}


def test_a_token_is_found_in_any_case_of_the_scheme(cast: SimpleNamespace) -> None:
    assert call(token_for(cast.viewer), scheme="bEARER").status_code == 200


def test_revoked_expired_and_inactive_are_over_at_once(cast: SimpleNamespace) -> None:
    secrets = {name: token_for(cast.viewer) for name in ("revoked", "expired", "undated")}
    tokens = dict(zip(secrets, AccessToken.objects.order_by("created"), strict=True))
    assert {call(secret).status_code for secret in secrets.values()} == {200}
    revoke_token(tokens["revoked"], actor=cast.viewer)
    AccessToken.objects.filter(pk=tokens["expired"].pk).update(expiry=timezone.now() - timedelta(seconds=1))
    AccessToken.objects.filter(pk=tokens["undated"].pk).update(expiry=None)
    said = {name: call(secret).json()["detail"] for name, secret in secrets.items()}
    assert "was revoked" in said["revoked"]
    assert "has expired" in said["expired"]
    assert "has expired" in said["undated"]
    other = token_for(cast.owner_b)
    type(cast.owner_b).objects.filter(pk=cast.owner_b.pk).update(is_active=False)
    assert call(other).status_code == 401


def test_rights_end_with_membership_not_with_the_token(cast: SimpleNamespace) -> None:
    client = api_as(cast.owner_a)
    assert client.get(ME).json()["teams"]
    cast.owner_a.memberships.all().delete()
    assert client.get(ME).json()["teams"] == []


def test_the_browser_comes_in_by_its_session(cast: SimpleNamespace) -> None:
    answer = page_as(cast.viewer).get(ME)
    assert answer.status_code == 200
    assert answer.json()["token"] is None


def test_a_session_needs_csrf_to_change_anything(cast: SimpleNamespace) -> None:
    feature = FeatureFactory()
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.viewer, backend="portal.login.AuthenticationBackend")
    path = f"/api/v1/features/{feature.key}/follow"
    refused = client.put(path)
    assert refused.status_code == 403
    assert "CSRF" in refused.json()["detail"]
    client.cookies["csrftoken"] = "a" * 32
    assert client.put(path, HTTP_X_CSRFTOKEN="a" * 32).status_code == 204


def test_a_missing_scope_is_named(cast: SimpleNamespace) -> None:
    answer = api_as(cast.service, "lineage:write").get("/api/v1/features")
    assert answer.status_code == 403
    problem = answer.json()
    assert problem["code"] == "insufficient_scope"
    assert "features:read" in problem["detail"]
    assert problem["fix"]["message"] == "Create a token with the scope features:read."
    assert problem["fix"]["url"].endswith("/settings/tokens/")
    assert 'scope="features:read"' in answer["WWW-Authenticate"]


def test_scopes_do_not_add_up_to_rights(cast: SimpleNamespace) -> None:
    """A token never does more than its user may."""
    feature = FeatureFactory(view__project__owner=cast.payments)
    answer = api_as(cast.viewer, "features:read", "features:write", "admin").patch(
        f"/api/v1/features/{feature.key}", {"description": "x"}, HTTP_IF_MATCH="*"
    )
    assert answer.status_code == 403


def test_the_audit_log_names_the_token(cast: SimpleNamespace) -> None:
    feature = FeatureFactory()
    secret = token_for(cast.viewer, "features:write")
    APIClient().put(
        f"/api/v1/features/{feature.key}/follow", HTTP_AUTHORIZATION=f"Bearer {secret}", HTTP_X_REQUEST_ID="r-7"
    )
    entry = AuditEntry.objects.get(action="registry.follow_feature")
    assert entry.token == token_id(AccessToken.objects.get())
    assert entry.request_id == "r-7"
    assert secret not in entry.token


def test_reading_writes_nothing_and_the_last_use_comes_later(
    cast: SimpleNamespace, django_assert_num_queries: object
) -> None:
    client = api_as(cast.viewer)
    take_uses()  # of tests before this one
    with django_assert_num_queries(2) as queries:  # type: ignore[operator]
        assert client.get("/api/v1/features").status_code == 200
    asked = [query["sql"] or "SELECT" for query in queries.captured_queries]  # a prepared one leaves no text
    assert all(sql.lstrip("(").upper().startswith("SELECT") for sql in asked)
    assert AccessToken.objects.get().last_used_at is None
    uses = take_uses()
    note_uses(uses)
    assert [(digest, version) for digest, version, _ in uses] == [(AccessToken.objects.get().digest, "")]
    assert timezone.now() - AccessToken.objects.get().last_used_at < timedelta(minutes=1)
    assert AccessToken.objects.get().client_used_at is None
    assert take_uses() == []


def test_the_version_of_our_client_is_kept_and_nothing_of_others(cast: SimpleNamespace) -> None:
    client = api_as(cast.viewer)
    take_uses()
    for agent in ("charter-python/0.1.0", "curl/8.1", "charter-python/<script>", "charter-python/" + "9" * 60):
        client.get("/api/v1/features", HTTP_USER_AGENT=agent)
    note_uses(take_uses())
    token = AccessToken.objects.get()
    assert (token.client_version, token.client_used_at) in (
        ("0.1.0", token.last_used_at), ("9" * 40, token.last_used_at),
    )  # fmt: skip
    assert len(token.client_version) <= 40
