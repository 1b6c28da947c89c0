"""One Redis client a process, for counters that pages and endpoints touch on every request.

It is impatient: what it counts is never worth a slow answer.
"""

from functools import cache

import redis
from django.conf import settings

PATIENCE = 0.5  # seconds


@cache
def client() -> redis.Redis:
    """Connections to the cache's Redis. Raises redis.RedisError from each command when it is down."""
    location = settings.CACHES["default"]["LOCATION"]
    return redis.Redis.from_url(location, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)


def key(*parts: object) -> str:
    """A key in our own namespace."""
    return ":".join((settings.CACHES["default"]["KEY_PREFIX"], *map(str, parts)))


def take_all(name: str) -> dict[str, str]:
    """What is in the hash of this name, which is gone afterwards: who adds meanwhile begins another one."""
    noted, taken = key(name), key(name, "taken")
    redis_client = client()
    if not redis_client.exists(noted):
        return {}
    redis_client.rename(noted, taken)
    held: dict[bytes, bytes] = redis_client.hgetall(taken)  # type: ignore[assignment]  # the client does not decode
    redis_client.delete(taken)
    return {one.decode(): value.decode() for one, value in held.items()}
