"""Of a personal column nothing is asked but how many rows are filled, and nothing else is returned."""

from pathlib import Path

import duckdb
import pytest

from connectors.files.client import FileStore
from connectors.files.engine import Engine
from connectors.files.folders import LocalFolder
from connectors.records import Profile
from tests.connectors.targets import profile_of, target

PERSONAL = ("email", "salary", "is_ill", "born", "face")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that reaches DuckDB, with its parameters."""
    statements: list[str] = []
    plain = Engine.ask

    def ask(self: Engine, sql: str, parameters: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        statements.append(f"{sql} {list(parameters)}")
        return plain(self, sql, parameters)

    monkeypatch.setattr(Engine, "ask", ask)
    return statements


@pytest.fixture
def people(tmp_path: Path) -> FileStore:
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT 'ada@example.com' AS email, 91234.5 AS salary, true AS is_ill, DATE '1990-05-17' AS born, "
            "[0.5, 0.25] AS face, 3 AS orders UNION ALL SELECT NULL, 'NaN'::DOUBLE, NULL, NULL, NULL, 4) "
            f"TO '{tmp_path / 'people.parquet'}'"
        )
    return FileStore(LocalFolder(tmp_path))


def test_only_rows_and_nulls_of_personal_columns_come_back(people: FileStore) -> None:
    reading = people.read(target("people.parquet", *PERSONAL, "orders", personal=PERSONAL))
    for feature in PERSONAL:
        assert profile_of(reading, feature) == Profile(feature, rows=2, nulls=1, present=2)
    assert profile_of(reading, "orders").maximum == 4


def test_the_store_is_not_asked_for_more_either(people: FileStore, asked: list[str]) -> None:
    reading = people.read(target("people.parquet", *PERSONAL, personal=PERSONAL))
    words = " ".join(asked)
    for forbidden in ("min(", "max(c", "avg", "stddev", "DISTINCT", "distinct", "len(", "floor", "epoch", "GROUP"):
        assert forbidden not in words, forbidden
    assert "count_if(NOT isnan(c1))" in words
    for value in ("ada@", "91234", "1990"):
        assert value not in words + reading.query


def test_what_is_kept_as_evidence_holds_no_values(people: FileStore) -> None:
    reading = people.read(target("people.parquet", *PERSONAL, "orders", personal=()))
    for value in ("ada@", "91234", "1990", "0.25"):
        assert value not in reading.query
    assert "avg(" in reading.query
