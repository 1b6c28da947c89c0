"""Writing what others counted: measurements of an origin of their own, with who told them and in which run."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection as database
from psycopg.types.json import Jsonb

from monitoring.models import FeatureMeasurement, Origin, ViewMeasurement
from registry.actions.bulk import copy_rows
from registry.actions.facts import write_null_rates
from registry.models import Feature, FeatureView
from registry.told import ToldCount

_VIEW_COLUMNS = ("measured_at", "view_id", "origin", "rows", "query", "warnings", "told_by", "told_in")
_FEATURE_COLUMNS = (
    "measured_at", "view_id", "feature_id", "origin", "rows", "nulls", "null_rate", "distinct",
    "is_distinct_approximate", "quantiles", "histogram", "told_by", "told_in",
)  # fmt: skip


def write_counts(
    view: FeatureView, features: Mapping[str, Feature], *, by: str, run: str, at: datetime, rows: int | None,
    counts: Iterable[ToldCount],
) -> None:  # fmt: skip
    """Keep them once, however often they are told. A null rate counts for its feature where Charter itself has measured
    none that is as new.
    """
    told_by, told_in = by[:60], run[:200]
    if ViewMeasurement.objects.filter(view=view, origin=Origin.TOLD, measured_at=at, told_by=told_by).exists():
        return
    _copy(ViewMeasurement, _VIEW_COLUMNS, [(at, view.pk, Origin.TOLD, rows, "", [], told_by, told_in)])
    known = [(features[one.feature], one) for one in counts if one.feature in features]
    lines = [
        (at, view.pk, feature.pk, Origin.TOLD, rows, one.nulls, rate_of(one.nulls, rows),
         None if feature.is_personal else one.distinct, False, Jsonb({}), Jsonb([]), told_by, told_in)
        for feature, one in known
    ]  # fmt: skip
    _copy(FeatureMeasurement, _FEATURE_COLUMNS, lines)
    rates = {feature.pk: rate_of(one.nulls, rows) for feature, one in known if _is_newer(feature, at)}
    if newer := {pk: rate for pk, rate in rates.items() if rate is not None}:
        write_null_rates(newer, read_at=at)


def _is_newer(feature: Feature, at: datetime) -> bool:
    return feature.null_rate_read_at is None or feature.null_rate_read_at < at


def rate_of(nulls: int | None, rows: int | None) -> float | None:
    """None where the two do not fit together: they may be of different moments."""
    return nulls / rows if nulls is not None and rows and nulls <= rows else None


def _copy(model: Any, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    if rows:
        with database.cursor() as cursor:
            copy_rows(cursor, model, columns, rows)
