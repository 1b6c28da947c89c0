"""What a Redis or Valkey says of itself by INFO: memory, evictions, hits, replicas. No key is read."""

from collections.abc import Iterator, Mapping
from typing import Any

import redis

from connectors.records import Figure, Figures

SECTIONS = ("memory", "stats", "replication", "keyspace")
QUERY = f"INFO {' '.join(SECTIONS)}"
_NOT_ALLOWED = "The online store does not tell about its memory. Allow the user of this connection: ACL SETUSER … +info"


def told_by(client: "redis.Redis") -> Figures:
    """Nothing, and why, where the user may not ask."""
    said: dict[str, Any] = {}
    try:
        for section in SECTIONS:  # one by one: servers before version 7 take no more
            said |= client.info(section)
    except redis.exceptions.NoPermissionError:
        return Figures(problems=(_NOT_ALLOWED,))
    return Figures(tuple(Figure(name, value, QUERY) for name, value in _known(said) if value is not None))


def _known(said: Mapping[str, Any]) -> Iterator[tuple[str, float | None]]:
    used, most = _number(said, "used_memory"), _number(said, "maxmemory")
    hits, misses = _number(said, "keyspace_hits"), _number(said, "keyspace_misses")
    yield "memory_used", used
    yield "memory_limit", most or None  # 0 is no limit, so that no share is known either
    yield "memory_share", used / most if used is not None and most else None
    yield "evicted_keys", _number(said, "evicted_keys")
    yield "key_hit_rate", hits / (hits + misses) if hits is not None and misses is not None and hits + misses else None
    yield "replicas", _number(said, "connected_slaves")
    databases = [held for name, held in said.items() if name.startswith("db") and isinstance(held, dict)]
    yield "keys", sum(_number(held, "keys") or 0 for held in databases)


def _number(said: Mapping[str, Any], name: str) -> float | None:
    value = said.get(name)
    return float(value) if isinstance(value, int | float) else None
