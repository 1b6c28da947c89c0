"""Redis away: whoever reads, signs in or calls the API does not notice; probes and logs do."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

import common.redis
from tests.cast import api_as, page_as

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_there(settings: Any) -> Iterator[None]:
    nowhere = {"LOCATION": "redis://127.0.0.1:1/0"}
    _hang_up()
    settings.CACHES = {"default": settings.CACHES["default"] | nowhere}
    yield
    _hang_up()


def _hang_up() -> None:
    """Forget all clients, their sockets closed: one that is left open is complained of in whatever test comes later."""
    for pool in cache._cache._pools.values():  # type: ignore[attr-defined]
        pool.disconnect()
    common.redis.client().connection_pool.disconnect()
    common.redis.client.cache_clear()


def test_people_sign_in_and_read(cast: SimpleNamespace) -> None:
    cast.viewer.set_password("a long pass phrase 1")
    cast.viewer.save()
    client = Client()
    sent = {"login": "vera", "password": "a long pass phrase 1"}
    assert client.post("/accounts/login/", sent).status_code == 302
    assert client.get("/").status_code == 200
    assert client.get("/search").status_code == 200


def test_a_wrong_password_is_still_wrong(cast: SimpleNamespace) -> None:
    client = Client()
    assert client.post("/accounts/login/", {"login": "vera", "password": "guess"}).status_code == 200
    assert client.get("/").status_code == 302


def test_a_session_that_ended_stays_ended(cast: SimpleNamespace) -> None:
    client = page_as(cast.viewer)
    cookie = client.cookies["sessionid"].value
    client.post("/accounts/logout/")
    client.cookies["sessionid"] = cookie
    assert client.get("/").status_code == 302


def test_services_call_the_api(cast: SimpleNamespace) -> None:
    assert api_as(cast.service).get("/api/v1/features").status_code == 200


def test_the_probe_names_it(cast: SimpleNamespace) -> None:
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["checks"]["cache"]["status"] == "failed"
