"""Rate limits, told in every answer (draft-ietf-httpapi-ratelimit-headers-11)."""

import time
from dataclasses import dataclass

import redis
import structlog
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from common.redis import client, key

log = structlog.get_logger()
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of a policy: `remaining` requests for the next `seconds`."""

    policy: str
    quota: int
    window: int
    remaining: int
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.quota};w={self.window}',
            "RateLimit": f'"{self.policy}";r={self.remaining};t={self.seconds}',
        }


class RateLimit(BaseThrottle):
    """Counts requests of one caller in fixed windows. One Redis command a request, and no limit when Redis is down:
    an outage of the counter must not become an outage of the registry."""

    policy = "default"

    def allow_request(self, request: Request, view: object) -> bool:
        quota, window = parse_rate(str(api_settings.DEFAULT_THROTTLE_RATES[self.policy]))
        now = time.time()
        try:
            count = _count(key("rate", self.policy, self._caller(request), int(now // window)), window)
        except redis.RedisError as error:
            log.warning("rate_limit_unavailable", reason=str(error))
            return True
        self.quota = Quota(self.policy, quota, window, max(0, quota - count), int(window - now % window) or 1)
        request._request.quota = self.quota  # type: ignore[attr-defined]  # finalize_response tells it
        return count <= quota

    def wait(self) -> float:
        return self.quota.seconds

    def _caller(self, request: Request) -> str:
        return f"user-{request.user.pk}" if request.user.is_authenticated else f"address-{self.get_ident(request)}"


def _count(name: str, window: int) -> int:
    redis_client = client()
    count = int(redis_client.incr(name))  # type: ignore[arg-type]  # the synchronous client answers with a number
    if count == 1:
        redis_client.expire(name, window)
    return count


def parse_rate(rate: str) -> tuple[int, int]:
    """ "600/min" as (600, 60)."""
    number, _, period = rate.partition("/")
    return int(number), _SECONDS[period[0]]
