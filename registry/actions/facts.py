"""Results of other rooms, written on views and features: freshness, null rates, health, what lies upstream. No workflow
here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5
from typing import Any

from django.db import connection as database

from common.statements import execute_many, fetch
from registry.choices import Health
from registry.models import FeatureView, Upstream

_NULL_RATES = """
UPDATE registry_feature held SET null_rate = seen.rate, null_rate_read_at = %s
FROM unnest(%s::bigint[], %s::float8[]) AS seen(id, rate)
WHERE held.id = seen.id
"""
# A feature is as healthy as its view is fresh, its own values are present and what else is checked lies within limits;
# the worst counts. `around` is what was found of its whole view.
_FEATURE_HEALTH = """
WITH view AS (
  SELECT * FROM unnest(%(views)s::bigint[], %(fresh)s::text[], %(limits)s::float8[], %(around)s::text[])
    AS v(id, fresh, max_null, around)),
judged AS (
  SELECT feature.id, feature.project_id, view.fresh, view.around, feature.checked,
         CASE WHEN feature.null_rate IS NULL THEN 'unknown'
              WHEN feature.null_rate > view.max_null THEN 'crit'
              WHEN feature.null_rate > view.max_null * %(at_risk)s THEN 'warn'
              ELSE 'ok' END AS filled
  FROM registry_feature feature JOIN view ON view.id = feature.view_id)
UPDATE registry_feature held SET health =
  CASE WHEN 'crit' IN (judged.fresh, judged.filled, judged.checked, judged.around) THEN 'crit'
       WHEN 'warn' IN (judged.fresh, judged.filled, judged.checked, judged.around) THEN 'warn'
       WHEN 'unknown' IN (judged.fresh, judged.filled) THEN 'unknown'
       ELSE 'ok' END
FROM judged
WHERE judged.id = held.id AND held.health <>
  CASE WHEN 'crit' IN (judged.fresh, judged.filled, judged.checked, judged.around) THEN 'crit'
       WHEN 'warn' IN (judged.fresh, judged.filled, judged.checked, judged.around) THEN 'warn'
       WHEN 'unknown' IN (judged.fresh, judged.filled) THEN 'unknown'
       ELSE 'ok' END
RETURNING held.project_id
"""
_CHECKS = """
UPDATE registry_feature held
SET drift = seen.drift, drift_read_at = %(at)s, checked = seen.checked, checked_reasons = seen.reasons
FROM unnest(%(features)s::bigint[], %(drifts)s::float8[], %(states)s::text[], %(reasons)s::text[])
  AS seen(id, drift, checked, reasons)
WHERE held.id = seen.id
"""
_VIEW_HEALTH = """
UPDATE registry_featureview held
SET health = seen.health, health_reasons = array_remove(string_to_array(seen.reasons, E'\\n'), '')
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS seen(id, health, reasons)
WHERE held.id = seen.id
"""
_HELD_UPSTREAM = "SELECT view_id, md5(concat(array_to_string(tables, E'\\n'), is_cut::int)) FROM registry_upstream"
_UPSTREAM = """
INSERT INTO registry_upstream (view_id, tables, is_cut)
SELECT view.id, %s, %s FROM registry_featureview view WHERE view.id = %s
ON CONFLICT (view_id) DO UPDATE SET tables = excluded.tables, is_cut = excluded.is_cut
"""


@dataclass(frozen=True, slots=True)
class ViewUpstream:
    """What lineage found upstream of one view: names of tables, in the order they are kept; `is_cut` where more are."""

    view: int
    tables: list[str]
    is_cut: bool

    @property
    def digest(self) -> str:
        """As the database makes it of what is held: what is the same need not be sent there."""
        text = "\n".join(self.tables) + str(int(self.is_cut))
        return md5(text.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class ViewHealth:
    """What monitoring found of one view. `freshness` is its own state, `checked` that of what else is checked of the
    view as a whole, `health` the worst of all it judged, features included.
    """

    view: int
    freshness: Health
    max_null_rate: float
    health: Health
    reasons: tuple[str, ...]
    checked: Health = Health.OK


@dataclass(frozen=True, slots=True)
class FeatureChecks:
    """What monitoring found of one feature beside nulls: its distance from the reference, the worst state, and why."""

    feature: int
    drift: float | None
    checked: Health
    reasons: tuple[str, ...]


def write_freshness(view: FeatureView, *, origin: str, newest_event_at: datetime | None, read_at: datetime) -> None:
    """Note the newest event that the source or the online store holds."""
    FeatureView.objects.filter(pk=view.pk).update(**{f"{origin}_until": newest_event_at, f"{origin}_read_at": read_at})


def write_null_rates(rates: Mapping[int, float | None], *, read_at: datetime) -> None:
    """Note null rates (fractions) by feature id."""
    with database.cursor() as cursor:
        cursor.execute(_NULL_RATES, [read_at, list(rates), list(rates.values())])


def write_feature_health(found: Iterable[ViewHealth], *, at_risk_from: float) -> set[int]:
    """Judge each feature of these views. Only changes are written; returns the projects they are in."""
    views = list(found)
    with database.cursor() as cursor:
        cursor.execute(
            _FEATURE_HEALTH,
            {
                "views": [view.view for view in views],
                "fresh": [view.freshness.value for view in views],
                "limits": [view.max_null_rate for view in views],
                "around": [view.checked.value for view in views],
                "at_risk": at_risk_from,
            },
        )
        return {project for (project,) in cursor.fetchall()}


def write_checks(found: Iterable[FeatureChecks], *, read_at: datetime) -> None:
    """Note drift and the state of what is checked of these features. Their health follows when it is judged next."""
    features = list(found)
    values: dict[str, Any] = {
        "at": read_at,
        "features": [one.feature for one in features],
        "drifts": [one.drift for one in features],
        "states": [one.checked.value for one in features],
        "reasons": ["\n".join(one.reasons) for one in features],
    }
    with database.cursor() as cursor:
        cursor.execute(_CHECKS, values)


def write_view_health(changed: Iterable[ViewHealth]) -> None:
    """Note health and reasons of these views."""
    views = list(changed)
    with database.cursor() as cursor:
        cursor.execute(
            _VIEW_HEALTH,
            [[view.view for view in views], [view.health.value for view in views],
             ["\n".join(view.reasons) for view in views]],
        )  # fmt: skip


def write_upstream(found: Iterable[ViewUpstream]) -> int:
    """Note which tables lie upstream of these views, and that nothing is known of all others. Returns how many views
    are told otherwise than before."""
    held = dict(fetch(_HELD_UPSTREAM, []))
    known, changed = set(), []
    for one in found:
        known.add(one.view)
        if held.get(one.view) != one.digest:
            changed.append((one.tables, one.is_cut, one.view))
    gone, _ = Upstream.objects.filter(view__in=held.keys() - known).delete()
    return gone + execute_many(_UPSTREAM, changed)
