"""Outgoing tasks. A producer waits for our answer, and may not wait for the broker: the clock folds what it misses."""

import threading
import time

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger()
EVERY = 1.0  # seconds between two messages of one process
_REST = 60.0  # seconds after a broker that was away


class _Bell:
    """Rings at most once a second, beside the request that rings it."""

    def __init__(self) -> None:
        self._not_before = 0.0
        self._lock = threading.Lock()

    def ring(self) -> None:
        with self._lock:
            if time.monotonic() < self._not_before:
                return
            self._not_before = time.monotonic() + EVERY
        threading.Thread(target=self._send, daemon=True).start()

    def _send(self) -> None:
        try:
            current_app.send_task("lineage.tasks.fold_events", retry=False)
        except (OperationalError, OSError) as error:
            self._not_before = time.monotonic() + _REST
            log.warning("fold_not_asked_for", reason=str(error))


_bell = _Bell()


def fold_events() -> None:
    """Have what waits folded. When the broker is away, the next round does it."""
    transaction.on_commit(_bell.ring, robust=True)
