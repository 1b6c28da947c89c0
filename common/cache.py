"""The cache, which may be away: then nothing is found in it, and nothing stays."""

from typing import Any

import redis
import structlog
from django.core.cache.backends.redis import RedisCache

log = structlog.get_logger()


class ForgivingCache(RedisCache):
    """Redis, and as good as empty while Redis is away.

    What stands on it are limits of attempts to sign in. An outage of their counter must not become an outage of the
    registry; the log says that nobody counts.
    """

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except redis.RedisError as error:
            return _away(error, default)

    def set(self, key: str, value: Any, *args: Any, **kwargs: Any) -> None:
        try:
            super().set(key, value, *args, **kwargs)
        except redis.RedisError as error:
            _away(error, None)

    def add(self, key: str, value: Any, *args: Any, **kwargs: Any) -> bool:
        try:
            return super().add(key, value, *args, **kwargs)
        except redis.RedisError as error:
            return _away(error, True)

    def delete(self, key: str, version: int | None = None) -> bool:
        try:
            return super().delete(key, version)
        except redis.RedisError as error:
            return _away(error, False)


def _away(error: redis.RedisError, answer: Any) -> Any:
    log.warning("cache_unavailable", reason=str(error))
    return answer
