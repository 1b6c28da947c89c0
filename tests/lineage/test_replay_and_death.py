"""A worker that dies in the middle changes nothing, and the graph can be made anew from the events."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from lineage.actions.folding import fold_waiting
from lineage.actions.keeping import keep_events as keep_months
from lineage.actions.receiving import keep_events
from lineage.models import Alias, AliasOrigin, Event, Node
from lineage.openlineage.admitting import admit
from tests.lineage.sent import captured_files, forget, state, tell

ROOT = Path(__file__).resolve().parents[2]
# Folds as a worker does, and stops for ever once everything is written but not committed.
SLOW = """
import django, time
django.setup()
from lineage.actions import folding
join = folding._join
def forever(rows):
    join(rows)
    print("written", flush=True)
    time.sleep(600)
folding._join = forever
folding.fold_waiting()
"""


@pytest.fixture
def events(real_inputs: Path) -> list[dict[str, Any]]:
    sent = captured_files(real_inputs)
    return [event for name in ("feast", "dbt", "airflow", "marquez_food_delivery") for event in sent[name]]


@pytest.fixture
def worker(transactional_db: None) -> Iterator[subprocess.Popen[str]]:
    server = urlsplit(os.environ["DATABASE_URL"])
    url = urlunsplit(server._replace(path=f"/{settings.DATABASES['default']['NAME']}"))
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    command = [sys.executable, "-c", SLOW]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_a_worker_killed_in_the_middle_changes_nothing(
    transactional_db: None, events: list[dict[str, Any]], request: pytest.FixtureRequest
) -> None:
    tell(*events)
    expected = state()
    forget()
    keep_events([admit(event) for event in events], sender="test")
    worker = request.getfixturevalue("worker")
    assert worker.stdout.readline() == "written\n"
    assert fold_waiting() == 0  # somebody is at it
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    with connection.cursor() as cursor:  # PostgreSQL notices a killed client only when it writes to it
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert not Node.objects.exists()
    assert Event.objects.waiting().count() == len(events)
    until = time.monotonic() + 20
    while not fold_waiting() and time.monotonic() < until:
        time.sleep(0.1)
    assert state() == expected


@pytest.mark.django_db
@pytest.mark.parametrize("from_nothing", [False, True])
def test_a_replay_ends_in_the_same_state(events: list[dict[str, Any]], from_nothing: bool) -> None:
    tell(*events)
    expected = state()
    warnings = list(Event.objects.order_by("digest").values_list("warnings", flat=True))
    call_command("replay_lineage", from_nothing=from_nothing, verbosity=0)
    assert state() == expected
    assert list(Event.objects.order_by("digest").values_list("warnings", flat=True)) == warnings


@pytest.mark.django_db
def test_what_people_said_stays(events: list[dict[str, Any]]) -> None:
    tell(*events)
    left, right = Node.objects.filter(kind="dataset")[:2]
    Alias.objects.create(left=left, right=right, origin=AliasOrigin.PERSON)
    call_command("replay_lineage", from_nothing=True, verbosity=0)
    assert Alias.objects.get().origin == AliasOrigin.PERSON


@pytest.mark.django_db
def test_old_months_go_and_what_they_added_up_to_stays(events: list[dict[str, Any]]) -> None:
    keep_months(datetime(2026, 11, 1, tzinfo=UTC))
    tell(*events)
    expected = state()
    keep_months(datetime(2027, 6, 1, tzinfo=UTC))
    assert not Event.objects.filter(event_at__year=2026, event_at__month=11).exists()
    assert state() == expected
    with pytest.raises(CommandError, match="nothing is lost"):
        call_command("replay_lineage", from_nothing=True, verbosity=0)


@pytest.mark.django_db
def test_what_waits_is_never_dropped(events: list[dict[str, Any]]) -> None:
    keep_months(datetime(2026, 11, 1, tzinfo=UTC))
    keep_events([admit(events[0])], sender="test")
    keep_months(datetime(2027, 6, 1, tzinfo=UTC))
    assert Event.objects.waiting().count() == 1
