"""Figures of stores and of serving: which there are, how each is read, and how they stand against limits."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import QuerySet

from common.quantities import compact, count, duration, figure, percent, size
from common.statements import fetch
from monitoring.models import ServingLimits, StoreFigure
from monitoring.readings import Reading, Subject, of_view
from registry.models import Actor, Connection

Unit = Literal["seconds", "share", "per second", "bytes", "count"]
SERVING, ONLINE_STORE = "serving", "online store"
SLOTS, TREND = 40, timedelta(days=7)
MOST_MEMORY = 0.8  # of what a store may take
_SHOWN = {"seconds": duration, "share": percent, "per second": figure, "bytes": size}


@dataclass(frozen=True, slots=True)
class FigureKind:
    """`limit` names the field of ServingLimits that it is held against; `breaks` the kind of trouble that makes."""

    name: str
    label: str
    unit: Unit
    group: str
    about: str = ""
    limit: str = ""
    breaks: str = ""
    is_lower_better: bool = True

    def shown(self, value: float) -> str:
        if self.unit == "count":
            return count(int(value)) if abs(value) < 10_000_000 else compact(value)
        return f"{_SHOWN[self.unit](value)}{' a second' if self.unit == 'per second' else ''}"

    def is_beyond(self, value: float, limit: float) -> bool:
        return value > limit if self.is_lower_better else value < limit


_LAST_HOUR = "Of the last hour"
FIGURES = {
    one.name: one
    for one in (
        FigureKind("latency_p50", "Latency, half of requests", "seconds", SERVING, _LAST_HOUR),
        FigureKind("latency_p95", "Latency, 95 of 100", "seconds", SERVING, _LAST_HOUR),
        FigureKind("latency_p99", "Latency, 99 of 100", "seconds", SERVING, _LAST_HOUR, "latency_p99", "latency"),
        FigureKind("store_read_p99", "Reading the store, 99 of 100", "seconds", SERVING, _LAST_HOUR),
        FigureKind("requests_per_second", "Requests", "per second", SERVING, _LAST_HOUR),
        FigureKind("error_rate", "Requests that failed", "share", SERVING, _LAST_HOUR, "error_rate", "errors"),
        FigureKind("hit_rate", "Values found", "share", SERVING, "Of the last hour; a null that is stored was found",
                   "hit_rate", "misses", is_lower_better=False),
        FigureKind("values_per_second", "Values asked for", "per second", SERVING, _LAST_HOUR),
        FigureKind("memory_used", "Memory used", "bytes", ONLINE_STORE),
        FigureKind("memory_limit", "Memory it may use", "bytes", ONLINE_STORE),
        FigureKind("memory_share", "Share of its memory", "share", ONLINE_STORE, f"Limit {percent(MOST_MEMORY)}",
                   breaks="memory"),
        FigureKind("evicted_keys", "Keys thrown out for room", "count", ONLINE_STORE, "Since it was started"),
        FigureKind("key_hit_rate", "Keys found", "share", ONLINE_STORE, "Since it was started",
                   is_lower_better=False),
        FigureKind("replicas", "Replicas connected", "count", ONLINE_STORE),
        FigureKind("served_bytes", "What its views take", "bytes", ONLINE_STORE, "As far as the store tells it of each",
                   "served_bytes", "budget"),
        FigureKind("keys", "Keys", "count", ONLINE_STORE),
    )
}  # fmt: skip
# The figures of each connection's last measurement. They share one moment.
_LAST = """
SELECT figure.connection_id, figure.view_id, figure.name, figure.value, figure.measured_at
FROM registry_connection AS store
CROSS JOIN LATERAL (
  SELECT measured_at FROM monitoring_storefigure WHERE connection_id = store.id ORDER BY measured_at DESC LIMIT 1
) AS last
JOIN monitoring_storefigure AS figure ON figure.connection_id = store.id AND figure.measured_at = last.measured_at
WHERE store.is_enabled AND figure.name = ANY(%s)
"""


# The worst of each stretch, the high and the low, for whichever of them is worse.
_TREND = """
SELECT name, width_bucket(extract(epoch FROM measured_at), extract(epoch FROM %(since)s::timestamptz),
                          extract(epoch FROM %(now)s::timestamptz) + 1, %(slots)s) - 1, max(value), min(value)
FROM monitoring_storefigure
WHERE connection_id = %(connection)s AND view_id IS NOT DISTINCT FROM %(view)s AND measured_at >= %(since)s
GROUP BY 1, 2
"""


def trends_of(connection: int, view: int | None, now: datetime) -> dict[str, list[float | None]]:
    """By figure, its worst values of the last seven days in even stretches, oldest first; None where none was told."""
    asked = {"connection": connection, "view": view, "since": now - TREND, "now": now, "slots": SLOTS}
    found: dict[str, list[float | None]] = defaultdict(lambda: [None] * SLOTS)
    for name, slot, high, low in fetch(_TREND, asked):
        if name in FIGURES and 0 <= slot < SLOTS:
            found[name][slot] = high if FIGURES[name].is_lower_better else low
    return dict(found)


def limits_of(connections: list[int] | None = None) -> dict[int, dict[str, float]]:
    """By connection and figure, what its owner promises; those that nobody set are missing."""
    rows = ServingLimits.objects.all() if connections is None else ServingLimits.objects.filter(pk__in=connections)
    held = {row.pk: {one.name: getattr(row, one.limit) for one in FIGURES.values() if one.limit} for row in rows}
    return {pk: {name: value for name, value in of.items() if value is not None} for pk, of in held.items()}


def of_serving() -> Iterator[Reading]:
    """What the last figures come to, where a limit is set. What was not told is neither good nor bad."""
    judged = [one.name for one in FIGURES.values() if one.breaks]
    limits = limits_of()
    for connection, view, name, value, at in fetch(_LAST, [judged]):
        kind = FIGURES[name]
        limit = MOST_MEMORY if name == "memory_share" else limits.get(connection, {}).get(name)
        if limit is None:
            continue
        is_bad = kind.is_beyond(value, limit)
        subject = of_view(view) if view else Subject(f"store {connection} {kind.group}", connection=connection)
        yield Reading(kind.breaks, subject, is_bad, at, said(kind, value, limit))


def told_since(since: datetime, *names: str) -> dict[int, dict[str, float]]:
    """By connection, these figures of the whole store or its serving, where its last measurement is not older."""
    found: dict[int, dict[str, float]] = defaultdict(dict)
    for connection, view, name, value, at in fetch(_LAST, [list(names)]):
        if view is None and at >= since:
            found[connection][name] = value
    return dict(found)


def said(kind: FigureKind, value: float, limit: float) -> str:
    bound = "limit" if kind.is_lower_better else "at least"
    return f"{kind.label}: {kind.shown(value)}, {bound} {kind.shown(limit)}."


def promises(connection: Connection) -> ServingLimits:
    """What is promised of the store, or an empty promise that is not kept yet."""
    return ServingLimits.objects.filter(connection=connection).first() or ServingLimits(connection=connection)


def latest_of(connection: int, actor: Actor) -> QuerySet[StoreFigure]:
    """The figures of its last measurement that the actor sees."""
    rows = StoreFigure.objects.filter(connection=connection)
    newest = rows.order_by("-measured_at").values("measured_at")[:1]
    return rows.visible_to(actor).filter(measured_at=newest)
