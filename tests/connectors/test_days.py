"""Days of a feature, counted into parts that stay: the same in files and in PostgreSQL, and the same as numpy's."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import psycopg
import pytest

from connectors.bins import binning
from connectors.cuts import PARTS, learn
from connectors.files.client import FileStore
from connectors.files.folders import LocalFolder
from connectors.postgres.client import PostgresStore
from connectors.records import Column, Cuts, DayCount, ViewReading, ViewTarget
from tests.connectors.targets import profile_of

ROWS = """
SELECT i % 500 AS user_id, timestamptz '2026-11-20 10:00Z' - i * interval '1 minute' AS event_timestamp,
  CASE WHEN i % 20 = 0 THEN NULL ELSE sin(i) * 100 END AS amount,
  CASE i % 50 WHEN 0 THEN CAST('NaN' AS double precision) WHEN 1 THEN CAST('Infinity' AS double precision)
    ELSE CAST(i % 100 AS double precision) END AS ratio,
  i % 3 AS few, i % 3 = 0 AS is_new, 'word ' || (i % 7) AS label, 'id ' || i AS prose
FROM {series}
"""
FEATURES = ("amount", "ratio", "few", "is_new", "label", "prose")
NEWEST = date(2026, 11, 20)
EDGES = (-90.0, -50.0, 0.0, 12.5, 77.0)


def wanted(location: str, *, back: int = 3, first: date | None = None, moment: str = "event_timestamp") -> ViewTarget:
    columns = tuple(
        Column(name, name, "", name == "user_id", Cuts(EDGES, len(EDGES) + 1) if name == "amount" else None)
        for name in (*FEATURES, "user_id")
    )
    return ViewTarget(
        "shop", "stats", None, (), columns, "", location, timestamp_column=moment, days_back=back, days_from=first
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("days")
    rows = ROWS.format(series="range(20000) AS series(i)")
    with duckdb.connect() as plain:
        plain.execute(f"COPY ({rows}) TO '{made}/stats.parquet' (FORMAT parquet)")
    return made


@pytest.fixture
def files(folder: Path) -> FileStore:
    return FileStore(LocalFolder(folder))


@pytest.fixture
def postgres(registry_database_url: str) -> PostgresStore:
    with psycopg.connect(registry_database_url, autocommit=True) as connection:
        connection.execute(f"CREATE TABLE stats AS {ROWS.format(series='generate_series(0, 19999) AS i')}")
    return PostgresStore(registry_database_url)


@pytest.fixture(params=["files", "postgres"])
def reading(request: pytest.FixtureRequest) -> ViewReading:
    location = "stats.parquet" if request.param == "files" else "stats"
    found: ViewReading = request.getfixturevalue(request.param).read(wanted(location))
    return found


def days_of(reading: ViewReading, feature: str) -> dict[date, DayCount]:
    return {one.day: one for one in profile_of(reading, feature).days}


def minutes_of(day: date) -> np.ndarray:
    """Which i lie on this day."""
    i = np.arange(20_000)
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    start = datetime.combine(day, datetime.min.time(), UTC)
    later, sooner = (at - start) // timedelta(minutes=1), (at - start - timedelta(days=1)) // timedelta(minutes=1)
    return i[(i <= later) & (i > sooner)]


def test_days_are_numpy_s_histograms(reading: ViewReading) -> None:
    found = days_of(reading, "amount")
    assert list(found) == [NEWEST - timedelta(days=back) for back in (3, 2, 1, 0)]
    for day, counted in found.items():
        i = minutes_of(day)
        values = np.sin(i[i % 20 != 0]) * 100
        assert counted.counts == tuple(np.bincount(np.digitize(values, EDGES), minlength=len(EDGES) + 1))
        assert counted.nulls == np.count_nonzero(i % 20 == 0)


def test_rows_of_each_day(reading: ViewReading) -> None:
    assert dict(reading.rows_by_day) == {
        NEWEST - timedelta(days=back): len(minutes_of(NEWEST - timedelta(days=back))) for back in range(4)
    }


def test_what_is_no_number_has_no_part(reading: ViewReading) -> None:
    yesterday = days_of(reading, "ratio")[NEWEST - timedelta(days=1)]
    i = minutes_of(NEWEST - timedelta(days=1))
    assert yesterday.nulls == np.count_nonzero(i % 50 < 2)
    assert sum(yesterday.counts) == len(i) - yesterday.nulls


def test_a_value_that_is_common_has_a_part_of_its_own(reading: ViewReading) -> None:
    few = profile_of(reading, "few")
    assert few.cuts == Cuts((1.0, 2.0), 3)
    assert all(480 <= count <= 480 for count in few.days[1].counts)


def test_booleans_and_words_are_parted_without_being_told(reading: ViewReading) -> None:
    assert days_of(reading, "is_new")[NEWEST - timedelta(days=2)].counts == (960, 480)
    words = profile_of(reading, "label")
    assert words.cuts == Cuts((), 32)
    assert 0 < sum(count > 0 for count in words.days[0].counts) <= 7
    assert sum(words.days[1].counts) == 1440


def test_personal_and_prose_have_no_days(reading: ViewReading) -> None:
    for name in ("user_id", "prose"):
        assert (profile_of(reading, name).cuts, profile_of(reading, name).days) == (None, ())


def test_files_and_postgresql_part_words_alike(files: FileStore, postgres: PostgresStore) -> None:
    ours, theirs = files.read(wanted("stats.parquet")), postgres.read(wanted("stats"))
    assert profile_of(ours, "label").days == profile_of(theirs, "label").days
    assert profile_of(ours, "few").days == profile_of(theirs, "few").days


def test_an_earlier_first_day_is_counted_from_there(files: FileStore) -> None:
    found = files.read(wanted("stats.parquet", first=date(2026, 11, 10)))
    assert [one.day for one in profile_of(found, "amount").days][0] == date(2026, 11, 10)


def test_without_a_time_all_rows_are_today_s(files: FileStore) -> None:
    found = files.read(wanted("stats.parquet", moment=""))
    assert found.is_snapshot
    (only,) = profile_of(found, "amount").days
    assert (only.day, sum(only.counts) + only.nulls) == (datetime.now(UTC).date(), 20_000)
    assert dict(found.rows_by_day) == {only.day: 20_000}


def test_no_days_are_counted_unless_asked(files: FileStore) -> None:
    found = files.read(wanted("stats.parquet", back=0))
    assert (found.rows_by_day, profile_of(found, "amount").days) == ((), ())


def test_cuts_hold_a_fortieth_each_and_an_outlier_does_not_hide_the_rest() -> None:
    values = np.append(np.random.default_rng(7).normal(50, 5, 40_000), 1e7)

    def counted(bins: object) -> dict[int, int]:
        within = values[(values >= bins.minimum) & (values <= bins.maximum)]
        places = np.minimum(np.floor((within - bins.minimum) / bins.width), bins.count - 1).astype(int)
        return dict(enumerate(np.bincount(places)))

    bins = binning(values.min(), values.max(), is_integer=False)
    assert bins is not None
    cuts = learn(bins, counted(bins), counted)
    shares = np.bincount(np.digitize(values, cuts.edges), minlength=cuts.parts) / len(values)
    assert cuts.parts >= PARTS / 2
    assert shares.max() < 0.1


def test_one_value_alone_is_told_from_any_other() -> None:
    bins = binning(5.0, 5.0, is_integer=False)
    assert bins is not None
    cuts = learn(bins, {0: 100}, lambda closer: {})
    assert [int(np.digitize(value, cuts.edges)) for value in (4.9, 5.0, 5.1)] == [0, 1, 2]
