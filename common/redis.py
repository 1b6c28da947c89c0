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
