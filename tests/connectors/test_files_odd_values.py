"""What real columns hold besides good numbers: nothing, NaN, infinity, one value, enormous ones, other types."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from connectors.files.client import FileStore
from connectors.files.engine import Limits
from connectors.files.folders import LocalFolder
from connectors.records import Bin, ConnectorError, Profile, ViewReading
from tests.connectors.targets import profile_of, target

Measure = Callable[..., ViewReading]


@pytest.fixture
def measure(tmp_path: Path) -> Measure:
    """Write the rows of a query to Parquet and measure the given columns."""

    def write_and_read(select: str, *features: str, **options: object) -> ViewReading:
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({select}) TO '{tmp_path / 'rows.parquet'}'")
        return FileStore(LocalFolder(tmp_path)).read(target("rows.parquet", *features, **options))  # type: ignore[arg-type]

    return write_and_read


@pytest.fixture
def profile(measure: Measure) -> Callable[[str], Profile]:
    """The profile of one column `x` with the given values."""
    return lambda values: profile_of(measure(f"SELECT unnest([{values}]) AS x", "x"), "x")


def test_nan_is_null_as_feast_has_it(profile: Callable[[str], Profile]) -> None:
    found = profile("1.0, 2.5, 'NaN'::DOUBLE, NULL")
    assert (found.rows, found.nulls, found.null_rate) == (4, 2, 0.5)
    assert (found.minimum, found.maximum, found.mean, found.distinct) == (1.0, 2.5, 1.75, 2)


def test_infinity_is_a_value_but_breaks_no_bounds(measure: Measure) -> None:
    reading = measure("SELECT unnest([1.5, 'inf'::FLOAT, '-inf'::FLOAT, 3.0]) AS x", "x")
    found = profile_of(reading, "x")
    assert (found.nulls, found.minimum, found.maximum, found.mean) == (0, 1.5, 3.0, 2.25)
    assert sum(bin.count for bin in found.histogram) == 2
    assert reading.warnings == ("x: 2 infinite values are left out of its bounds, mean and histogram.",)


@pytest.mark.parametrize("values", ["NULL::DOUBLE, NULL", "'NaN'::DOUBLE", "NULL::BIGINT", "'inf'::DOUBLE"])
def test_a_column_without_a_finite_value_has_no_distribution(profile: Callable[[str], Profile], values: str) -> None:
    found = profile(values)
    assert (found.minimum, found.mean, found.stddev, found.histogram, found.quantiles) == (None, None, None, (), {})
    assert found.error == ""


@pytest.mark.parametrize(
    ("values", "bins"),
    [
        ("7, 7, 7", (Bin(3, 7.0, 8.0),)),
        ("2.5, 2.5", (Bin(2, 2.5, 2.5),)),
        ("3, 5, 5", (Bin(1, 3.0, 4.0), Bin(0, 4.0, 5.0), Bin(2, 5.0, 6.0))),
        ("1e16 + 0.0, 1e16 + 2", (Bin(1, 1e16, 1e16 + 1), Bin(0, 1e16 + 1, 1e16 + 2), Bin(1, 1e16 + 2, 1e16 + 3))),
        ("0.0::DOUBLE, 5e-324::DOUBLE", (Bin(2, 0.0, 5e-324),)),
    ],
)
def test_few_values_make_few_bins(profile: Callable[[str], Profile], values: str, bins: tuple[Bin, ...]) -> None:
    assert profile(values).histogram[:2] == bins[:2]
    assert sum(bin.count for bin in profile(values).histogram) == sum(bin.count for bin in bins)


def test_bounds_too_far_apart_for_a_float_leave_out_the_bins_only(profile: Callable[[str], Profile]) -> None:
    found = profile("-1.7e308::DOUBLE, 0.5, 1.7e308::DOUBLE")
    assert (found.minimum, found.maximum, found.histogram, found.nulls) == (-1.7e308, 1.7e308, (), 0)


@pytest.mark.parametrize(
    "values", ["-170141183460469231731687303715884105727::HUGEINT, 5", "18446744073709551615::UBIGINT"]
)
def test_huge_integers_are_measured(profile: Callable[[str], Profile], values: str) -> None:
    found = profile(values)
    assert sum(bin.count for bin in found.histogram) == found.rows


def test_decimals_booleans_and_times_have_their_own_distributions(measure: Measure) -> None:
    reading = measure(
        "SELECT 1.25::DECIMAL(9, 2) AS price, true AS is_new, DATE '1970-01-02' AS born "
        "UNION ALL SELECT 3.75, NULL, NULL",
        "price", "is_new", "born",
    )  # fmt: skip
    assert profile_of(reading, "price").mean == 2.5
    assert profile_of(reading, "is_new").histogram == (Bin(0, label="false"), Bin(1, label="true"))
    assert profile_of(reading, "is_new").nulls == 1
    assert profile_of(reading, "born").minimum == 86_400  # seconds since 1970


def test_lists_of_any_kind_have_lengths_and_blobs_nothing(measure: Measure) -> None:
    reading = measure(
        "SELECT [1.0, 2.0]::FLOAT[2] AS vector, [['a']] AS nested, 'x'::BLOB AS raw, uuid() AS id "
        "UNION ALL SELECT NULL, [], NULL, NULL",
        "vector", "nested", "raw", "id",
    )  # fmt: skip
    lengths = {p.feature: (p.nulls, p.length_minimum, p.length_maximum) for p in reading.profiles}
    assert lengths == {"vector": (1, 2, 2), "nested": (0, 0, 1), "raw": (1, None, None), "id": (1, 36, 36)}


def test_a_missing_column_costs_only_itself(measure: Measure) -> None:
    reading = measure("SELECT 1 AS amount", "amount", "gone", keys=("user_id",), moment="event_timestamp")
    assert profile_of(reading, "gone").error == "There is no column 'gone' in the source."
    assert profile_of(reading, "gone").null_rate is None
    assert profile_of(reading, "amount").mean == 1
    assert (reading.entities, reading.newest_event_at) == (None, None)
    assert reading.warnings == (
        "Entities are not counted: the source has no column 'user_id'.",
        "Freshness is unknown: the event time column 'event_timestamp' is not in the source.",
    )


def test_quoted_names_stay_names(measure: Measure) -> None:
    hostile = '"; DROP TABLE x; --'
    quoted = '"' + hostile.replace('"', '""') + '"'
    reading = measure(f'SELECT 5 AS {quoted}, now() AS "when it\'s"', hostile, moment="when it's", keys=(hostile,))
    assert (profile_of(reading, hostile).mean, reading.entities) == (5, 1)
    assert reading.newest_event_at is not None


def test_a_time_in_the_future_is_reported_as_it_is(measure: Measure) -> None:
    future = "SELECT TIMESTAMP '2090-06-01 12:00:00' AS at UNION ALL SELECT TIMESTAMP '2020-01-01'"
    assert measure(future, moment="at").newest_event_at == datetime(2090, 6, 1, 12, tzinfo=UTC)


def test_a_time_beyond_any_calendar_is_a_warning(measure: Measure) -> None:
    reading = measure("SELECT TIMESTAMP '290000-01-01' AS at", moment="at")
    assert (reading.newest_event_at, reading.rows) == (None, 1)
    assert "outside the years 1 to 9999" in reading.warnings[0]


def test_a_time_that_is_text_is_not_taken_for_one(measure: Measure) -> None:
    reading = measure("SELECT 'yesterday' AS at, 1 AS x", "x", moment="at")
    assert reading.warnings == ("Freshness is unknown: the event time column 'at' is VARCHAR, not a time.",)
    assert profile_of(reading, "x").rows == 1


def test_an_empty_file_has_no_rows_and_no_null_rate(measure: Measure) -> None:
    reading = measure("SELECT 1 AS x, now() AS at LIMIT 0", "x", moment="at", keys=("x",))
    assert (reading.rows, reading.entities, reading.newest_event_at) == (0, 0, None)
    assert profile_of(reading, "x").null_rate is None


def test_a_measurement_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT random() AS x FROM range(3000000)) TO '{tmp_path / 'big.parquet'}'")
    with pytest.raises(ConnectorError, match="took longer than"):
        FileStore(LocalFolder(tmp_path), limits=Limits(seconds=0.001)).read(target("big.parquet", "x"))
