"""A PostgreSQL and a Valkey of one's own, with superusers: roles and access lists belong to a whole server."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
import redis


@dataclass(frozen=True)
class Stores:
    """Addresses of empty servers. Whoever reaches PostgreSQL's socket is trusted by name."""

    postgres: str
    redis: str

    def url(self, role: str = "postgres") -> str:
        return self.postgres.replace("//charter@", f"//{role}@", 1)

    def run(self, *statements: str, role: str = "postgres") -> list[tuple[Any, ...]]:
        """Each statement, and the rows of the last."""
        with psycopg.connect(self.url(role), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def client(self, user: str = "", password: str = "") -> "redis.Redis":
        if not user:
            return redis.Redis.from_url(self.redis)
        where = self.redis.rpartition("@")[2]
        return redis.Redis.from_url(f"redis://{user}:{password}@{where}")


@pytest.fixture(scope="session")
def stores() -> Iterator[Stores]:
    from portal.embedded.testing import throwaway_postgres, throwaway_valkey

    with throwaway_postgres() as postgres, throwaway_valkey() as valkey:
        yield Stores(postgres, valkey)
