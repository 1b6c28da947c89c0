"""Reads, summed up and reported in the background. What cannot be sent is kept on disk and sent later, once."""

import contextlib
import json
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from charter.errors import CharterError, Refused
from charter.kept import folder, write
from charter.registry import Registry

EVERY = 30.0
MOST_AT_ONCE = 5_000
# Unsent batches that are kept: older ones are dropped first, because a service's disk is not for us to fill.
MOST_BATCHES = 200


class UsageReporter:
    """Counts reads of a consumer; `flush` sends what was counted. A context manager, or `start` and `stop`."""

    def __init__(self, registry: Registry, consumer: str, *, every: float = EVERY) -> None:
        self.registry, self.consumer, self.every = registry, consumer, every
        self._reads: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def read(self, references: list[str], times: int = 1) -> None:
        """Count that these were read. Costs a lock and an addition."""
        with self._lock:
            for reference in references:
                self._reads[reference] += times

    def start(self) -> None:
        """Report every so many seconds, until `stop`."""
        self._thread = threading.Thread(target=self._run, name="charter-usage", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Send what was counted, and end."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(timeout=60)
        self.flush()

    def flush(self) -> int:
        """Send what was counted and what was kept before. Returns how many batches are still kept."""
        with self._lock:
            counted, self._reads = self._reads, Counter()
        now = datetime.now(UTC).isoformat()
        events = [
            {"id": uuid4().hex, "consumer": self.consumer, "feature": reference, "reads": reads, "at": now}
            for reference, reads in counted.items()
        ]  # fmt: skip
        # On disk before it is sent: a process that dies in between sends it again, and it counts once by its ids.
        for start in range(0, len(events), MOST_AT_ONCE):
            write(self._spool() / f"{time.time_ns()}-{uuid4().hex}.json", events[start : start + MOST_AT_ONCE])
        kept = sorted(self._spool().glob("*.json"))
        for place in kept[:-MOST_BATCHES]:
            place.unlink(missing_ok=True)
        return self._send(kept[-MOST_BATCHES:])

    def _send(self, kept: list[Path]) -> int:
        for number, place in enumerate(kept):
            with contextlib.suppress(FileNotFoundError):
                batch: list[dict[str, Any]] = json.loads(place.read_text(encoding="utf-8"))
                try:
                    self.registry.report_usage(batch)
                except Refused as refused:
                    if refused.status not in (400, 413, 422):  # no other batch would fare better now
                        return len(kept) - number
                except CharterError:
                    return len(kept) - number
                place.unlink(missing_ok=True)
        return 0

    def _spool(self) -> Path:
        return folder() / "usage" / self.consumer.replace(":", "_").replace("/", "_")

    def _run(self) -> None:
        while not self._stopped.wait(self.every):
            self.flush()
