"""Holding the last days of features against others. The store is not asked: days and references are kept here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection as database
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from monitoring.actions.days import days_of
from monitoring.actions.findings import write_findings
from monitoring.distances import corrected
from monitoring.drifting import BACK, COMPUTED, PERSONAL, UNPARTED, UNREAD, Comparison, comparisons
from monitoring.judging import Verdict, drift
from monitoring.models import Against, Baseline, DriftMeasurement, Kind, ViewDay
from registry.actions.bulk import copy_rows, in_chunks
from registry.choices import Health
from registry.drift import Limits, limits_of
from registry.freshness import is_timeless
from registry.models import Feature, FeatureView

AT_ONCE = 500  # features whose days are in memory together
_COLUMNS = (
    "measured_at", "view_id", "feature_id", "against", "method", "value", "p", "q", "warn", "fail", "state", "reason",
    "rows", "rows_before", "first", "last", "before_first", "before_last",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison of a feature, with the limits that it is held against."""

    feature: Feature
    limits: Limits
    found: Comparison


def refresh_drift(views: QuerySet[FeatureView]) -> int:
    """Compare every present feature of these views with its reference, the days before and the same weekday, correct
    for how many were compared, and keep what changed. Returns how many features drifted from what decides.
    """
    now = timezone.now()
    features = list(_features(views))
    compared = [one for chunk in in_chunks(features, AT_ONCE) for one in _compared(chunk, now)]
    judged = list(_judged(compared))
    with transaction.atomic():
        _write_series(judged, now)
        verdicts = [*_verdicts(judged), *_silent(features, compared)]
        write_findings(verdicts, now)
    return sum(one.state == Health.BREACHED for one in verdicts)


def _features(views: QuerySet[FeatureView]) -> QuerySet[Feature]:
    rows = Feature.objects.present().filter(view__in=views.filter(gone_at__isnull=True)).select_related("view")
    return rows.only(
        "view_id", "privacy_class", "looks_personal", "slo_drift", "key", "view__slo_drift", "view__kind"
    ).order_by("pk")  # fmt: skip


def _compared(features: Sequence[Feature], now: datetime) -> Iterator[Compared]:
    by_number = {feature.pk: feature for feature in features if not feature.is_personal}
    held = Baseline.objects.filter(feature__in=by_number, parts__gt=0)
    days = days_of(list(by_number), now.date() - timedelta(days=BACK + 365))
    views = {feature.view_id for feature in features}
    snapshots = set(ViewDay.objects.filter(view__in=views, is_snapshot=True).values_list("view_id", flat=True))
    for baseline in held:
        feature = by_number[baseline.feature_id]
        limits = limits_of(feature)
        is_snapshot = feature.view_id in snapshots
        mine = days[feature.pk]
        for found in comparisons(mine, baseline, limits[0], now.date(), is_snapshot=is_snapshot):
            yield Compared(feature, limits, found)


def _judged(compared: Sequence[Compared]) -> Iterator[tuple[Compared, float, Health, str]]:
    """Each with q, state and reason. What is held against the same kind of days is corrected together."""
    for against in Against:
        mine = [one for one in compared if one.found.against == against]
        tested = [one for one in mine if one.found.distance is not None]
        of = {id(one): q for one, q in zip(tested, corrected([_p(one) for one in tested]), strict=True)}
        for one in mine:
            q = of.get(id(one), 1.0)
            yield one, q, *drift(one.found, q, one.limits)


def _p(one: Compared) -> float:
    return one.found.distance.p if one.found.distance else 1.0


def _verdicts(judged: Sequence[tuple[Compared, float, Health, str]]) -> Iterator[Verdict]:
    """What decides is the reference; where there is none, the days before."""
    decisive: dict[int, tuple[Compared, Health, str]] = {}
    for wanted in (Against.REFERENCE, Against.PREVIOUS):
        for one, _, state, reason in judged:
            held = decisive.get(one.feature.pk)
            is_better = held is None or (held[1] == Health.UNKNOWN and state != Health.UNKNOWN)
            if one.found.against == wanted and is_better:
                decisive[one.feature.pk] = (one, state, reason)
    for one, state, reason in decisive.values():
        value = one.found.distance.value if one.found.distance else None
        yield Verdict(Kind.DRIFT, one.feature.view_id, one.feature.pk, state, reason, value, one.limits[2])


def _silent(features: Sequence[Feature], compared: Sequence[Compared]) -> Iterator[Verdict]:
    """Those that were compared with nothing, and why."""
    seen = {one.feature.pk for one in compared}
    rest = [feature for feature in features if feature.pk not in seen]
    unparted = set(Baseline.objects.filter(feature__in=[one.pk for one in rest], parts=0).values_list("pk", flat=True))
    for feature in rest:
        why = PERSONAL if feature.is_personal else UNPARTED if feature.pk in unparted else UNREAD
        why = COMPUTED if is_timeless(feature.view) else why
        yield Verdict(Kind.DRIFT, feature.view_id, feature.pk, Health.UNKNOWN, why)


def _write_series(judged: Sequence[tuple[Compared, float, Health, str]], now: datetime) -> None:
    """Only what differs from the newest there is: days change once a day, pulls come each hour."""
    numbers = list({one.feature.pk for one, *_ in judged})
    newest = DriftMeasurement.objects.filter(feature__in=numbers).order_by("feature_id", "against", "-measured_at")
    held = {
        (row.feature_id, row.against): (
            row.method,
            row.value,
            row.warn,
            row.fail,
            row.state,
            row.first,
            row.last,
            row.before_first,
        )  # fmt: skip
        for row in newest.distinct("feature_id", "against")
    }
    rows = [row for one in judged if (row := _row(one, now)) and held.get((row[2], row[3])) != _told(row)]
    if rows:
        with database.cursor() as cursor:
            copy_rows(cursor, DriftMeasurement, _COLUMNS, rows)


def _row(judged: tuple[Compared, float, Health, str], now: datetime) -> tuple | None:
    one, q, state, reason = judged
    found = one.found
    if found.distance is None or found.now is None or found.before is None:
        return None
    return (
        now, one.feature.view_id, one.feature.pk, found.against.value, found.distance.method, found.distance.value,
        found.distance.p, q, one.limits[1], one.limits[2], state.value, reason[:300], found.now.rows,
        found.before.rows, found.now.first, found.now.last, found.before.first, found.before.last,
    )  # fmt: skip


def _told(row: tuple) -> tuple:
    return (*row[4:6], *row[8:11], *row[14:17])
