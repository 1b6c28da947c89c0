"""The page of tokens: shown once, listed without their secret, revoked at once, and only one's own."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.exceptions import AuthenticationFailed

from registry.actions.tokens import create_token
from registry.models import AccessToken, AuditEntry, User
from registry.tokens import find
from tests.cast import page_as

pytestmark = pytest.mark.django_db
SECRET = re.compile(r"charter_(?:pat|sa)_\w+")
FORM = {"name": "Checkout", "scopes": ["features:read"], "days": "30"}


def page() -> str:
    return reverse("registry:tokens")


def create(client: Client, **fields: Any) -> Any:
    return client.post(page(), FORM | fields)


def test_a_secret_is_shown_once_and_works(cast: SimpleNamespace) -> None:
    client = page_as(cast.viewer)
    answer = create(client)
    (secret,) = set(SECRET.findall(answer.content.decode()))
    assert find(secret).user == cast.viewer
    assert answer["Cache-Control"] == "private, no-store"
    assert secret not in client.get(page()).content.decode()
    assert secret not in str(AuditEntry.objects.values_list("changes", "object_key", "object_id"))


def test_the_list_says_what_it_may_and_when_it_ends(cast: SimpleNamespace) -> None:
    client = page_as(cast.viewer)
    create(client)
    shown = client.get(page()).content.decode()
    assert "Checkout" in shown
    assert "features:read" in shown
    assert "in 29 d" in shown
    assert "never" in shown


@pytest.mark.parametrize(
    ("field", "value"),
    [("days", "366"), ("days", "0"), ("days", "9" * 5000), ("days", "\x00"), ("scopes", []), ("scopes", ["root"]),
     ("scopes", ["admin"]), ("name", ""), ("name", "x" * 10_000), ("name", "a\x00b"), ("name", "   ")],
)  # fmt: skip
def test_what_is_out_of_bounds_is_refused(cast: SimpleNamespace, field: str, value: Any) -> None:
    answer = create(page_as(cast.viewer), **{field: value})
    assert answer.status_code == 422
    assert "This could not be saved yet" in answer.content.decode()
    assert not AccessToken.objects.exists()


def test_a_name_is_text(cast: SimpleNamespace) -> None:
    assert "<script>alert" not in create(page_as(cast.viewer), name="<script>alert(1)</script>").content.decode()


@pytest.mark.parametrize("role", ["viewer", "owner_a", "chair", "auditor"])
def test_only_administrators_make_tokens_for_services(cast: SimpleNamespace, role: str) -> None:
    create(page_as(getattr(cast, role)), user=cast.service.username)
    assert AccessToken.objects.get().user == getattr(cast, role)


def test_administrators_make_tokens_for_services_only(cast: SimpleNamespace) -> None:
    create(page_as(cast.admin), user=cast.service.username)
    assert AccessToken.objects.get().user == cast.service
    assert create(page_as(cast.admin), user=cast.viewer.username).status_code == 422


def test_a_revoked_token_is_refused_at_once(cast: SimpleNamespace) -> None:
    client = page_as(cast.viewer)
    token, secret = made(cast.viewer)
    assert client.post(reverse("registry:token-revoke", args=[token.public_id])).status_code == 302
    with pytest.raises(AuthenticationFailed, match="revoked"):
        find(secret)
    assert "Revoked" in client.get(page()).content.decode()


@pytest.mark.parametrize(
    ("role", "status"), [("viewer", 404), ("owner_b", 404), ("chair", 404), ("auditor", 403), ("admin", 302)]
)
def test_tokens_of_others(cast: SimpleNamespace, role: str, status: int) -> None:
    token, secret = made(cast.owner_a)
    client = page_as(getattr(cast, role))
    sees = role in {"auditor", "admin"}
    assert (token.public_id in client.get(page(), {"of": "all"}).content.decode()) == sees
    assert token.public_id not in client.get(page()).content.decode()
    assert client.post(reverse("registry:token-revoke", args=[token.public_id])).status_code == status
    assert AccessToken.known.usable().exists() == (role != "admin")


@pytest.mark.parametrize("guess", ["a", "0" * 16, "0" * 200])
def test_a_guessed_name_finds_nothing(cast: SimpleNamespace, guess: str) -> None:
    made(cast.admin), made(cast.admin)
    assert page_as(cast.admin).post(reverse("registry:token-revoke", args=[guess])).status_code == 404


@pytest.mark.parametrize("count", [1, 20])
def test_the_list_takes_as_many_queries_for_one_as_for_twenty(
    cast: SimpleNamespace, django_assert_max_num_queries: Any, count: int
) -> None:
    for _ in range(count):
        made(cast.viewer)
    client = page_as(cast.viewer)
    client.get("/teams/")
    with django_assert_max_num_queries(6):
        client.get(page())


def made(user: User) -> tuple[AccessToken, str]:
    return create_token(user, actor=None, name="Theirs", scopes=["features:read"], days=10)
