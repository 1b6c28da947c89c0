"""Throw-away databases for real third parties, and the stores that real Feast fills in them."""

import os
import secrets
from collections.abc import Iterator

import psycopg
import pytest
import redis

from tests.live.feast_repository import FilledStores, fill_postgres, fill_redis


def new_database(server: str) -> Iterator[str]:
    """A database of our own on the server of DATABASE_URL, gone afterwards."""
    name = f"charter_live_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        found = connection.info
        login = f"{found.user}:{found.password}@" if found.password else f"{found.user}@"
        place = f"/{name}?host={found.host}&port={found.port}" if found.host.startswith("/") else ""
        yield f"postgresql://{login}{place or f'{found.host}:{found.port}/{name}'}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def registry_database() -> Iterator[str]:
    yield from new_database(os.environ["DATABASE_URL"])


@pytest.fixture(scope="session")
def values_database() -> Iterator[str]:
    yield from new_database(os.environ["DATABASE_URL"])


@pytest.fixture(scope="session")
def redis_database() -> Iterator[str]:
    """An empty database on the server of BROKER_URL, empty again afterwards."""
    server = os.environ["BROKER_URL"].rpartition("/")[0]
    for number in range(15, 3, -1):
        client = redis.Redis.from_url(f"{server}/{number}")
        if client.dbsize() == 0:
            break
    else:
        pytest.skip("Every database of the Redis at BROKER_URL holds something; free one of 4 to 15.")
    yield f"{server}/{number}"
    client.flushdb()
    client.close()


@pytest.fixture(scope="session")
def on_redis(tmp_path_factory: pytest.TempPathFactory, registry_database: str, redis_database: str) -> FilledStores:
    return fill_redis(tmp_path_factory.mktemp("redis"), registry_database, redis_database)


@pytest.fixture(scope="session")
def on_postgres(tmp_path_factory: pytest.TempPathFactory, values_database: str) -> FilledStores:
    return fill_postgres(tmp_path_factory.mktemp("postgres"), values_database)
