"""Chooses what gives and takes rights at an address, as `connectors.stores` chooses what reads there."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from connectors.rights import Gate

PRODUCTS = {"postgresql": "PostgreSQL", "postgres": "PostgreSQL", "redis": "Redis", "rediss": "Redis"}


def product_at(url: str) -> str:
    """What keeps rights at this address; empty where nothing does that Charter knows."""
    return PRODUCTS.get(urlsplit(url).scheme.partition("+")[0], "")


def open_gate(url: str, *, login: tuple[str, str] | None = None, schemas: Sequence[str] = ()) -> Gate | None:
    """The store's gate, as `login` where one is given; nothing is opened yet. None for a store that keeps no rights."""
    match product_at(url):
        case "PostgreSQL":
            from connectors.postgres.granting import PostgresGate

            return PostgresGate(url, login=login, schemas=schemas)
        case "Redis":
            from connectors.redis.granting import RedisGate

            return RedisGate(url, login=login)
    return None
