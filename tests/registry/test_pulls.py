"""The life of a pull: one at a time, cancellable, resumable, never lost."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection as database
from django.db import connections
from django.utils import timezone

from connectors.records import ConnectorError
from registry.actions.pulls import (
    LOST_AFTER,
    Progress,
    cancel_pull,
    reap_lost_pulls,
    request_due_pulls,
    request_pull,
    run_pull,
)
from registry.choices import PullState
from registry.models import AuditEntry, Connection, Pull
from tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db


def work_of(*steps: int, total: int) -> object:
    def work(_connection: Connection, progress: Progress) -> None:
        for step in steps:
            progress.step(done=step, total=total)

    return work


def test_asking_twice_gives_the_same_pull(cast: SimpleNamespace) -> None:
    connection = ConnectionFactory()
    first = request_pull(connection, kind="definitions", actor=cast.admin)
    assert request_pull(connection, kind="definitions", actor=cast.admin) == first
    assert AuditEntry.objects.filter(action="registry.pull_connection").count() == 2


def test_only_admins_and_owners_ask(cast: SimpleNamespace) -> None:
    connection = ConnectionFactory(owner=cast.payments)
    request_pull(connection, kind="definitions", actor=cast.owner_a)
    with pytest.raises(PermissionDenied):
        request_pull(connection, kind="definitions", actor=cast.owner_b)


def test_unknown_kind_names_the_valid_ones(cast: SimpleNamespace) -> None:
    with pytest.raises(ValidationError, match="definitions, measurements"):
        request_pull(ConnectionFactory(), kind="everything", actor=cast.admin)


def test_progress_is_kept_and_the_pull_succeeds() -> None:
    pull = Pull.objects.create(connection=ConnectionFactory(), kind="definitions")
    done = run_pull(pull.pk, work_of(1, 2, 3, total=3))
    assert done is not None
    assert (done.state, done.done, done.total) == (PullState.SUCCEEDED, 3, 3)
    assert run_pull(pull.pk, work_of(9, total=9)) is None, "a finished pull is not run again"


def test_cancel_stops_at_the_next_step(cast: SimpleNamespace) -> None:
    pull = Pull.objects.create(connection=ConnectionFactory(), kind="definitions")

    def work(_connection: Connection, progress: Progress) -> None:
        progress.step(done=1, total=2)
        cancel_pull(pull, actor=cast.admin)
        progress.step(done=2, total=2)
        raise AssertionError("went on after being cancelled")

    done = run_pull(pull.pk, work)
    assert done is not None
    assert done.state == PullState.CANCELLED


def test_a_dead_store_is_a_failure_that_rests_longer_each_time() -> None:
    connection = ConnectionFactory()

    def work(_connection: Connection, _progress: Progress) -> None:
        raise ConnectorError("The store at redis://user:secret@host does not answer.", fix="Start it.")

    waits = []
    for _ in range(5):
        connection.refresh_from_db()
        done = run_pull(Pull.objects.create(connection=connection, kind="definitions").pk, work)
        assert done is not None
        assert "secret" not in done.errors[0]["reason"]
        connection.refresh_from_db()
        waits.append(connection.open_until)
    assert waits[:2] == [None, None]
    assert waits[2] < waits[3] < waits[4]
    Connection.objects.update(definitions_due_at=timezone.now() - timedelta(hours=1))
    assert request_due_pulls() == [], "a resting connection is not asked by the clock"


def test_one_thing_that_fails_makes_it_partial() -> None:
    def work(_connection: Connection, progress: Progress) -> None:
        progress.fail("a.b", "No such column.")
        progress.step(done=1, total=1)

    done = run_pull(Pull.objects.create(connection=ConnectionFactory(), kind="definitions").pk, work)
    assert done is not None
    assert done.state == PullState.PARTIAL


def test_a_lost_pull_is_sent_again_and_given_up_in_the_end(django_capture_on_commit_callbacks: object) -> None:
    long_ago = timezone.now() - LOST_AFTER - timedelta(seconds=1)
    pull = Pull.objects.create(
        connection=ConnectionFactory(), kind="definitions", state=PullState.RUNNING, heartbeat_at=long_ago, attempts=1
    )
    with django_capture_on_commit_callbacks() as sent:  # type: ignore[operator]
        assert reap_lost_pulls() == 1
    assert len(sent) == 1
    Pull.objects.filter(pk=pull.pk).update(attempts=3)
    reap_lost_pulls()
    pull.refresh_from_db()
    assert pull.state == PullState.FAILED


def _wait_for_lock(kind: int, connection_id: int) -> None:
    """Take and give back the lock: whoever holds it is waited for."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [kind, connection_id])
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [kind, connection_id])


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_do_one_connection_at_once() -> None:
    connection = ConnectionFactory()
    pull = Pull.objects.create(connection=connection, kind="definitions")
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(1, %s)", [connection.pk])
        assert run_pull(pull.pk, work_of(1, total=1)) is None
    finally:
        other.close()  # a dead worker's lock goes with its connection, as soon as the server has noticed
    _wait_for_lock(1, connection.pk)
    done = run_pull(pull.pk, work_of(1, total=1))
    assert done is not None
    assert done.state == PullState.SUCCEEDED
