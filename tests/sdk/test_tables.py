"""Feature views begun from tables: real Parquet, CSV and PostgreSQL."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from django.db import connection

from charter.files.folders import check_texts
from charter.files.tables import Unreadable, columns_of, dtype_of, view_of
from charter.files.writing import dumped
from tests.sdk.conftest import Run


def features(view: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one.get("dtype", "") for one in view["spec"]["features"]}


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        ("BIGINT", "int64"),
        ("DECIMAL(10,2)", "decimal"),
        ("VARCHAR", "string"),
        ("DOUBLE[]", "array<float64>"),
        ("TIMESTAMP WITH TIME ZONE", "unix_timestamp"),
        ("character varying", "string"),
        ("STRUCT(a INTEGER)", "struct"),
        ("MAP(VARCHAR, INTEGER)", "map"),
        ("INTEGER[][]", ""),
        ("GEOMETRY", ""),
        ("timestamp(6) without time zone", "unix_timestamp"),
    ],
)
def test_types_are_taken_over_or_left_open(kind: str, dtype: str) -> None:
    assert dtype_of(kind) == dtype


def test_a_parquet_file_of_others(real_inputs: Path) -> None:
    """18 columns of hourly weather, none of which ends in _id."""
    file = str(real_inputs / "tables" / "nyc_weather_2013.parquet")
    view = view_of(file, project="flights", keys=["origin"])
    assert view["metadata"] == {"project": "flights", "name": "nyc_weather_2013"}
    assert view["spec"]["entities"] == [{"name": "origin", "joinKeys": ["origin"]}]
    found = features(view)
    assert (found["temp"], found["hour"]) == ("float64", "int64")
    assert "origin" not in found
    with pytest.raises(Unreadable, match="--key"):
        view_of(file, project="flights")
    with pytest.raises(Unreadable, match="has no column tail"):
        view_of(file, project="flights", keys=["tail"])


def test_a_csv_file_whose_columns_are_no_names(real_inputs: Path) -> None:
    view = view_of(str(real_inputs / "tables" / "birdstrikes.csv"), project="p", keys=["Airport Name"])
    assert all(name == name.lower() and " " not in name for name in features(view))
    said = [fault.message for fault in check_texts([("a.yaml", dumped(view))]).faults]
    assert any("owner is missing" in one for one in said)


@pytest.mark.django_db(transaction=True)
def test_a_table_in_postgresql() -> None:
    given = connection.get_connection_params()
    with connection.cursor() as cursor:
        cursor.execute('CREATE TABLE "Stats" (user_id bigint, "avgAmount" numeric(10,2), tags text[], ts timestamptz)')
    database, port, host = given["dbname"], given.get("port") or 5432, str(given["host"])
    login = f"{given['user']}:{given.get('password') or ''}@"
    is_socket = host.startswith("/")
    place = f"/{database}?host={host}&port={port}" if is_socket else f"{host}:{port}/{database}"
    address = f"postgresql://{login}{place}"
    try:
        view = view_of(f"{address}#Stats", project="pay")
        with pytest.raises(Unreadable, match=r"no table public\.nothing"):
            columns_of(f"{address}#nothing")
    finally:
        with connection.cursor() as cursor:
            cursor.execute('DROP TABLE "Stats"')
    assert view["spec"]["entities"] == [{"name": "user", "joinKeys": ["user_id"]}]
    assert features(view) == {"avg_amount": "decimal", "tags": "array<string>"}


@pytest.mark.parametrize(
    "location", ["nothing.parquet", "postgresql://127.0.0.1:1/x#t", "postgresql://127.0.0.1/x", "/etc/hostname.parquet"]
)
def test_what_cannot_be_read_is_said_in_a_sentence(location: str) -> None:
    with pytest.raises(Unreadable) as caught:
        columns_of(location)
    assert "\n" not in str(caught.value)


@pytest.mark.django_db(transaction=True)
def test_the_command(charter: Run, real_inputs: Path, tmp_path: Path, cast: SimpleNamespace) -> None:
    file = str(real_inputs / "tables" / "nyc_weather_2013.parquet")
    done = charter("init", file, "--from", "table", "--project", "flights", "--key", "origin")
    assert done.code == 0, done.err
    written = tmp_path / "features" / "flights" / "nyc_weather_2013.yaml"
    assert yaml.safe_load(written.read_text())["metadata"]["project"] == "flights"
    assert charter("validate", "features").code == 1
    assert charter("init", file, "--from", "table").code == 1
    assert charter("init", file, "--from", "nowhere").code == 1
