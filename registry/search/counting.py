"""Counting searches: noted in Redis while somebody waits, written down by a task."""

import redis
import structlog
from django.utils import timezone

from common.redis import client, key, take_all
from registry.models import User
from registry.search.results import SearchPage

log = structlog.get_logger()
COUNTS = "searches"  # a Redis hash: day, user and whether something was found -> how often


def note_search(actor: User, page: SearchPage) -> None:
    """Count a search by what its first page found. Of what was searched for nothing is kept."""
    outcome = "found" if page.total else "empty"
    try:
        client().hincrby(key(COUNTS), f"{timezone.now().date()} {actor.pk} {outcome}", 1)
    except redis.RedisError as error:
        log.warning("search_not_counted", reason=str(error))


def take_searches() -> dict[tuple[str, int], tuple[int, int]]:
    """By day and user: how many searches since it was last asked, and how many of them found nothing."""
    taken: dict[tuple[str, int], tuple[int, int]] = {}
    for name, count in take_all(COUNTS).items():
        day, user, outcome = name.split(" ")
        searches, empty = taken.get((day, int(user)), (0, 0))
        taken[day, int(user)] = searches + int(count), empty + int(count) * (outcome == "empty")
    return taken
