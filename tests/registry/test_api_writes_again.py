"""Idempotency-Key: a write whose answer was lost is sent again and done once."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection as database
from django.db import connections, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from registry.actions.answers import forget_old_answers, take_key
from registry.models import AccessToken, AuditEntry, Connection, KeptAnswer, Pull
from tests.cast import api_as
from tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db
CONNECTIONS, TOKENS = "/api/v1/connections", "/api/v1/tokens"
NEW = {"name": "Prod", "addresses": {"registry_url": "sqlite:////tmp/registry.db"}}
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


@pytest.fixture
def admin(cast: SimpleNamespace) -> APIClient:
    return api_as(cast.admin, "features:read", "features:write", "admin")


def post(client: APIClient, path: str, body: Any, key: str = KEY) -> Any:
    return client.post(path, body, format="json", HTTP_IDEMPOTENCY_KEY=key)


def test_the_same_request_is_done_once_and_answered_alike(admin: APIClient) -> None:
    first, again = post(admin, CONNECTIONS, NEW), post(admin, CONNECTIONS, NEW)
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.content, again["ETag"], again["Location"]) == (first.content, first["ETag"], first["Location"])
    assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert Connection.objects.count() == 1
    assert AuditEntry.objects.filter(action="registry.create_connection").count() == 1


def test_without_a_key_it_is_done_twice(admin: APIClient) -> None:
    token = {"name": "ci", "scopes": ["features:read"], "days": 30}
    first, second = (admin.post(TOKENS, token, format="json").json() for _ in range(2))
    assert first["id"] != second["id"]
    assert not KeptAnswer.objects.exists()


@pytest.mark.parametrize("key", [f'"{KEY}"', f" {KEY} "])
def test_the_key_may_be_quoted_as_the_draft_wants(admin: APIClient, key: str) -> None:
    post(admin, CONNECTIONS, NEW)
    assert post(admin, CONNECTIONS, NEW, key)["Idempotency-Replayed"] == "true"


def test_the_same_key_with_another_body_is_refused(admin: APIClient) -> None:
    post(admin, CONNECTIONS, NEW)
    answer = post(admin, CONNECTIONS, NEW | {"name": "Test"})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Connection.objects.get().name == "Prod"


def test_the_same_key_at_another_address_is_refused(cast: SimpleNamespace, admin: APIClient) -> None:
    for slug in ("one", "two"):
        ConnectionFactory.create(slug=slug, owner=cast.payments)
    assert post(admin, f"{CONNECTIONS}/one/pull", {"kind": "definitions"}).status_code == 202
    assert post(admin, f"{CONNECTIONS}/two/pull", {"kind": "definitions"}).status_code == 422
    assert Pull.objects.get().connection.slug == "one"


def test_keys_of_different_people_do_not_meet(cast: SimpleNamespace) -> None:
    ConnectionFactory.create(slug="feast", owner=cast.payments)
    answers = [
        post(api_as(person), f"{CONNECTIONS}/feast/pull", {"kind": "definitions"})
        for person in (cast.owner_a, cast.admin)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert not any("Idempotency-Replayed" in answer for answer in answers)


def test_a_refusal_is_not_kept(admin: APIClient) -> None:
    assert post(admin, CONNECTIONS, NEW | {"name": ""}).status_code == 422
    assert not KeptAnswer.objects.exists()
    assert post(admin, CONNECTIONS, NEW).status_code == 201


def test_whoever_may_not_is_told_so_before_the_body_is_judged(cast: SimpleNamespace) -> None:
    viewer = api_as(cast.viewer, "features:read", "admin")
    answer = viewer.post(CONNECTIONS, "{broken", content_type="application/json", HTTP_IDEMPOTENCY_KEY=KEY)
    assert answer.status_code == 403


def test_the_answer_is_no_way_round_a_revoked_token(cast: SimpleNamespace, admin: APIClient) -> None:
    post(admin, CONNECTIONS, NEW)
    AccessToken.objects.update(revoked_at=timezone.now())
    assert post(admin, CONNECTIONS, NEW).status_code == 401


def test_a_secret_is_not_kept(admin: APIClient) -> None:
    body = {"name": "ci", "scopes": ["features:read"], "days": 30}
    first = post(admin, TOKENS, body)
    assert first.status_code == 201, first.json()
    made = AccessToken.objects.count()
    again = post(admin, TOKENS, body)
    assert (again.status_code, again.json()["code"]) == (409, "answer_not_kept")
    assert AccessToken.objects.count() == made
    assert KeptAnswer.objects.get().body is None


@pytest.mark.parametrize("key", ["", '""', "x" * 201, "ключ", "a\tb"])
def test_a_key_that_is_none(admin: APIClient, key: str) -> None:
    answer = post(admin, CONNECTIONS, NEW, key)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body")
    assert not Connection.objects.exists()


def test_an_answer_is_forgotten_after_a_day(admin: APIClient) -> None:
    post(admin, CONNECTIONS, NEW)
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    Connection.objects.all().delete()
    assert "Idempotency-Replayed" not in post(admin, CONNECTIONS, NEW)
    assert forget_old_answers() == 0  # the new answer took the old one's place
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert forget_old_answers() == 1


def in_threads(number: int, work: Callable[[], None]) -> None:
    def closing() -> None:
        try:
            work()
        finally:
            connections.close_all()

    threads = [Thread(target=closing) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_at_once_it_is_done_once(admin: APIClient) -> None:
    start, answers = Barrier(4), []

    def ask() -> None:
        start.wait()
        answers.append(post(admin, CONNECTIONS, NEW).status_code)

    in_threads(4, ask)
    assert set(answers) <= {201, 409}
    assert 201 in answers
    assert Connection.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_it_is_worked_on_it_is_in_flight(cast: SimpleNamespace, admin: APIClient) -> None:
    answers: list[Any] = []
    with transaction.atomic():
        assert take_key(cast.admin, KEY)
        in_threads(1, lambda: answers.append(post(admin, CONNECTIONS, NEW)))
    assert (answers[0].status_code, answers[0].json()["code"]) == (409, "in_flight")
    assert post(admin, CONNECTIONS, NEW).status_code == 201


def test_keeping_costs_few_statements(admin: APIClient) -> None:
    from django.test.utils import CaptureQueriesContext

    admin.post(CONNECTIONS, NEW | {"name": "First"}, format="json")
    with CaptureQueriesContext(database) as plain:
        admin.post(CONNECTIONS, NEW | {"name": "Second"}, format="json")
    with CaptureQueriesContext(database) as kept:
        post(admin, CONNECTIONS, NEW | {"name": "Third"})
    assert len(kept) - len(plain) <= 6  # hold the key, look, delete, insert, and a savepoint
