"""Reads, summed up and reported in the background. What cannot be sent is kept on disk and sent later, once."""

import atexit
import json
import logging
import os
import threading
import time
import weakref
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from charter import calls, metrics
from charter.errors import CharterError, Refused
from charter.private import folder, plain, write
from charter.registry import Registry

log = logging.getLogger("charter")
EVERY = 30.0
LAST_WORDS = 5.0  # seconds for a report that is under way when the process ends
MOST_AT_ONCE = 5_000
MOST_READS = 1_000_000_000
# References that are counted at once, between two reports.
MOST_HELD = 50_000
# Unsent batches that are kept: older ones are dropped first, because a service's disk is not for us to fill.
MOST_BATCHES = 200
_REFUSED_FOR_GOOD = (400, 413, 422)  # no other time would be better for this batch
Events = list[dict[str, Any]]


class UsageReporter:
    """Counts reads of a consumer and reports them every so many seconds; `flush` does it now, `stop` for the last time.

    What was counted when the process ends is tried once more, and kept for the next process where that fails. A process
    that is forked off begins at nothing.
    """

    def __init__(self, registry: Registry, consumer: str, *, every: float = EVERY) -> None:
        self.registry, self.consumer, self.every = registry, consumer, every
        self._unkept: dict[str, Events] = {}  # batches that no disk would take
        self._reads: Counter[str] = Counter()
        self._lock, self._sending = threading.Lock(), threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        _reporters.add(self)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def read(self, references: list[str], times: int = 1) -> None:
        """Count that these were read. Costs a lock and an addition; the first one starts the reporting."""
        with self._lock:
            for reference in references:
                if reference in self._reads or len(self._reads) < MOST_HELD:
                    self._reads[reference] += times
                else:
                    metrics.dropped(times)
        if self._thread is None:
            self.start()

    def start(self) -> None:
        """Report every so many seconds, until `stop`."""
        with self._lock:
            if self._thread is None and not self._stopped.is_set():
                arguments = (weakref.ref(self), self._stopped, self.every)
                self._thread = threading.Thread(target=_run, args=arguments, name="charter-usage", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Send what was counted, and end. It takes seconds at most, even where Charter hangs: the rest is kept."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(timeout=LAST_WORDS)
        self._seal()
        if self._sending.acquire(timeout=1):  # else the thread is still at it
            try:
                self._send_all(is_last=True)
            finally:
                self._sending.release()
        _reporters.discard(self)

    def flush(self) -> int:
        """Send what was counted and what was kept before. Returns how many batches are still kept."""
        self._seal()
        with self._sending:
            return self._send_all(is_last=False)

    def _send_all(self, *, is_last: bool) -> int:
        waiting = self._waiting()
        for number, name in enumerate(waiting):
            if not self._send(name, is_last=is_last):
                return len(waiting) - number
        return 0

    def _seal(self) -> None:
        """On disk before it is sent: a process that dies in between sends it again, and it counts once by its ids."""
        with self._lock:
            counted, self._reads = self._reads, Counter()
        now = datetime.now(UTC).isoformat()
        events = [
            {"id": uuid4().hex, "consumer": self.consumer, "feature": one, "reads": min(reads, MOST_READS), "at": now}
            for one, reads in counted.items()
        ]
        for start in range(0, len(events), MOST_AT_ONCE):
            self._keep(f"{time.time_ns()}-{uuid4().hex}.json", events[start : start + MOST_AT_ONCE])

    def _keep(self, name: str, events: Events) -> None:
        try:
            write(self._spool / name, events)
        except OSError as error:
            log.warning("Reports are kept in memory alone: %s cannot be written (%s).", self._spool, error)
            self._unkept[name] = events

    def _waiting(self) -> list[str]:
        """Batches, oldest first; not more than may be kept."""
        names = sorted({*(place.name for place in self._spool.glob("[0-9]*.json")), *self._unkept})
        for name in names[:-MOST_BATCHES]:
            self._drop(name, self._events(name), "too many reports wait")
        return names[-MOST_BATCHES:]

    def _send(self, name: str, *, is_last: bool) -> bool:
        """Whether this batch is done with. The last time, nobody waits for it to be tried again."""
        events = self._events(name)
        try:
            if events:
                _say_rejected(events, self.registry.do(calls.report_usage(events, is_impatient=is_last)))
        except Refused as refused:
            if refused.status not in _REFUSED_FOR_GOOD:
                log.warning("Reports wait: %s", refused)
                return False
            self._drop(name, events, str(refused))
        except CharterError as error:
            log.info("Reports wait: %s", error)
            return False
        self._remove(name)
        return True

    def _events(self, name: str) -> Events:
        if name in self._unkept:
            return self._unkept[name]
        try:
            events = json.loads((self._spool / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []  # another process has sent it, or it is not ours
        return events if isinstance(events, list) else []

    def _drop(self, name: str, events: Events, why: str) -> None:
        reads = sum(event["reads"] for event in events)
        log.error("%d reads of %s are not reported: %s", reads, self.consumer, why)
        metrics.dropped(reads)
        self._remove(name)

    def _remove(self, name: str) -> None:
        self._unkept.pop(name, None)
        with suppress(OSError):
            (self._spool / name).unlink(missing_ok=True)

    @property
    def _spool(self) -> Path:
        """Of this Charter: what was read against one is not for another."""
        return folder(self.registry.settings.url) / "usage" / plain(self.consumer)

    def begin_anew(self) -> None:
        """In a forked process: the parent goes on with what it has counted, and its thread and locks are not ours."""
        self.__init__(self.registry, self.consumer, every=self.every)  # type: ignore[misc]  # the same one, as new


def _say_rejected(events: Events, answer: dict[str, Any]) -> None:
    rejected = answer.get("rejected") or []
    for one in rejected[:5]:
        log.warning("Reads of %s are not counted: %s", events[one["index"]]["feature"], one["detail"])
    metrics.dropped(sum(events[one["index"]]["reads"] for one in rejected))


def _run(reporter: "weakref.ref[UsageReporter]", stopped: threading.Event, every: float) -> None:
    """Flush now and then, until it is stopped or nobody has it any more."""
    while not stopped.wait(every):
        held = reporter()
        if held is None:
            return
        try:
            held.flush()
        except Exception:  # noqa: BLE001  the thread has to live on, whatever a disk comes up with
            log.exception("Reports wait.")
        del held


_reporters: "weakref.WeakSet[UsageReporter]" = weakref.WeakSet()


@atexit.register
def _stop_all() -> None:
    for reporter in list(_reporters):
        reporter.stop()


def _begin_all() -> None:
    for reporter in list(_reporters):
        reporter.begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_all)
