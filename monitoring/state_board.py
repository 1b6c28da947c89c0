"""The health board for what is found of each feature by itself, drift and skew: each cell the worst found that day.

How many features were in which state is told with it. Personal features are left out, whatever was found of them before
they were called so.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from common.quantities import count
from common.statements import fetch
from monitoring.board import GLYPHS, Cell, Row, remembered, start_of
from monitoring.judging import SKEW_LIMIT, worst
from monitoring.models import Against, DriftMeasurement, Finding
from monitoring.queries import FOUND
from registry.choices import Health
from registry.models import Feature, FeatureView

WORDS = {
    "drift": {Health.BREACHED: "drifted", Health.AT_RISK: "shifting", Health.OK: "stable"},
    "skew": {Health.BREACHED: "differ between the stores", Health.AT_RISK: "differ a little", Health.OK: "the same"},
}
# Of each feature what decides: the reference, and the days before where there is none.
_DRIFT = """
SELECT view_id, day, state, count(*)::float8 FROM (
  SELECT DISTINCT ON (feature_id, day) view_id, day, state FROM (
    SELECT view_id, feature_id, (measured_at AT TIME ZONE 'UTC')::date AS day, against, state
    FROM monitoring_driftmeasurement
    WHERE feature_id = ANY(%(features)s) AND measured_at >= %(since)s AND measured_at < %(until)s
      AND against IN ('reference', 'previous')) AS found
  ORDER BY feature_id, day, against = 'reference' DESC, state = 'crit' DESC, state = 'warn' DESC
) AS deciding GROUP BY 1, 2, 3
"""
_SKEW = """
SELECT view_id, day, CASE WHEN rate > %(limit)s THEN 'crit' WHEN rate > 0 THEN 'warn' ELSE 'ok' END, count(*)::float8
FROM (
  SELECT view_id, feature_id, (measured_at AT TIME ZONE 'UTC')::date AS day,
         max(differing::float8 / compared) AS rate
  FROM monitoring_skewmeasurement
  WHERE feature_id = ANY(%(features)s) AND measured_at >= %(since)s AND measured_at < %(until)s AND compared > 0
  GROUP BY 1, 2, 3) AS worst
GROUP BY 1, 2, 3
"""
_QUERIES = {"drift": _DRIFT, "skew": _SKEW}

States = dict[tuple[int, date], dict[Health, int]]


def states_of_days(views: Sequence[FeatureView], measure: str, days: Sequence[date]) -> States:
    """How many features of each view were in which state on each day on which any was held against anything.

    The last of `days` is today. Days that are over change no more, so they are read once and then remembered.
    """
    first, today = start_of(days[0]), start_of(days[-1])
    features = sorted(_open(views).values_list("pk", flat=True))
    past = remembered(f"{measure} {first} {today} {features}", lambda: _read(measure, features, first, today))
    found: States = defaultdict(dict)
    for view, day, state, number in [*past, *_read(measure, features, today, today + timedelta(days=1))]:
        found[view, date.fromisoformat(day)][Health(state)] = int(number)
    return found


def _open(views: Sequence[FeatureView]) -> QuerySet[Feature]:
    present = Feature.objects.present().filter(view__in=[view.pk for view in views]).order_by()
    return present.exclude(pk__in=Feature.objects.personal())


def _read(measure: str, features: list[int], since: datetime, until: datetime) -> list[Row]:
    asked = {"features": features, "since": since, "until": until, "limit": SKEW_LIMIT}
    return [(view, str(day), state, number) for view, day, state, number in fetch(_QUERIES[measure], asked)]


def state_cells(view: FeatureView, measure: str, days: Sequence[date], states: States) -> list[Cell]:
    """One cell for each day; a day on which nothing was compared is unknown, whatever was found before it."""
    return [_cell(measure, day, states.get((view.pk, day), {})) for day in days]


def _cell(measure: str, day: date, states: dict[Health, int]) -> Cell:
    if not states:
        return Cell(day, "", GLYPHS[Health.UNKNOWN], "not compared")
    state = worst(*states)
    return Cell(day, state.value, GLYPHS[state], _said(measure, state, states))


def _said(measure: str, state: Health, states: dict[Health, int]) -> str:
    return f"{count(states[state])} of {count(sum(states.values()))} features {WORDS[measure][state]}"


def drift_of_day(view: FeatureView, start: datetime) -> list[DriftMeasurement]:
    """What was found of the view's features within 24 hours, the furthest over its limit first."""
    rows = DriftMeasurement.objects.filter(
        feature__in=_open([view]), measured_at__gte=start, measured_at__lt=start + timedelta(days=1),
        against__in=[Against.REFERENCE, Against.PREVIOUS],
    ).select_related("feature")  # fmt: skip
    newest = rows.order_by("feature_id", "against", "-measured_at").distinct("feature_id", "against")
    order = {state.value: place for place, state in enumerate((Health.BREACHED, Health.AT_RISK, Health.OK))}
    return sorted(newest, key=lambda row: (order.get(row.state, len(order)), -row.value / row.fail, row.feature_id))


def found_now(views: Sequence[FeatureView], measure: str) -> dict[int, str]:
    """By view, why nothing is known of it: the reason that most of its features share. Known ones are left out."""
    rows = Finding.objects.filter(view__in=[view.pk for view in views], kind=FOUND[measure], feature__gone_at=None)
    reasons: dict[int, list[str]] = defaultdict(list)
    known = set()
    for view, state, reason in rows.values_list("view_id", "state", "reason"):
        known |= {view} if state != Health.UNKNOWN else set()
        reasons[view].append(reason)
    return {view: max(set(said), key=said.count) for view, said in reasons.items() if view not in known}
