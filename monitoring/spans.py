"""Stretches of time that a page can show, and how finely: an address says `?range=7d`."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Span:
    """`length` None is everything kept. Of each `step` one measurement is shown: the worst, never a mean."""

    name: str
    label: str
    length: timedelta | None
    step: timedelta

    def since(self, now: datetime) -> datetime | None:
        return now - self.length if self.length else None


SPANS = {
    span.name: span
    for span in (
        Span("24h", "24 hours", timedelta(hours=24), timedelta(minutes=1)),
        Span("7d", "7 days", timedelta(days=7), timedelta(minutes=30)),
        Span("30d", "30 days", timedelta(days=30), timedelta(hours=2)),
        Span("all", "All", None, timedelta(days=1)),
    )
}


def chosen(name: str) -> Span:
    """The span of this name, else the last seven days."""
    return SPANS.get(name, SPANS["7d"])
