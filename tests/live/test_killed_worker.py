"""A real Celery worker: it does what is queued, and a killed one costs nothing but time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection as database_connection
from django.utils import timezone
from sqlalchemy import create_engine

from bench.feast_registry import Size, write
from portal.celery import app
from registry.actions.connections import create_connection
from registry.actions.pulls import LOST_AFTER, reap_lost_pulls, request_pull
from registry.choices import PullState
from registry.models import Connection, Feature, FeatureView, Pull, Version

ROOT = Path(__file__).resolve().parents[2]
VIEWS, FEATURES = 3_000, 5

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.live]
Worker = subprocess.Popen[bytes]


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[[], Worker]]:
    """Starts workers on this test's database; whatever still runs at the end is killed."""
    server = urlsplit(os.environ["DATABASE_URL"])
    database = server._replace(path=f"/{settings.DATABASES['default']['NAME']}")
    env = os.environ | {"DATABASE_URL": urlunsplit(database)}
    command = [sys.executable, "-m", "celery", "-A", "portal", "worker", "-P", "threads", "-c", "2", "-l", "WARNING"]
    started: list[Worker] = []

    def start() -> Worker:
        with (tmp_path / f"worker{len(started)}.log").open("wb") as log:
            worker = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True)
        started.append(worker)
        return worker

    yield start
    for worker in started:
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
    with database_connection.cursor() as cursor:  # PostgreSQL notices a killed client only when it writes to it
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    """A connection to a registry that takes a worker some seconds."""
    url = f"sqlite:///{tmp_path}/registry.db"
    write(create_engine(url), Size(VIEWS, FEATURES))
    return create_connection(None, actor=None, name="Big", addresses={"registry_url": url})


def wait_for(condition: Callable[[], bool], seconds: float = 180) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, [str(pull.__dict__) for pull in Pull.objects.all()]
        time.sleep(0.05)


def test_a_worker_killed_in_the_middle_loses_nothing(
    start_worker: Callable[[], Worker], connection: Connection
) -> None:
    worker = start_worker()
    wait_for(lambda: bool(app.control.ping(timeout=1)))
    pull = request_pull(connection, kind="definitions", actor=None)
    wait_for(lambda: 0 < FeatureView.objects.count() < VIEWS)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    pull.refresh_from_db()
    assert pull.state == PullState.RUNNING, "it was killed in the middle"

    # What the clock would do two minutes later.
    Pull.objects.filter(pk=pull.pk).update(heartbeat_at=timezone.now() - LOST_AFTER - timedelta(seconds=1))
    wait_for(lambda: reap_lost_pulls() == 1)  # PostgreSQL may need a moment to see that the lock's owner is dead
    start_worker()
    wait_for(lambda: Pull.objects.get(pk=pull.pk).is_finished)

    pull.refresh_from_db()
    assert (pull.state, pull.attempts) == (PullState.SUCCEEDED, 2), pull.errors
    assert FeatureView.objects.count() == VIEWS
    assert Feature.objects.count() == VIEWS * FEATURES
    assert Version.objects.values("feature").distinct().count() == VIEWS * FEATURES
