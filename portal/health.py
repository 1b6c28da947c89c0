"""Probes. `/healthz` says that the process answers; `/readyz` tries each dependency by name. No login, no secrets."""

import time
from collections.abc import Callable
from functools import lru_cache

from celery import current_app
from django.conf import settings
from django.db import connection as database
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis

from common.redis import client

SECONDS = 1.0  # that one dependency may take


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when pages can be served, else 503. Without Redis or a worker pages still work: that is "degraded"."""
    checks = {name: _tried(check) for name, check in CHECKS.items()}
    failed = {name for name, check in checks.items() if check["status"] != "ok"}
    status = "failed" if failed & NEEDED else "degraded" if failed else "ok"
    return JsonResponse({"status": status, "checks": checks}, status=503 if failed & NEEDED else 200)


def _tried(check: Callable[[], str]) -> dict[str, object]:
    """What the check answers, and how long it took. Of a failure only its kind: messages hold addresses."""
    started = time.perf_counter()
    try:
        detail = check()
    except Exception as error:  # noqa: BLE001  a probe reports every failure, whatever its kind
        detail = type(error).__name__
    took = round((time.perf_counter() - started) * 1000, 1)
    found: dict[str, object] = {"status": "failed" if detail else "ok", "milliseconds": took}
    return found | ({"detail": detail} if detail else {})


def _database() -> str:
    with database.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _cache() -> str:
    client().ping()
    return ""


def _broker() -> str:
    with Redis.from_url(settings.CELERY_BROKER_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS) as broker:
        broker.ping()
    return ""


def _worker() -> str:
    answers = current_app.control.ping(timeout=SECONDS, limit=1)
    return "" if answers else "no worker answered"


@lru_cache(maxsize=1)
def _wanted() -> frozenset[tuple[str, str]]:
    """The last migration of each app, as this code has them: read once, they do not change while it runs."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def _migrations() -> str:
    missing = _wanted() - MigrationRecorder(database).applied_migrations().keys()
    return f"{len(missing)} apps are behind: run manage.py migrate" if missing else ""


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "cache": _cache,
    "broker": _broker,
    "worker": _worker,
}
NEEDED = frozenset({"database", "migrations"})
