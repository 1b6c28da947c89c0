"""OpenTelemetry spans, where its API is installed (`pip install charter[telemetry]`); otherwise nothing happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

try:
    from opentelemetry import propagate, trace
except ImportError:  # the extra is not installed
    IS_TRACED = False
else:
    IS_TRACED = True


@contextmanager
def span(name: str, **attributes: Any) -> Iterator[dict[str, Any]]:
    """A span. What the block puts into the yielded dict is added to its attributes."""
    found: dict[str, Any] = {}
    if not IS_TRACED:
        yield found
        return
    with trace.get_tracer("charter").start_as_current_span(name, attributes=attributes) as current:
        try:
            yield found
        finally:
            current.set_attributes(found)


def headers() -> dict[str, str]:
    """`traceparent` of the current span, so that the portal's log can be found from a trace."""
    carrier: dict[str, str] = {}
    if IS_TRACED:
        propagate.inject(carrier)
    return carrier
