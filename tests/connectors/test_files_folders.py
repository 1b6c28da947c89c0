"""Locations come from registries that others write: none of them leads out of the connection's folder."""

from pathlib import Path

import duckdb
import pytest

from connectors.files.client import FileStore
from connectors.files.engine import Limits, engine
from connectors.files.folders import LocalFolder
from connectors.records import ConnectorError
from tests.connectors.targets import target


def write(path: Path, select: str = "SELECT 1 AS x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({select}) TO '{str(path).replace(chr(39), chr(39) * 2)}'")
    return path


@pytest.fixture
def base(tmp_path: Path) -> Path:
    write(tmp_path / "elsewhere" / "secret.parquet", "SELECT 'salary' AS x")
    write(tmp_path / "repo" / "data" / "stats.parquet")
    return tmp_path / "repo"


@pytest.fixture
def store(base: Path) -> FileStore:
    return FileStore(LocalFolder(base))


@pytest.mark.parametrize(
    "location", ["data/stats.parquet", "data", "data/", "data/*.parquet", "**/*.parquet", "d?ta/st*", "./data/../data"]
)
def test_a_file_a_folder_and_a_pattern_lead_to_the_same_rows(store: FileStore, location: str) -> None:
    assert store.read(target(location, "x")).rows == 1


def test_absolute_paths_and_file_urls_work_inside_the_folder(store: FileStore, base: Path) -> None:
    file = write(base / "data" / "a b's[1].parquet")
    assert store.read(target(str(file), "x")).rows == 1
    assert store.read(target(f"file://{base}/data/a%20b's[1].parquet", "x")).rows == 1


@pytest.mark.parametrize(
    "location",
    [
        "../elsewhere/secret.parquet",
        "../elsewhere/*.parquet",
        "data/../../elsewhere",
        "*/../../elsewhere/*.parquet",
        "/etc/passwd",
        "/**/*.parquet",
        "file:///etc/passwd",
        "link.parquet",
        "linked",
        "linked/*.parquet",
        "*/secret.parquet",
    ],
)
def test_nothing_leads_outside(store: FileStore, base: Path, location: str) -> None:
    (base / "link.parquet").symlink_to(base.parent / "elsewhere" / "secret.parquet")
    (base / "linked").symlink_to(base.parent / "elsewhere")
    with pytest.raises(ConnectorError, match="leads outside") as refused:
        store.read(target(location, "x"))
    assert refused.value.fix


def test_a_wider_root_can_be_allowed(base: Path) -> None:
    store = FileStore(LocalFolder(base, root=base.parent))
    assert store.read(target("../elsewhere/secret.parquet", "x")).rows == 1


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("data/gone.parquet", r"There is no file or folder '.*/repo/data/gone.parquet'"),
        ("data/*.csv", "holds no Parquet or CSV files"),
        ("empty", "holds no Parquet or CSV files"),
        ("s3://bucket/key.parquet", "is somewhere else"),
        ("https://token@host/x.parquet?sig=abc", "is somewhere else"),
        ("nul\0.parquet", "it is not a path"),
        ("broken.parquet", "could not be read"),
        ("delta", "Delta table"),
    ],
)
def test_what_cannot_be_read_says_so_and_what_to_do(store: FileStore, base: Path, location: str, message: str) -> None:
    (base / "empty").mkdir()
    (base / "broken.parquet").write_bytes(b"PAR1 this is not it PAR1")
    write(base / "delta" / "part.parquet")
    (base / "delta" / "_delta_log").mkdir()
    with pytest.raises(ConnectorError, match=message) as refused:
        store.read(target(location, "x"))
    assert refused.value.fix
    assert "sig=abc" not in str(refused.value)


def test_partitions_are_columns_and_bookkeeping_files_are_not_data(store: FileStore, base: Path) -> None:
    write(base / "parts" / "day=1" / "a.parquet", "SELECT 1 AS x")
    write(base / "parts" / "day=2" / "b.parquet", "SELECT 2 AS x, 9 AS added_later")
    write(base / "parts" / "_temporary" / "c.parquet", "SELECT 'torn' AS x")
    (base / "parts" / "_SUCCESS").touch()
    reading = store.read(target("parts", "x", "added_later", "day"))
    assert [(p.rows, p.nulls, p.maximum) for p in reading.profiles] == [(2, 0, 2), (2, 1, 9), (2, 0, 2)]


def test_the_engine_itself_reaches_no_other_file(base: Path) -> None:
    allowed, secret = base / "data" / "stats.parquet", base.parent / "elsewhere" / "secret.parquet"
    with engine([allowed], "data", Limits()) as opened:
        for sql in (
            f"SELECT * FROM '{secret}'",
            "SELECT * FROM read_text('/etc/passwd')",
            f"COPY (SELECT 1) TO '{base / 'out.csv'}'",
            f"ATTACH '{base / 'new.db'}'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
        ):
            with pytest.raises(ConnectorError):
                opened.ask(sql)
        assert opened.ask("SELECT * FROM source") == [(1,)]
    assert sorted(path.name for path in base.iterdir()) == ["data"]


def test_the_test_of_a_connection_says_what_it_found(store: FileStore, base: Path) -> None:
    (right,) = store.test()
    assert (right.ok, right.detail) == (True, f"stats.parquet in {base} can be read.")
    (right,) = FileStore(LocalFolder(base / "gone")).test()
    assert not right.ok
    assert right.fix
