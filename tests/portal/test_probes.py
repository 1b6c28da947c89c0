"""Probes: without a login, with each dependency by name, and nothing that is nobody's business."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from django.conf import settings
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal import health
from portal.celery import app

NAMES = {"database", "migrations", "cache", "broker", "worker"}


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    with start_worker(app, perform_ping_check=False, shutdown_timeout=30):
        yield


def ready() -> tuple[int, dict[str, Any]]:
    response = Client().get("/readyz")
    return response.status_code, response.json()


def test_the_process_answers_without_asking_anybody() -> None:
    response = Client().get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}


def test_ready_names_each_dependency_with_its_time(worker: None) -> None:
    status, said = ready()
    assert status == 200
    assert said["status"] == "ok"
    assert said["checks"].keys() == NAMES
    for check in said["checks"].values():
        assert check["status"] == "ok"
        assert 0 <= check["milliseconds"] < 5_000


@pytest.mark.django_db
def test_without_a_worker_pages_still_work() -> None:
    status, said = ready()
    assert (status, said["status"]) == (200, "degraded")
    assert said["checks"]["worker"] == {
        "status": "failed", "milliseconds": said["checks"]["worker"]["milliseconds"], "detail": "no worker answered",
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("setting", "check"), [("CELERY_BROKER_URL", "broker")])
def test_an_address_where_nobody_answers(settings: Any, setting: str, check: str) -> None:
    setattr(settings, setting, "redis://user:hunter2@127.0.0.1:1/0")
    status, said = ready()
    assert (status, said["status"]) == (200, "degraded")
    assert said["checks"][check]["status"] == "failed"
    assert said["checks"][check]["milliseconds"] < 3_000
    assert "hunter2" not in str(said)
    assert "127.0.0.1" not in str(said)


@pytest.mark.django_db
def test_a_schema_that_is_behind_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = health._wanted() | {("registry", "9999_not_applied")}
    monkeypatch.setattr(health, "_wanted", lambda: wanted)
    status, said = ready()
    assert (status, said["status"]) == (503, "failed")
    assert "manage.py migrate" in said["checks"]["migrations"]["detail"]


@pytest.mark.django_db
def test_cheap() -> None:
    ready()
    with CaptureQueriesContext(database) as queries:
        ready()
    assert len(queries) <= 3


def test_no_other_verb() -> None:
    assert Client().post("/healthz").status_code == 405
    assert Client().post("/readyz").status_code == 405


def test_addresses_are_those_that_settings_exempt_from_https() -> None:
    assert {r"^healthz$", r"^readyz$"} <= set(settings.SECURE_REDIRECT_EXEMPT)
