"""Keeping what was counted of days, and the references that they are held against."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection as database
from django.utils import timezone

from connectors.records import Cuts, Profile, ViewReading
from monitoring.drifting import AGAIN, BACK, FEWEST_ROWS, Span, added, first_reference
from monitoring.models import Baseline, FeatureDay, Reference
from registry.models import Feature, FeatureView

BLUNT = 0.5  # with more than this in one part, cuts of other days tell little apart
_FEATURE_DAYS = """
INSERT INTO monitoring_featureday (day, feature_id, view_id, nulls, counts)
SELECT day, feature, %(view)s, nulls, counts::bigint[]
FROM unnest(%(days)s::date[], %(features)s::bigint[], %(nulls)s::bigint[], %(counts)s::text[])
  AS seen(day, feature, nulls, counts)
ON CONFLICT (day, feature_id) DO UPDATE SET nulls = excluded.nulls, counts = excluded.counts
WHERE (monitoring_featureday.nulls, monitoring_featureday.counts) IS DISTINCT FROM (excluded.nulls, excluded.counts)
"""
_VIEW_DAYS = """
INSERT INTO monitoring_viewday (day, view_id, rows, is_snapshot)
SELECT day, %(view)s, rows, %(is_snapshot)s FROM unnest(%(days)s::date[], %(rows)s::bigint[]) AS seen(day, rows)
ON CONFLICT (day, view_id) DO UPDATE SET rows = excluded.rows, is_snapshot = excluded.is_snapshot
WHERE monitoring_viewday.rows IS DISTINCT FROM excluded.rows
"""


_NONE = Cuts(parts=0)


def write_days(view: FeatureView, features: Sequence[Feature], reading: ViewReading) -> None:
    """Keep the days of a reading. Cuts that are new start anew: days parted otherwise say nothing any more.

    What was kept of a feature before it was called personal goes.
    """
    forget([feature for feature in features if feature.is_personal])
    _write_rows(view, reading)
    by_name = {feature.name: feature for feature in features if not feature.is_personal}
    found = [(by_name[one.feature], one, one.cuts) for one in reading.profiles if one.cuts and one.feature in by_name]
    held = baselines_of(by_name.values())
    new = [(one, cuts) for one, _, cuts in found if one.pk not in held or held[one.pk].cuts != cuts]
    read = {one.feature for one in reading.profiles if not one.error and not one.cuts}
    new += [(one, _NONE) for name, one in by_name.items() if name in read and one.pk not in held and reading.rows]
    forget([feature for feature, _ in new])
    Baseline.objects.bulk_create(
        Baseline(feature=feature, view=view, edges=list(cuts.edges), parts=cuts.parts) for feature, cuts in new
    )
    _write_features(view, [(feature, profile) for feature, profile, _ in found])
    settle(view, [feature.pk for feature, _, _ in found], is_snapshot=reading.is_snapshot)


def forget(features: Iterable[Feature]) -> None:
    """Nothing of the values of these features is kept by day."""
    numbers = [feature.pk for feature in features]
    if numbers and Baseline.objects.filter(feature__in=numbers).delete()[0]:
        FeatureDay.objects.filter(feature__in=numbers).delete()


def baselines_of(features: Iterable[Feature]) -> dict[int, Baseline]:
    """By feature, what its days are counted with. Those whose values cannot be parted have a baseline without parts."""
    return Baseline.objects.in_bulk([feature.pk for feature in features])


def days_to_read(
    view: FeatureView, features: Sequence[Feature], held: Mapping[int, Baseline]
) -> tuple[int, date | None]:
    """How many days before the newest, and the first day that is wanted all the same: of a reference not read yet."""
    pinned = Reference.objects.filter(view=view).first()
    is_new = any(feature.pk not in held for feature in features if not feature.is_personal)
    is_open = pinned is not None and any(one.parts and one.first is None for one in held.values())
    if not (is_new or is_open):
        return AGAIN, None
    return BACK, pinned.first if pinned else None


def _write_rows(view: FeatureView, reading: ViewReading) -> None:
    if reading.rows_by_day:
        days, rows = zip(*reading.rows_by_day, strict=True)
        values: dict[str, Any] = {
            "view": view.pk,
            "is_snapshot": reading.is_snapshot,
            "days": list(days),
            "rows": list(rows),
        }
        with database.cursor() as cursor:
            cursor.execute(_VIEW_DAYS, values)


def _write_features(view: FeatureView, found: Sequence[tuple[Feature, Profile]]) -> None:
    """Only days that changed are written: of a pull an hour most have not."""
    rows = [(day.day, feature.pk, day.nulls, day.counts) for feature, profile in found for day in profile.days]
    if rows:
        days, features, nulls, counts = zip(*rows, strict=True)
        written = [f"{{{','.join(map(str, one))}}}" for one in counts]
        values: dict[str, Any] = {"view": view.pk, "days": list(days), "features": list(features), "nulls": list(nulls)}
        with database.cursor() as cursor:
            cursor.execute(_FEATURE_DAYS, values | {"counts": written})


def settle(view: FeatureView, features: Sequence[int], *, is_snapshot: bool) -> None:
    """Add up the reference of each feature that has none yet. The days of one that is pinned must be there."""
    waiting = list(Baseline.objects.filter(feature__in=features, counts=[], parts__gt=0))
    pinned = Reference.objects.filter(view=view).first()
    days = days_of([held.feature_id for held in waiting], pinned.first if pinned else date.min)
    today = timezone.now().date()
    for held in waiting:
        mine = days[held.feature_id]
        if pinned is not None:
            found: Span | None = added(mine, pinned.first, pinned.last, held.parts)
        else:
            found = first_reference(mine, today, held.parts, is_snapshot=is_snapshot)
        if found is not None:
            held.first, held.last, held.is_pinned = found.first, found.last, pinned is not None
            held.counts = list(found.counts) if found.rows >= FEWEST_ROWS else []
    Baseline.objects.bulk_update(waiting, ["counts", "first", "last", "is_pinned"])


def days_of(features: Sequence[int], since: date) -> dict[int, dict[date, tuple[int, ...]]]:
    """By feature and day, how many values lie in each part."""
    found: dict[int, dict[date, tuple[int, ...]]] = defaultdict(dict)
    rows = FeatureDay.objects.filter(feature__in=features, day__gte=since)
    for feature, day, counts in rows.values_list("feature_id", "day", "counts"):
        found[feature][day] = tuple(counts)
    return found


def is_blunt(counts: Sequence[int]) -> bool:
    """Whether nearly all lies in one part, which was cut for other values."""
    return len(counts) > 1 and max(counts) > BLUNT * sum(counts)
