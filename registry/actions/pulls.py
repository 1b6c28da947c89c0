"""The life of a pull: asked for, claimed by one worker, stepped, finished; lost and cancelled ones too.

A pull is at-least-once: whatever it writes may be written again. One worker holds a connection's kind at a time by
an advisory lock, which PostgreSQL gives back by itself when that worker dies.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from django.db import IntegrityError, transaction
from django.db import connection as database
from django.db.models import F, Q
from django.utils import timezone

from common.logs import scrub
from connectors.records import ConnectorError
from registry import notifications
from registry.actions.action import Note, action, invalid
from registry.choices import PullKind, PullState
from registry.models import Connection, Pull, User
from registry.stores import pulls_of

log = structlog.get_logger()

MOST_ATTEMPTS = 3
LOST_AFTER = timedelta(minutes=2)
FAILURES_BEFORE_REST = 3
LONGEST_REST = timedelta(hours=1)
STEP_SECONDS = 1.0


class Cancelled(Exception):
    """Somebody asked for this pull to stop. What it did so far stays."""


@action("registry.pull_connection")
def request_pull(connection: Connection, note: Note, *, kind: str, actor: User | None) -> Pull:
    """Queue one pull. Asking again while one is unfinished gives that one: the work is the same."""
    if kind not in (known := pulls_of(connection.kind)):
        raise invalid(kind=f"Choose one of: {', '.join(known)}.")
    if not connection.is_enabled:
        raise invalid(connection=f"{connection.name} is switched off. Switch it on first.")
    note.changes["kind"] = [None, kind]
    return queue_pull(connection, kind, actor)


def queue_pull(connection: Connection, kind: str, actor: User | None) -> Pull:
    """Queue without asking for permission: for schedules, and for what follows from another pull."""
    try:
        with transaction.atomic():
            pull = Pull.objects.create(connection=connection, kind=kind, requested_by=actor)
    except IntegrityError:  # one_unfinished_pull_per_kind
        return Pull.objects.unfinished().get(connection=connection, kind=kind)
    notifications.start_pull(pull)
    return pull


@action("registry.cancel_pull")
def cancel_pull(pull: Pull, _note: Note, *, actor: User | None) -> Pull:
    """Ask a pull to stop at its next step. A queued one stops at once."""
    if pull.is_finished:
        raise invalid(pull=f"{pull.reference} is already finished.")
    Pull.objects.filter(pk=pull.pk, state=PullState.QUEUED).update(
        state=PullState.CANCELLED, finished_at=timezone.now()
    )
    Pull.objects.filter(pk=pull.pk).update(cancel_requested_at=timezone.now())
    pull.refresh_from_db()
    return pull


class Progress:
    """What the work of a pull reports. Steps are written at most once a second, outside any transaction of the work."""

    def __init__(self, pull: Pull) -> None:
        self.pull = pull
        self._written_at = timezone.now() - timedelta(seconds=STEP_SECONDS)

    def step(self, *, done: int, total: int | None = None) -> None:
        """Say how far the work is. Raises Cancelled when somebody asked it to stop."""
        self.pull.done, self.pull.total = done, total if total is not None else self.pull.total
        now = timezone.now()
        if (now - self._written_at).total_seconds() < STEP_SECONDS and done != self.pull.total:
            return
        self._written_at = now
        Pull.objects.filter(pk=self.pull.pk).update(
            done=self.pull.done, total=self.pull.total, cursor=self.pull.cursor, heartbeat_at=now
        )
        if Pull.objects.filter(pk=self.pull.pk, cancel_requested_at__isnull=False).exists():
            raise Cancelled

    def count(self, name: str, number: int = 1) -> None:
        self.pull.counts[name] = self.pull.counts.get(name, 0) + number

    def warn(self, message: str) -> None:
        if message not in self.pull.warnings:
            self.pull.warnings.append(message)

    def fail(self, thing: str, reason: str, fix: str = "", **about: str | int) -> None:
        """One thing could not be read; the rest goes on. `about` says for programs which thing."""
        self.pull.errors.append({"object": thing, "reason": scrub(reason), "fix": scrub(fix), **about})


def run_pull(pull_id: int, work: Callable[[Connection, Progress], None]) -> Pull | None:
    """Claim the pull and do its work. None when it is finished, or another worker is at it."""
    pull = Pull.objects.select_related("connection").filter(pk=pull_id).first()
    if pull is None or pull.is_finished:
        return None
    with _sole_worker(pull) as is_sole:
        if not is_sole or not _claim(pull):
            return None
        structlog.contextvars.bind_contextvars(pull=pull.reference, connection=pull.connection.slug)
        progress = Progress(pull)
        try:
            work(pull.connection, progress)
        except Cancelled:
            return _finish(pull, PullState.CANCELLED)
        except ConnectorError as error:
            progress.fail(pull.connection.slug, str(error), error.fix)
            return _finish(pull, PullState.FAILED)
        except Exception as error:
            log.exception("pull_failed")
            progress.fail(pull.connection.slug, f"{type(error).__name__}: {error}", "See the worker's log.")
            _finish(pull, PullState.FAILED)
            raise
        return _finish(pull, PullState.PARTIAL if pull.errors else PullState.SUCCEEDED)


@contextmanager
def _sole_worker(pull: Pull) -> Iterator[bool]:
    """Hold the advisory lock of this connection and kind; False when another worker holds it."""
    kind = PullKind.values.index(pull.kind) + 1
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [kind, pull.connection_id])
        is_sole = bool(cursor.fetchone()[0])
    try:
        yield is_sole
    finally:
        if is_sole:
            with database.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [kind, pull.connection_id])


def _claim(pull: Pull) -> bool:
    now = timezone.now()
    claimed = (
        Pull.objects.unfinished()
        .filter(pk=pull.pk)
        .update(state=PullState.RUNNING, started_at=now, heartbeat_at=now, attempts=F("attempts") + 1)
    )
    pull.refresh_from_db()
    return bool(claimed)


def _finish(pull: Pull, state: PullState) -> Pull:
    pull.state, pull.finished_at = state, timezone.now()
    pull.save(update_fields=["state", "finished_at", "done", "total", "cursor", "counts", "warnings", "errors"])
    if state == PullState.FAILED:
        _rest_after_failure(pull.connection)
    elif state != PullState.CANCELLED:
        Connection.objects.filter(pk=pull.connection_id).update(failures=0, open_until=None)
    log.info("pull_finished", state=state, counts=pull.counts, warnings=len(pull.warnings), errors=len(pull.errors))
    return pull


def _rest_after_failure(connection: Connection) -> None:
    """Open the circuit after some failures in a row: twice as long each time, an hour at most."""
    failures = connection.failures + 1
    rest = min(timedelta(minutes=2 ** max(0, failures - FAILURES_BEFORE_REST)), LONGEST_REST)
    Connection.objects.filter(pk=connection.pk).update(
        failures=failures, open_until=timezone.now() + rest if failures >= FAILURES_BEFORE_REST else None
    )


def request_due_pulls() -> list[Pull]:
    """Queue the pulls whose time has come, for connections that are on and not resting."""
    now = timezone.now()
    pulls = []
    for kind, due, every in (
        (PullKind.DEFINITIONS, "definitions_due_at", "definitions_every"),
        (PullKind.MEASUREMENTS, "measurements_due_at", "measurements_every"),
        (PullKind.LINEAGE, "definitions_due_at", "definitions_every"),
    ):
        for connection in Connection.objects.filter(is_enabled=True, **{f"{due}__lte": now}):
            if connection.is_resting(now) or kind not in pulls_of(connection.kind):
                continue
            Connection.objects.filter(pk=connection.pk).update(**{due: now + getattr(connection, every)})
            pulls.append(queue_pull(connection, kind, None))
    return pulls


def reap_lost_pulls() -> int:
    """Give pulls without a heartbeat to another worker, or fail them after some attempts. Returns how many.

    Queued ones that nobody took are sent again too: the broker may have been away when they were asked for.
    """
    long_ago = timezone.now() - LOST_AFTER
    silent = Q(state=PullState.RUNNING, heartbeat_at__lt=long_ago) | Q(state=PullState.QUEUED, created_at__lt=long_ago)
    lost = list(Pull.objects.filter(silent).select_related("connection"))
    return sum(_take_from_the_lost(pull) for pull in lost)


def _take_from_the_lost(pull: Pull) -> bool:
    """Hand the pull on, unless its worker still holds the lock: then it lives and is only slow."""
    with _sole_worker(pull) as is_free:
        if not is_free:
            return False
        if pull.attempts < MOST_ATTEMPTS:
            notifications.start_pull(pull)
            return True
        pull.errors.append(
            {
                "object": pull.connection.slug,
                "reason": "Its worker was lost three times.",
                "fix": "Look for memory limits and restarts in the worker's log.",
            }
        )
        _finish(pull, PullState.FAILED)
        return True
