"""Writing what a store showed: one row for the view, one for each feature, and the results on the registry's facts."""

from datetime import datetime
from typing import Any

from django.db import connection as database
from django.db.models import Model
from psycopg.types.json import Jsonb

from connectors.records import Bin, Profile, ViewReading
from monitoring.models import FeatureMeasurement, Origin, ViewMeasurement
from registry.actions.bulk import copy_rows
from registry.actions.facts import write_freshness, write_null_rates
from registry.models import Feature, FeatureView, Pull

_VIEW_COLUMNS = (
    "measured_at", "view_id", "origin", "newest_event_at", "rows", "entities", "sample_size", "window_from",
    "window_until", "query", "warnings", "pull_id", "stored_bytes",
)  # fmt: skip
_FEATURE_COLUMNS = (
    "measured_at", "view_id", "feature_id", "origin", "rows", "nulls", "present", "null_rate", "null_rate_error",
    "sample_size", "distinct", "is_distinct_approximate", "minimum", "maximum", "mean", "stddev", "length_minimum",
    "length_maximum", "quantiles", "histogram", "window_from", "window_until", "pull_id", "type_name",
)  # fmt: skip


def write_declared(view: FeatureView, pull: Pull | None, now: datetime) -> None:
    """Keep what the registry itself declares, so that it can be held against what the stores show."""
    if view.declared_until is not None:
        pull_id = pull.pk if pull else None
        row: tuple[Any, ...] = (now, view.pk, Origin.DECLARED, view.declared_until, *[None] * 5, "", [], pull_id, None)
        _copy(ViewMeasurement, _VIEW_COLUMNS, [row])


def write_reading(
    view: FeatureView,
    features: list[Feature],
    reading: ViewReading,
    *,
    pull: Pull | None,
    now: datetime,
    sets_null_rates: bool,
) -> None:
    """Keep one reading of a view and note its newest event; where it decides, its null rates are the features' own."""
    pull_id = pull.pk if pull else None
    row: tuple[Any, ...] = (
        now, view.pk, reading.origin, reading.newest_event_at, reading.rows, reading.entities, reading.sample_size,
        reading.window_from, reading.window_until, reading.query, list(reading.warnings), pull_id, reading.stored_bytes,
    )  # fmt: skip
    _copy(ViewMeasurement, _VIEW_COLUMNS, [row])
    by_name = {feature.name: feature for feature in features}
    found = [(by_name[profile.feature], profile) for profile in reading.profiles if not profile.error]
    rows = [_feature_row(view, feature, profile, reading, pull_id, now) for feature, profile in found]
    _copy(FeatureMeasurement, _FEATURE_COLUMNS, rows)
    write_freshness(view, origin=reading.origin, newest_event_at=reading.newest_event_at, read_at=now)
    if sets_null_rates:
        write_null_rates({feature.pk: profile.null_rate for feature, profile in found}, read_at=now)


def _feature_row(
    view: FeatureView, feature: Feature, profile: Profile, reading: ViewReading, pull_id: int | None, now: datetime
) -> tuple[Any, ...]:
    if feature.is_personal:
        profile = _counts_only(profile)
    return (
        now, view.pk, feature.pk, reading.origin, profile.rows, profile.nulls, profile.present, profile.null_rate,
        reading.null_rate_error, reading.sample_size, profile.distinct, profile.is_distinct_approximate,
        profile.minimum, profile.maximum, profile.mean, profile.stddev, profile.length_minimum, profile.length_maximum,
        Jsonb({str(key): value for key, value in profile.quantiles.items()}),
        Jsonb([_bin(one) for one in profile.histogram]),
        reading.window_from, reading.window_until, pull_id, _type_name(reading, feature),
    )  # fmt: skip


def _type_name(reading: ViewReading, feature: Feature) -> str:
    return reading.types[feature.name].name if feature.name in reading.types else ""


def _counts_only(profile: Profile) -> Profile:
    """The last gate before our tables: whatever a connector answered, nothing of a personal value is kept."""
    return Profile(feature=profile.feature, rows=profile.rows, nulls=profile.nulls, present=profile.present)


def _bin(one: Bin) -> dict[str, Any]:
    known = {"lower": one.lower, "upper": one.upper, "label": one.label, "count": one.count}
    return {name: value for name, value in known.items() if value not in (None, "")}


def _copy(model: type[Model], columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    if rows:
        with database.cursor() as cursor:
            copy_rows(cursor, model, columns, rows)
