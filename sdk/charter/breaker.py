"""A circuit breaker: after failures in a row a store is left alone for a while, then tried once."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


class Open(Exception):
    """The store is left alone at the moment."""


@dataclass(slots=True)
class Breaker:
    """Opens after `failures` in a row, for `rest` seconds; then one call is let through, and its outcome decides."""

    failures: int = 5
    rest: float = 10.0
    clock: Callable[[], float] = time.monotonic
    _failed: int = 0
    _open_until: float = 0.0
    _is_trying: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_open(self) -> bool:
        """Whether the store is left alone at the moment."""
        return self._failed >= self.failures and self.clock() < self._open_until

    def before(self) -> None:
        """Raises Open while the store is left alone."""
        with self._lock:
            if self._failed < self.failures:
                return
            if self.clock() < self._open_until or self._is_trying:
                raise Open
            self._is_trying = True

    def succeeded(self) -> None:
        with self._lock:
            self._failed, self._is_trying = 0, False

    def failed(self) -> None:
        with self._lock:
            self._failed += 1
            self._is_trying = False
            if self._failed >= self.failures:
                self._open_until = self.clock() + self.rest
