"""Real Feast 0.67, in an environment of its own, filling real stores for Charter to read.

Nothing in here knows Charter's connectors: it runs Feast's command line and hands over addresses.
"""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import psycopg
from psycopg.conninfo import conninfo_to_dict

from demo.environment import feast_python
from demo.install import STORE, install

FEATURE_REPOSITORIES = Path(__file__).parents[2] / "demo" / "feature_repo"
POSTGRES_REPOSITORY = Path(__file__).parent / "postgres_repo"
BACK = timedelta(days=10)  # how much of each view is materialized
ASK_ONLINE = """
import json, sys
from feast import FeatureStore
features, rows = json.load(sys.stdin)
answer = FeatureStore(".").get_online_features(features, rows).to_dict()
print("ANSWER" + json.dumps(answer))
"""


@dataclass(frozen=True, slots=True)
class FeastRepository:
    """A folder with a feature_store.yaml and definitions."""

    folder: Path

    def run(self, *command: str, stdin: str = "") -> str:
        """What a program of Feast's environment printed. CalledProcessError, with its words, when it failed."""
        program = feast_python().parent / command[0]
        environment = {**os.environ, "TZ": "UTC", "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
        answer = subprocess.run(
            [str(program), *command[1:]],
            cwd=self.folder,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            raise RuntimeError(f"{' '.join(command[:2])} failed: {answer.stdout[-2000:]}{answer.stderr[-2000:]}")
        return answer.stdout

    def apply(self) -> None:
        self.run("feast", "apply")

    def materialize(self, since: datetime, until: datetime, *views: str) -> None:
        wanted = [argument for view in views for argument in ("--views", view)]
        self.run("feast", "materialize", f"{since:%Y-%m-%dT%H:%M:%S}", f"{until:%Y-%m-%dT%H:%M:%S}", *wanted)

    def online(self, features: list[str], rows: list[dict[str, object]]) -> dict[str, list[object]]:
        """What Feast itself serves for `rows` of join keys."""
        answer = self.run("python", "-c", ASK_ONLINE, stdin=json.dumps([features, rows]))
        found: dict[str, list[object]] = json.loads(answer.rpartition("ANSWER")[2])
        return found


@dataclass(frozen=True, slots=True)
class FilledStores:
    """Addresses of stores that Feast has filled, for Charter; and of the raw material, to check it against."""

    registry_url: str
    online_url: str
    offline_url: str
    tables: Path  # folder of the Parquet files that everything came from
    since: datetime  # what was asked to be materialized, from
    until: datetime  # and to
    repositories: dict[str, FeastRepository]  # by project


def fill_redis(folder: Path, database_url: str, redis_url: str) -> FilledStores:
    """The demo's two projects, with a registry in PostgreSQL and values in Parquet and Redis."""
    demo = install(STORE, folder / "store", datetime.now(UTC))
    shutil.copytree(FEATURE_REPOSITORIES, folder / "feature_repo", symlinks=True)
    online = {"type": "redis", "connection_string": _redis_string(redis_url)}
    names = {"flights_first_release": "flights", "flights": "flights", "people": "people"}
    for name, project in names.items():
        _configure(folder / "feature_repo" / name, project, database_url, online, {"type": "duckdb"})
        FeastRepository(folder / "feature_repo" / name).apply()
    repositories = {project: FeastRepository(folder / "feature_repo" / project) for project in ("flights", "people")}
    # Without the view whose file is missing: Feast would stop at it.
    flights = ("origin_delay_hourly", "origin_weather_hourly", "flight_legs", "carrier_delay_daily")
    since = demo.anchored_at - BACK
    repositories["flights"].materialize(since, demo.anchored_at, *flights, "route_delay_daily", "route_delay_profile")
    repositories["people"].materialize(since, demo.anchored_at, "customer_contact", "customer_disruption_daily")
    return FilledStores(
        registry_url=database_url,
        online_url=redis_url,
        offline_url=str(demo.offline_folder),
        tables=demo.offline_folder / "data",
        since=demo.anchored_at - BACK,
        until=demo.anchored_at,
        repositories=repositories,
    )


def fill_postgres(folder: Path, database_url: str) -> FilledStores:
    """One small project whose registry, sources and served values are all in PostgreSQL."""
    demo = install(STORE, folder / "store", datetime.now(UTC))
    _load_marts(demo.offline_folder / "data", database_url)
    repository = FeastRepository(shutil.copytree(POSTGRES_REPOSITORY, folder / "repository"))
    store = {"type": "postgres", **_postgres_settings(database_url)}
    _configure(repository.folder, "flights_pg", database_url, store | {"db_schema": "online"}, store)
    repository.apply()
    repository.materialize(demo.anchored_at - BACK, demo.anchored_at)
    return FilledStores(
        registry_url=database_url,
        online_url=f"{database_url}{'&' if '?' in database_url else '?'}options=-csearch_path%3Donline",
        offline_url=database_url,
        tables=demo.offline_folder / "data",
        since=demo.anchored_at - BACK,
        until=demo.anchored_at,
        repositories={"flights_pg": repository},
    )


def _configure(folder: Path, project: str, database_url: str, online: object, offline: object) -> None:
    """Write feature_store.yaml. JSON is YAML, and needs no library for it."""
    settings = {
        "project": project,
        "provider": "local",
        "registry": {"registry_type": "sql", "path": _sqlalchemy_url(database_url)},
        "online_store": online,
        "offline_store": offline,
        "entity_key_serialization_version": 3,
    }
    (folder / "feature_store.yaml").write_text(json.dumps(settings, indent=1))


def _sqlalchemy_url(database_url: str) -> str:
    return "postgresql+psycopg://" + database_url.partition("://")[2]


def _postgres_settings(database_url: str) -> dict[str, object]:
    found = conninfo_to_dict(database_url)
    return {
        "host": found.get("host", "127.0.0.1"),
        "port": int(found.get("port") or 5432),
        "database": found["dbname"],
        "user": found.get("user", "postgres"),
        "password": found.get("password") or "unused",
        "sslmode": "disable",
    }


def _redis_string(redis_url: str) -> str:
    """redis://:password@host:port/database as Feast writes it: host:port,db=database,password=..."""
    login, _, place = redis_url.removeprefix("redis://").rpartition("@")
    address, _, database = place.partition("/")
    password = login.partition(":")[2]
    return f"{address},db={database or 0}" + (f",password={password}" if password else "")


MARTS = {  # table in the schema `marts`: the demo's file, and the columns taken from it
    "flight_legs": (
        "flights/flight_legs",
        "event_timestamp timestamptz, flight_id text, tail_number text, dep_delay_min bigint, arr_delay_min bigint,"
        " was_cancelled boolean",
    ),
    "origin_weather": (
        "flights/origin_weather_hourly",
        "observed_at timestamptz, origin text, temp float8, wind_gust float8, pressure float8",
    ),
    "route_delay_profile": (
        "flights/route_delay_profile",
        "event_timestamp timestamptz, route text, delay_profile float4[], busiest_hour bigint",
    ),
    "customer_contact": (
        "people/customer_contact",
        "event_timestamp timestamptz, customer_id text, email text, mobile_phone text",
    ),
}


def _load_marts(tables: Path, database_url: str) -> None:
    with psycopg.connect(database_url) as connection, connection.cursor() as cursor, duckdb.connect() as parquet:
        parquet.execute("SET TimeZone = 'UTC'")
        cursor.execute("CREATE SCHEMA marts")
        cursor.execute("CREATE SCHEMA online")
        for name, (file, columns) in MARTS.items():
            cursor.execute(f"CREATE TABLE marts.{name} ({columns})")
            names = [column.split()[0] for column in columns.split(",")]
            # Times as text: DuckDB needs pytz to hand them to Python.
            chosen = ", ".join(f"{each}::VARCHAR" if each.endswith(("_at", "timestamp")) else each for each in names)
            with cursor.copy(f"COPY marts.{name} FROM STDIN") as copy:
                for row in parquet.execute(f"SELECT {chosen} FROM '{tables / file}.parquet'").fetchall():
                    copy.write_row(row)
