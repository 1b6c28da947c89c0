"""Snowflake's own client against fakesnow's HTTP server: figures of Charter, and arithmetic over the same rows.

fakesnow runs Snowflake's SQL on DuckDB. It shows that questions are written as Snowflake takes them and answers are
read as its client gives them, not how long a warehouse takes.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from connectors.records import Column, ConnectorError, Cuts, Within
from connectors.snowflake import session as snowflake
from connectors.stores import open_offline
from demo.environment import site_packages
from tests.connectors.targets import profile_of, target
from tests.live.third_parties import ThirdParty, environment, free_port

pytestmark = [pytest.mark.live, pytest.mark.filterwarnings("ignore")]
ROOT = Path(__file__).parents[2]
SERVER = ("fakesnow[server]==0.12.1", "snowflake-connector-python==3.18.1")  # the server takes no newer client
CLIENT = ("--constraint", str(ROOT / "constraints.txt"), "--requirement", str(ROOT / "requirements-snowflake.txt"))
FIRST = datetime(2026, 11, 1, tzinfo=UTC)
ROWS = 2_000
TABLE = "SHOP.marts.stats"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the server answers, with 2,000 rows in twenty days. Its client is found behind our own packages."""
    folder, made, port = tmp_path_factory.mktemp("snow"), environment("fakesnow", *SERVER), free_port()
    behind = str(site_packages(environment("snowflake-client", *CLIENT) / "bin" / "python"))
    sys.path.append(behind)
    with ThirdParty(made, folder).serving(
        "fakesnow", "-s", "-p", str(port), ready=f"http://localhost:{port}/", status=404
    ):
        url = f"snowflake://reader:not-for-logs@acme/SHOP/marts?host=localhost&port={port}&protocol=http"
        fill(url)
        yield url
    sys.path.remove(behind)


def fill(url: str) -> None:
    client = snowflake.library()
    settings = snowflake.parsed(url)
    with client.connect(
        **{name: value for name, value in settings.items() if name not in ("database", "schema")}
    ) as plain:
        run = plain.cursor().execute
        run("CREATE DATABASE SHOP")
        run('CREATE SCHEMA SHOP."marts"')
        run(
            'CREATE TABLE SHOP."marts"."stats" ("event_timestamp" TIMESTAMP_NTZ, "zoned" TIMESTAMP_TZ, '
            '"user_id" VARCHAR, "spend" FLOAT, "visits" NUMBER(38,0), "price" NUMBER(10,2), "is_new" BOOLEAN, '
            '"country" VARCHAR, "email" VARCHAR, "raw" VARIANT)'
        )
        run(
            'INSERT INTO SHOP."marts"."stats" SELECT '
            "DATEADD('minute', 14 * n, '2026-11-01 00:00:00'::TIMESTAMP_NTZ), "
            "DATEADD('minute', 14 * n, '2026-11-01 00:00:00'::TIMESTAMP_NTZ)::TIMESTAMP_TZ, 'u' || MOD(n, 50), "
            "CASE WHEN MOD(n, 10) = 0 THEN NULL WHEN MOD(n, 100) = 7 THEN 'NaN'::FLOAT ELSE n END, "
            "MOD(n, 7), n / 4, MOD(n, 2) = 0, CASE WHEN MOD(n, 4) = 0 THEN 'NL' ELSE 'DE' END, 'x' || n, NULL "
            f"FROM (SELECT ROW_NUMBER() OVER (ORDER BY 1) - 1 AS n FROM TABLE(GENERATOR(ROWCOUNT => {ROWS})))"
        )


def stats(*features: str, **more: object) -> object:
    return target(TABLE, *features, moment="event_timestamp", keys=("user_id",), **more)  # type: ignore[arg-type]


def test_a_test_says_what_can_be_seen(address: str) -> None:
    rights = open_offline(address).test()
    assert [right.ok for right in rights] == [True, True]


def test_freshness_nulls_and_profiles_come_from_one_pass(address: str) -> None:
    reading = open_offline(address).read(stats("spend", "visits", "price", "is_new", "country", "raw"))  # type: ignore[arg-type]
    assert (reading.rows, reading.newest_event_at) == (ROWS, FIRST + timedelta(minutes=14 * (ROWS - 1)))
    assert reading.entities == pytest.approx(50, abs=5)
    assert not [one.error for one in reading.profiles if one.error]
    nulls = {one.feature: one.nulls for one in reading.profiles}
    assert nulls == {"spend": 220, "visits": 0, "price": 0, "is_new": 0, "country": 0, "raw": ROWS}
    visits = profile_of(reading, "visits")
    assert (visits.minimum, visits.maximum, visits.distinct) == (0, 6, 7)
    assert visits.mean == pytest.approx(sum(n % 7 for n in range(ROWS)) / ROWS)
    assert sum(one.count for one in profile_of(reading, "spend").histogram) == ROWS - 220
    assert [(one.label, one.count) for one in profile_of(reading, "is_new").histogram] == [
        ("false", 1000),
        ("true", 1000),
    ]
    assert reading.types["price"].name == "NUMBER(10,2)"
    assert reading.stored_bytes is not None
    assert "x1" not in reading.query


