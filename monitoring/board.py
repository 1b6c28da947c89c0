"""The health board: feature views by days, each cell the worst measured that day, held against today's limit."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from json import dumps, loads
from math import isinf

from django.db import connection as database
from redis import RedisError

from common import redis
from common.quantities import duration, percent
from monitoring.judging import AT_RISK_FROM
from monitoring.models import Origin
from registry.choices import Health
from registry.models import FeatureView

DAY = 86_400  # seconds
MEASURES = ("freshness", "nulls")
GLYPHS = {Health.OK: "●", Health.AT_RISK: "▲", Health.BREACHED: "■", Health.UNKNOWN: "○"}
WORDS = {
    Health.OK: "OK",
    Health.AT_RISK: "at risk",
    Health.BREACHED: "breached",
    Health.UNKNOWN: "no limit to judge by",
}

# A store that was read and held nothing is older than any limit.
_AGES = """
SELECT view_id, (measured_at AT TIME ZONE 'UTC')::date, origin,
       max(coalesce(extract(epoch FROM measured_at - newest_event_at)::float8, 'Infinity'))
FROM monitoring_viewmeasurement
WHERE view_id = ANY(%(views)s) AND measured_at >= %(since)s AND measured_at < %(until)s
  AND origin IN ('source', 'served')
GROUP BY 1, 2, 3
"""
# Measurements are found by feature, as their index wants it.
_NULLS = """
SELECT view_id, (measured_at AT TIME ZONE 'UTC')::date, origin, max(null_rate)
FROM monitoring_featuremeasurement
WHERE feature_id IN (SELECT id FROM registry_feature WHERE view_id = ANY(%(views)s) AND gone_at IS NULL)
  AND measured_at >= %(since)s AND measured_at < %(until)s
GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """One view on one day. `css` is empty for a day on which nothing was measured."""

    day: date
    css: str
    glyph: str
    text: str


Worst = dict[tuple[int, date], float]
Row = tuple[int, str, str, float]  # view, day, origin, worst


def days_until(today: date, count: int) -> list[date]:
    return [today - timedelta(days=count - 1 - step) for step in range(count)]


def worst_of_days(views: Sequence[FeatureView], measure: str, days: Sequence[date]) -> Worst:
    """The oldest age in seconds, or the highest null rate, of each view and day that has any.

    The last of `days` is today. Days that are over change no more, so they are read once and then remembered.
    """
    held = {view.pk: view for view in views}
    numbers, (first, today) = sorted(held), (start_of(days[0]), start_of(days[-1]))
    past = remembered(f"{measure} {first} {today} {numbers}", lambda: _read(measure, numbers, first, today))
    by_origin: dict[tuple[int, date], dict[str, float]] = defaultdict(dict)
    for view, day, origin, value in [*past, *_read(measure, numbers, today, today + timedelta(days=1))]:
        by_origin[view, date.fromisoformat(day)][origin] = value
    return {key: _counting(held[key[0]], measure, values) for key, values in by_origin.items()}


def start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def remembered(name: str, read: Callable[[], list[Row]]) -> list[Row]:
    """What `read` answered under this name today. Without Redis it is read anew."""
    place = redis.key("board", sha256(name.encode()).hexdigest())
    try:
        if known := redis.client().get(place):
            return loads(known)  # type: ignore[arg-type]  # the client is not the asynchronous one
        found = read()
        redis.client().set(place, dumps(found), ex=DAY)
    except RedisError:
        return read()
    return found


def _read(measure: str, views: list[int], since: datetime, until: datetime) -> list[Row]:
    """The worst of what was measured from `since` until just before `until`."""
    with database.cursor() as cursor:
        cursor.execute(_NULLS if measure == "nulls" else _AGES, {"views": views, "since": since, "until": until})
        return [(view, str(day), origin, value) for view, day, origin, value in cursor.fetchall() if value is not None]


def _counting(view: FeatureView, measure: str, values: dict[str, float]) -> float:
    """Freshness is what readers get; nulls are what the source holds."""
    first = Origin.SERVED if measure == "freshness" and view.is_online else Origin.SOURCE
    return values.get(first, next(iter(values.values())))


def cells(view: FeatureView, measure: str, days: Sequence[date], worst: Worst) -> list[Cell]:
    """One cell for each day."""
    limit = _limit(view, measure)
    return [_cell(day, measure, worst.get((view.pk, day)), limit) for day in days]


def _limit(view: FeatureView, measure: str) -> float | None:
    if measure == "nulls":
        return view.null_rate_limit
    return view.freshness_limit.total_seconds() if view.freshness_limit else None


def _cell(day: date, measure: str, value: float | None, limit: float | None) -> Cell:
    if value is None:
        return Cell(day, "", GLYPHS[Health.UNKNOWN], "not measured")
    state = _state(value, limit)
    return Cell(day, state.value, GLYPHS[state], f"{WORDS[state]}, {_said(measure, value)}")


def _said(measure: str, value: float) -> str:
    if isinf(value):
        return "no rows"
    return f"up to {percent(value)} nulls" if measure == "nulls" else f"up to {duration(value)} old"


def _state(value: float, limit: float | None) -> Health:
    if isinf(value):
        return Health.BREACHED
    if limit is None:
        return Health.UNKNOWN
    if value > limit:
        return Health.BREACHED
    return Health.AT_RISK if value > limit * AT_RISK_FROM else Health.OK
