"""Which reader an address calls for, and what an unknown one is told."""

from pathlib import Path

import pytest

from connectors.feast.online_dynamodb import DynamoOnlineStore
from connectors.feast.online_postgres import PostgresOnlineStore
from connectors.feast.online_redis import RedisOnlineStore
from connectors.feast.online_sqlite import SqliteOnlineStore
from connectors.files.client import FileStore
from connectors.postgres.client import PostgresStore
from connectors.records import ConnectorError, ViewReader
from connectors.snowflake.client import SnowflakeStore
from connectors.stores import open_offline, open_online
from tests.connectors.targets import target


@pytest.mark.parametrize(
    ("url", "reader"),
    [
        ("file:///srv/features", FileStore),
        ("/srv/features", FileStore),
        ("s3://lake/features", FileStore),
        ("postgresql://reader@host/db", PostgresStore),
        ("postgresql+psycopg://reader@host/db", PostgresStore),
        ("snowflake://reader:pw@account/DB/SCHEMA", SnowflakeStore),
    ],
)
def test_source_tables(url: str, reader: type[ViewReader]) -> None:
    opened = open_offline(url)
    assert isinstance(opened, reader)
    assert opened.origin == "source"


@pytest.mark.parametrize(
    ("url", "reader"),
    [
        ("sqlite:////srv/online.db", SqliteOnlineStore),
        ("postgresql://reader@host/db", PostgresOnlineStore),
        ("redis://host:6379/0", RedisOnlineStore),
        ("rediss://user:password@host:6379/0", RedisOnlineStore),
        ("dynamodb://eu-west-1", DynamoOnlineStore),
    ],
)
def test_online_stores(url: str, reader: type[ViewReader]) -> None:
    opened = open_online(url)
    assert isinstance(opened, reader)
    assert opened.origin == "served"


@pytest.mark.parametrize("url", ["mysql://u:s3cret@h/d", "localhost:6379,password=s3cret", "", "bigtable://x"])
def test_an_unknown_address_lists_the_known_ones_and_repeats_no_secret(url: str) -> None:
    with pytest.raises(ConnectorError) as refused:
        open_online(url)
    assert "redis://host:6379/0" in refused.value.fix
    assert "s3cret" not in str(refused.value) + refused.value.fix
    with pytest.raises(ConnectorError) as refused:
        open_offline("bigquery://account/db")
    assert "postgresql://" in refused.value.fix


def test_a_folder_must_lie_in_the_base_folder_and_locations_may_reach_through_it(tmp_path: Path) -> None:
    (tmp_path / "base" / "repo").mkdir(parents=True)
    (tmp_path / "base" / "shared.csv").write_text("x\n1\n2\n")
    opened = open_offline(f"file://{tmp_path}/base/repo", base_folder=tmp_path / "base")
    assert opened.read(target("../shared.csv", "x")).rows == 2
    with pytest.raises(ConnectorError, match="lies outside"):
        open_offline(f"file://{tmp_path}", base_folder=tmp_path / "base")
    with pytest.raises(ConnectorError, match="leads outside"):
        open_offline(f"file://{tmp_path}/base/repo").read(target("../shared.csv", "x"))


@pytest.mark.parametrize("slashes", ["///", "////"])
def test_a_sqlite_path_may_be_written_both_ways(feast_samples: Path, slashes: str) -> None:
    url = f"sqlite:{slashes}{str(feast_samples / 'sqlite_online_store.db').removeprefix('/')}"
    assert open_online(url).test()[0].ok
