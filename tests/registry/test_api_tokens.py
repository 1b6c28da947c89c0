"""Tokens over the API: made for oneself and for services, never for other people, and with a secret shown once."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from registry.models import AccessToken, AuditEntry, User
from tests.cast import api_as, page_as, token_for

pytestmark = pytest.mark.django_db
ROLES = ("viewer", "owner_a", "owner_b", "member", "chair", "auditor", "admin", "service")
TOKENS, ME = "/api/v1/tokens", "/api/v1/me"
ALL = ("features:read", "features:write", "admin")
BODY = {"name": "Checkout", "scopes": ["features:read"]}


def make(client: Client, **body: Any) -> Any:
    return client.post(TOKENS, json.dumps(BODY | body), content_type="application/json")


def called(client: Client) -> AccessToken:
    """The token a client calls with."""
    return AccessToken.objects.get(digest__startswith=client.get(ME).json()["token"]["id"])


def test_nobody_gets_in_without_a_token(cast: SimpleNamespace) -> None:
    held = called(api_as(cast.viewer))
    client = APIClient()
    answers = [client.get(TOKENS), make(client), client.delete(f"{TOKENS}/{held.public_id}"), client.get(ME)]
    assert [answer.status_code for answer in answers] == [401] * 4
    assert AccessToken.known.usable().count() == 1


@pytest.mark.parametrize("role", [role for role in ROLES if role != "service"])
def test_everybody_makes_tokens_for_themselves_when_signed_in(cast: SimpleNamespace, role: str) -> None:
    made = make(page_as(getattr(cast, role)), days=30)
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    body = made.json()
    assert (body["user"], body["scopes"], body["secret"][:12]) == (
        getattr(cast, role).username, ["features:read"], "charter_pat_",
    )  # fmt: skip
    assert (
        APIClient().get(ME, headers={"Authorization": f"Bearer {body['secret']}"}).json()["token"]["id"] == body["id"]
    )
    assert AuditEntry.objects.get(action="registry.create_token").object_id == body["id"]


def test_a_session_needs_its_csrf_token(cast: SimpleNamespace) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.viewer, backend="portal.login.AuthenticationBackend")
    assert make(browser).status_code == 403
    assert not AccessToken.objects.exists()


def test_a_secret_is_in_one_answer_and_in_no_table(cast: SimpleNamespace) -> None:
    browser = page_as(cast.admin)
    made = make(browser)
    secret = made.json()["secret"]
    later = [browser.get(path).content.decode() for path in (TOKENS, ME, "/api/v1/audit-log", made["Location"])]
    with database.cursor() as cursor:
        cursor.execute("SELECT t::text FROM registry_accesstoken t UNION ALL SELECT a::text FROM registry_auditentry a")
        later += [text for (text,) in cursor.fetchall()]
    assert not any(secret in text for text in later)


@pytest.mark.parametrize("role", ROLES)
def test_a_token_makes_no_tokens_without_the_scope_admin(cast: SimpleNamespace, role: str) -> None:
    answer = make(api_as(getattr(cast, role)))
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert AccessToken.objects.count() == 1


def test_a_token_makes_none_that_may_do_more(cast: SimpleNamespace) -> None:
    client = api_as(cast.admin, "admin", "features:read")
    answer = make(client, scopes=["features:read", "features:write"])
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert make(client).status_code == 201


@pytest.mark.parametrize("role", ROLES)
def test_only_administrators_make_tokens_for_services(cast: SimpleNamespace, role: str) -> None:
    made = make(api_as(getattr(cast, role), *ALL), user="svc-checkout")
    if role in {"admin", "service"}:  # the service itself is oneself
        assert (made.status_code, made.json()["secret"][:11]) == (201, "charter_sa_")
    else:
        assert (made.status_code, made.json()["code"]) == (403, "forbidden")
    assert AccessToken.objects.filter(user=cast.service, name="Checkout").exists() == (role in {"admin", "service"})


@pytest.mark.parametrize("whose", ["viewer", "member", "chair", "auditor"])
def test_not_even_administrators_make_tokens_for_other_people(cast: SimpleNamespace, whose: str) -> None:
    person: User = getattr(cast, whose)
    for client in (api_as(cast.admin, *ALL), page_as(cast.admin)):
        answer = make(client, user=person.username)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert not AccessToken.objects.filter(user=person).exists()


def test_the_scope_admin_is_for_administrators(cast: SimpleNamespace) -> None:
    refused = make(page_as(cast.owner_a), scopes=["admin"])
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/scopes")
    assert make(page_as(cast.admin), scopes=["admin"]).status_code == 201


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": ["Checkout"]}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": "x" * 121}, "/name"),
        ({"scopes": "features:read"}, "/scopes"),
        ({"scopes": []}, "/scopes"),
        ({"scopes": [["features:read"]]}, "/scopes/0"),
        ({"scopes": ["everything"]}, "/scopes/0"),
        ({"days": [90]}, "/days"),
        ({"days": 0}, "/days"),
        ({"days": 366}, "/days"),
        ({"days": 10**30}, "/days"),
        ({"namespaces": "prod"}, "/namespaces"),
        ({"namespaces": [{"a": 1}]}, "/namespaces/0"),
        ({"namespaces": ["x" * 201]}, "/namespaces/0"),
        ({"user": ["svc-checkout"]}, "/user"),
        ({"user": "nobody"}, "/user"),
        ({"digest": "0" * 128}, "/digest"),
        ({"expiry": None}, "/expiry"),
    ],
)
def test_hostile_bodies_are_refused_at_their_field(cast: SimpleNamespace, body: dict[str, Any], pointer: str) -> None:
    answer = make(api_as(cast.admin, *ALL), **body)
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert AccessToken.objects.count() == 1


@pytest.mark.parametrize("role", ROLES)
def test_one_sees_ones_own_and_some_see_all(cast: SimpleNamespace, role: str) -> None:
    for one in ROLES:
        token_for(getattr(cast, one), "features:read")
    client, mine = api_as(getattr(cast, role)), getattr(cast, role).username
    names = [row["user"] for row in client.get(TOKENS).json()["data"]]
    assert (len(names), set(names)) == ((9, {*names}) if role in {"auditor", "admin"} else (2, {mine}))
    others = client.get(TOKENS, {"user": "alice"}).json()["data"]
    assert bool(others) == (role in {"owner_a", "auditor", "admin"})


def test_a_row_has_no_digest_and_no_part_of_the_secret(cast: SimpleNamespace) -> None:
    secret = token_for(cast.viewer, "features:read")
    shown = APIClient().get(TOKENS, headers={"Authorization": f"Bearer {secret}"}).content.decode()
    held = AccessToken.objects.get()
    assert held.public_id in shown
    assert held.digest[:17] not in shown
    assert held.token_key not in shown


@pytest.mark.parametrize("role", ROLES)
def test_a_token_ends_itself(cast: SimpleNamespace, role: str) -> None:
    client = api_as(getattr(cast, role), "features:read")
    assert client.delete(f"{TOKENS}/{called(client).public_id}").status_code == 204
    assert client.get(ME).status_code == 401


def test_a_token_ends_no_other_without_the_scope_admin(cast: SimpleNamespace) -> None:
    other = called(api_as(cast.owner_a))
    answer = api_as(cast.owner_a).delete(f"{TOKENS}/{other.public_id}")
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert page_as(cast.owner_a).delete(f"{TOKENS}/{other.public_id}").status_code == 204


@pytest.mark.parametrize("role", [role for role in ROLES if role != "owner_a"])
def test_tokens_of_others_are_ended_by_administrators_alone(cast: SimpleNamespace, role: str) -> None:
    alices = called(api_as(cast.owner_a))
    answer = api_as(getattr(cast, role), *ALL).delete(f"{TOKENS}/{alices.public_id}")
    assert answer.status_code == {"admin": 204, "auditor": 403}.get(role, 404)
    alices.refresh_from_db()
    assert (alices.revoked_at is not None) == (role == "admin")


def test_ending_twice_is_ending_once(cast: SimpleNamespace) -> None:
    held, browser = called(api_as(cast.owner_a)), page_as(cast.owner_a)
    ended = [browser.delete(f"{TOKENS}/{held.public_id}").status_code for _ in range(2)]
    assert ended == [204, 204]
    assert [row["revoked_at"] is not None for row in browser.get(TOKENS).json()["data"]] == [True]


@pytest.mark.parametrize("name", ["0" * 16, "0", "%25" * 16, "_" * 16, "x" * 500])
def test_what_is_no_token_is_not_found(cast: SimpleNamespace, name: str) -> None:
    assert api_as(cast.admin, *ALL).delete(f"{TOKENS}/{name}").status_code == 404


def test_me_says_who_what_and_with_which_token(cast: SimpleNamespace) -> None:
    cast.owner_a.groups.add(Group.objects.get_or_create(name="auditor")[0])
    shown = api_as(cast.owner_a, "lineage:write").get(ME).json()
    assert (shown["username"], shown["roles"]) == ("alice", ["auditor"])
    assert shown["teams"] == [{"slug": "payments", "is_lead": True}]
    assert (shown["token"]["scopes"], shown["is_service"]) == (["lineage:write"], False)
    assert page_as(cast.owner_a).get(ME).json()["token"] is None
    assert api_as(cast.service).get(ME).json()["is_service"] is True


def test_twenty_take_as_many_statements_as_one(cast: SimpleNamespace) -> None:
    client, counts = api_as(cast.viewer), []
    for more in (0, 19):
        for _ in range(more):
            token_for(cast.viewer, "features:read")
        with CaptureQueriesContext(database) as queries:
            assert client.get(TOKENS).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 2
