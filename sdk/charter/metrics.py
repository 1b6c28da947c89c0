"""Prometheus metrics, where prometheus_client is installed (`pip install charter[telemetry]`); else nothing happens."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

try:
    from prometheus_client import Counter, Gauge, Histogram
except ImportError:  # the extra is not installed
    IS_MEASURED = False
else:
    IS_MEASURED = True
    _served = Counter("charter_served", "Values served, by where they came from", ["consumer", "source"])
    _failed = Counter("charter_store_failures", "Reads of the store that failed", ["consumer"])
    _took = Histogram("charter_store_read_seconds", "Reads of the store", ["consumer"])
    _stale = Gauge("charter_stale_seconds", "Since Charter confirmed the defaults in use; NaN: never", ["consumer"])
    _open = Gauge("charter_store_breaker_open", "1 while the store is left alone", ["consumer"])
    _dropped = Counter("charter_usage_dropped", "Reads that will never be reported")


def served(consumer: str, source: str, values: int) -> None:
    if IS_MEASURED and values:
        _served.labels(consumer, source).inc(values)


def store_failed(consumer: str) -> None:
    if IS_MEASURED:
        _failed.labels(consumer).inc()


def store_read(consumer: str) -> AbstractContextManager[object]:
    """Measures how long its block takes."""
    return _took.labels(consumer).time() if IS_MEASURED else nullcontext()


def watch(consumer: str, *, stale_seconds: Callable[[], float | None], is_open: Callable[[], bool]) -> None:
    """Ask these whenever metrics are collected."""
    if not IS_MEASURED:
        return

    def stale() -> float:
        seconds = stale_seconds()
        return float("nan") if seconds is None else seconds

    _stale.labels(consumer).set_function(stale)
    _open.labels(consumer).set_function(lambda: float(is_open()))


def dropped(reads: int) -> None:
    if IS_MEASURED and reads:
        _dropped.inc(reads)