def test_of_a_personal_feature_only_nulls_are_counted(address: str) -> None:
    reading = open_offline(address).read(stats("email", personal=("email",)))  # type: ignore[arg-type]
    found = profile_of(reading, "email")
    assert (found.rows, found.nulls, found.distinct, found.length_maximum, found.histogram) == (ROWS, 0, None, None, ())
    assert 'COUNT("email")' in reading.query
    assert "LENGTH" not in reading.query


@pytest.mark.parametrize("moment", ["event_timestamp", "zoned"])
def test_days_and_parts_are_counted(address: str, moment: str) -> None:
    asked = replace(
        target(TABLE, "visits", "country", "is_new", moment=moment), days_back=4,
        columns=(
            Column("visits", "visits", "int64", False, Cuts((1.0, 3.0), 3), Within(minimum=1.0)),
            Column("country", "country", "string", False, None, Within(allowed=("NL", "it's"))),
            Column("is_new", "is_new", "bool", False),
        ),
    )  # fmt: skip
    reading = open_offline(address).read(asked)
    days = dict(reading.rows_by_day)
    per_day = [(FIRST + timedelta(minutes=14 * n)).date() for n in range(ROWS)]
    assert days == {day: per_day.count(day) for day in sorted(set(per_day))[-5:]}
    visits = profile_of(reading, "visits")
    last = [n % 7 for n in range(ROWS) if per_day[n] == date(2026, 11, 20)]
    [counted] = [one for one in visits.days if one.day == date(2026, 11, 20)]
    assert counted.counts == (sum(n < 1 for n in last), sum(1 <= n < 3 for n in last), sum(n >= 3 for n in last))
    assert visits.outside == sum(n % 7 < 1 for n in range(ROWS))
    assert profile_of(reading, "country").outside == 1500
    words = profile_of(reading, "country").days[-1]
    assert sum(words.counts) == days[words.day]
    assert sorted(filter(None, profile_of(reading, "is_new").days[-1].counts))


def test_a_window_leaves_freshness_alone(address: str) -> None:
    since = FIRST + timedelta(days=19)
    whole = open_offline(address).read(stats("visits"))  # type: ignore[arg-type]
    reading = open_offline(address).read(stats("visits"), since=since)  # type: ignore[arg-type]
    assert reading.newest_event_at == whole.newest_event_at
    assert reading.rows == sum(FIRST + timedelta(minutes=14 * n) >= since for n in range(ROWS))


def test_a_query_runs_as_a_subselect(address: str) -> None:
    query = 'SELECT "user_id", "visits" + 1 AS "visits", "event_timestamp" FROM SHOP."marts"."stats" -- all of it'
    reading = open_offline(address).read(target("", "visits", moment="event_timestamp", query=f"{query};"))
    assert (profile_of(reading, "visits").minimum, reading.stored_bytes) == (1, None)


@pytest.mark.parametrize(
    ("location", "query", "said"),
    [
        ("SHOP.marts.gone", "", "could not run it"),
        ('SHOP.marts."; DROP TABLE x; --', "", "could not run it"),
        ("a.b.c.d", "", "is no table"),
        ("", "SELECT system $ abort_session(1)", "system function"),
        ("", "SELECT SYSTEM$CANCEL_ALL_QUERIES(1)", "system function"),
    ],
)
def test_what_cannot_be_read_says_why(address: str, location: str, query: str, said: str) -> None:
    with pytest.raises(ConnectorError, match=said):
        open_offline(address).read(target(location, "visits", query=query))


def test_a_column_that_is_not_there_costs_only_itself(address: str) -> None:
    reading = open_offline(address).read(stats("visits", "nope"))  # type: ignore[arg-type]
    assert (profile_of(reading, "visits").error, "nope" in profile_of(reading, "nope").error) == ("", True)


def test_no_password_is_in_messages(address: str) -> None:
    for wrong in (
        address.replace("warehouse", "x") + "&unknown=1",
        "snowflake://reader:not-for-logs@",
        address + "&port=x",
    ):
        [right] = open_offline(wrong).test()
        assert not right.ok
        assert "not-for-logs" not in right.detail + right.fix
