"""Registries to read: recorded ones, scratch ones in the suite's PostgreSQL, and files built message by message."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from connectors.feast import file_locations
from connectors.feast import registry_pb2 as pb

SAMPLES = Path(__file__).resolve().parents[1] / "data" / "feast-samples"


@pytest.fixture
def feast_samples() -> Path:
    """Our own recordings of Feast 0.67, part of the project."""
    return SAMPLES


@pytest.fixture
def sample_registry(tmp_path: Path) -> Path:
    """A copy of the recorded SQL registry, to change at will."""
    return Path(shutil.copy(SAMPLES / "sql_registry.sqlite", tmp_path / "sql_registry.sqlite"))


@pytest.fixture
def registry_database_url() -> Iterator[str]:
    """An empty schema of its own in the suite's PostgreSQL, as a SQLAlchemy URL."""
    server = os.environ.get("DATABASE_URL", "")
    if not server:
        pytest.skip("DATABASE_URL names no PostgreSQL server to make a scratch registry in.")
    schema = f"feast_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{schema}"')
        yield f"{server}{'&' if '?' in server else '?'}options={quote(f'-csearch_path={schema}')}"
        connection.execute(f'DROP SCHEMA "{schema}" CASCADE')


@pytest.fixture
def write_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[pb.Registry | bytes], str]:
    """Write a file registry and return its path. Readers do not wait for it to hold still."""
    monkeypatch.setattr(file_locations, "PAUSE_SECONDS", 0)

    def write(registry: pb.Registry | bytes) -> str:
        if isinstance(registry, pb.Registry):
            registry.registry_schema_version = registry.registry_schema_version or "1"
            registry = registry.SerializeToString()
        path = tmp_path / "registry.db"
        path.write_bytes(registry)
        return str(path)

    return write
