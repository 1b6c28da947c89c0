"""Samples of entities: those with the lowest hashes, alike in files and in PostgreSQL."""

from hashlib import md5
from pathlib import Path

import duckdb
import psycopg
import pytest

from connectors.files.client import FileStore
from connectors.files.folders import LocalFolder
from connectors.postgres.client import PostgresStore
from connectors.records import Column, ConnectorError, ViewTarget
from tests.stores import Stores, stores  # noqa: F401  a fixture

ENTITIES = 60_000
ROWS = "SELECT i AS shop, 'p' || (i % 7) AS product, timestamptz '2026-11-28 06:00Z' AS at, i AS amount FROM {series}"


def target(kind: str, *keys: str, moment: str = "at") -> ViewTarget:
    columns = (Column("amount", "amount", "int64", is_personal=False),)
    location = "stock.parquet" if kind == "file" else "stock"
    return ViewTarget("s", "v", None, keys, columns, kind, location, timestamp_column=moment)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stock")
    rows = ROWS.format(series=f"range({ENTITIES}) AS series(i)")
    with duckdb.connect(config={"threads": 1}) as plain:
        plain.execute(f"COPY ({rows} UNION ALL {rows}) TO '{path}/stock.parquet' (FORMAT parquet)")
    return path


def lowest(size: int, entities: int = ENTITIES, salt: int = 7) -> list[tuple[str, tuple[str, ...]]]:
    """Worked out here."""
    keys = [(str(i), f"p{i % 7}") for i in range(entities)]
    texts = ["\x1f".join([str(salt), *key]).encode() for key in keys]
    hashes = [md5(text, usedforsecurity=False).hexdigest() for text in texts]
    return sorted(zip(hashes, keys, strict=True))[:size]


@pytest.mark.parametrize("size", [1, 500, 20_000])
def test_files_give_those_with_the_lowest_hashes(folder: Path, size: int) -> None:
    found = FileStore(LocalFolder(folder)).pick_keys(target("file", "shop", "product"), size, 7)
    assert list(found.keys) == lowest(size)
    assert found.newest_at is not None
    assert "LIMIT" in found.query
    other = FileStore(LocalFolder(folder)).pick_keys(target("file", "shop", "product"), size, 8)
    assert list(other.keys) == lowest(size, salt=8)


def test_postgresql_gives_the_same(stores: Stores) -> None:  # noqa: F811
    with psycopg.connect(stores.url(), autocommit=True) as opened:
        opened.execute("DROP TABLE IF EXISTS stock")
        series = "generate_series(0, 1999) AS i"
        opened.execute(f"CREATE TABLE stock AS {ROWS.format(series=series)}")  # type: ignore[arg-type]
    found = PostgresStore(stores.url()).pick_keys(target("postgres", "shop", "product"), 100, 7)
    assert list(found.keys) == lowest(100, 2_000)


@pytest.mark.parametrize(("keys", "moment", "lacks"), [((), "at", "entity keys"), (("shop",), "", "event time"),
                                                       (("nothing",), "at", "entity keys")])  # fmt: skip
def test_without_keys_or_moments_there_is_nothing_to_pick(
    folder: Path, keys: tuple[str, ...], moment: str, lacks: str
) -> None:
    with pytest.raises(ConnectorError, match=lacks):
        FileStore(LocalFolder(folder)).pick_keys(target("file", *keys, moment=moment), 10, 7)
