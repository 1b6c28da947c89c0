"""A few values are looked at to tell their kind; what comes back is a kind and counts."""

import csv
from pathlib import Path

import duckdb
import psycopg
import pytest

from connectors.files.client import FileStore
from connectors.files.engine import Engine
from connectors.files.folders import LocalFolder
from connectors.postgres.client import PostgresStore
from connectors.records import Column, Sampled, ViewReader, ViewReading, ViewTarget

ROWS = 400
COLUMNS = {
    "contact": "'mail' || i || '@example.org'", "phone": "'+49 30 90' || (10000 + i)", "amount": "i * 0.5",
    "half": "CASE WHEN i % 2 = 0 THEN 'mail' || i || '@example.org' ELSE 'none ' || i END", "number": "100000000 + i",
    "constant": "'info@example.org'", "secret": "'secret' || i || '@example.org'",
}  # fmt: skip


def asked(location: str, names: list[str], *, unsampled: str = "") -> ViewTarget:
    columns = tuple(Column(name, name, "", True, is_sampled=name != unsampled) for name in names)
    return ViewTarget("shop", "people", None, (), columns, "", location)


def of_files(folder: Path) -> ViewReader:
    picked = ", ".join(f"{made} AS {name}" for name, made in COLUMNS.items())
    with duckdb.connect() as opened:
        opened.execute(f"COPY (SELECT {picked} FROM range({ROWS}) AS of_rows(i)) TO '{folder / 'people.parquet'}'")  # noqa: S608
    return FileStore(LocalFolder(folder))


def of_postgres(url: str) -> ViewReader:
    picked = ", ".join(f"{made} AS {name}" for name, made in COLUMNS.items())
    with psycopg.connect(url) as opened:
        opened.execute("DROP TABLE IF EXISTS people")
        opened.execute(f"CREATE TABLE people AS SELECT {picked} FROM generate_series(0, {ROWS - 1}) AS i")  # noqa: S608
    return PostgresStore(url)


@pytest.fixture(params=["files", "postgres"])
def read(request: pytest.FixtureRequest, tmp_path: Path) -> ViewReading:
    """The same rows in both."""
    if request.param == "files":
        store, location = of_files(tmp_path), "people.parquet"
    else:
        store, location = of_postgres(request.getfixturevalue("registry_database_url")), "people"
    return store.read(asked(location, list(COLUMNS), unsampled="secret"))


def test_kinds_and_counts_come_back(read: ViewReading) -> None:
    assert read.sampled["contact"] == Sampled("email", 200, 200)
    assert read.sampled["phone"].kind == "phone"
    assert read.sampled["half"] == Sampled("", 100, 200)  # too few of them
    assert read.sampled["number"].kind == ""
    assert {"amount", "constant", "secret"}.isdisjoint(read.sampled)  # not text, one value only, not to be looked at


def test_no_value_comes_back(read: ViewReading) -> None:
    told = repr(read)
    assert not [part for part in ("mail1", "@example.org", "+49 30", "secret1", "none 1") if part in told]


def test_what_is_looked_at_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    statements: list[str] = []
    plain = Engine.ask
    monkeypatch.setattr(Engine, "ask", lambda self, sql, bound=(): statements.append(sql) or plain(self, sql, bound))
    store = of_files(tmp_path)
    store.read(asked("people.parquet", ["contact"]))
    store.read(asked("people.parquet", ["amount"]))
    [sample] = [one for one in statements if "left(" in one]
    assert 'left(CAST("contact" AS VARCHAR), 320)' in sample
    assert sample.endswith("LIMIT 1000")


def test_a_store_that_refuses_costs_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.files.table import FileTable
    from connectors.records import ConnectorError

    def refuse(*_: object) -> list[tuple[str | None, ...]]:
        raise ConnectorError("It took too long.", fix="Try later.")

    monkeypatch.setattr(FileTable, "sample", refuse)
    reading = of_files(tmp_path).read(asked("people.parquet", list(COLUMNS)))
    assert reading.sampled == {}
    assert reading.rows == ROWS
    assert reading.warnings == ("No values were looked at to tell their kind: It took too long.",)


# What DataHub calls the columns of its tables, and the kind that their values have where they have a form of their own.
FORMS = {
    "US_Social_Security_Number": "national-id", "Phone_Number": "phone", "Email_Address": "email", "IBAN": "iban",
    "IP_Address_v6": "ip-address", "Credit_Debit_Card_Number": "card",
}  # fmt: skip
PEOPLELESS = ("birdstrikes.csv", "nyc_flights_2013.parquet", "nyc_planes.csv", "nyc_weather_2013.parquet",
              "seattle-weather.csv")  # fmt: skip


def labelled(folder: Path) -> dict[tuple[Path, str], str]:
    """Each column of the real tables, with its label; those of flights, weather and birds have none."""
    with (folder / "pii" / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    found = {
        (folder / "pii" / f"{row['dataset']}.csv", row["column"]): row["datahub_infotype_or_empty"] for row in rows
    }
    for table in (folder / "tables" / name for name in PEOPLELESS):
        found |= {(table, row[0]): "" for row in duckdb.sql(f"DESCRIBE SELECT * FROM '{table}'").fetchall()}  # noqa: S608
    return found


def test_precision_and_recall_on_real_tables(real_inputs: Path) -> None:
    """Read as a pull reads them: docs/classes.md tells these figures."""
    labels = labelled(real_inputs)
    found = {}
    for table in {path for path, _ in labels}:
        names = [name for path, name in labels if path == table]
        reading = FileStore(LocalFolder(table.parent)).read(asked(table.name, names))
        found |= {(table, name): told.kind for name, told in reading.sampled.items() if told.kind}
    right = [key for key, kind in found.items() if FORMS.get(labels[key]) == kind]
    with_a_form = [key for key, label in labels.items() if label in FORMS]
    personal = [key for key, label in labels.items() if label]
    assert (len(labels), len(personal), len(with_a_form)) == (128, 18, 10)
    assert (len(found), len(right)) == (9, 9)
