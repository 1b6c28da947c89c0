"""Celery's door to Django's own housekeeping."""

from datetime import timedelta

from celery import Task, shared_task
from django.core.management import call_command
from django.utils import timezone

from portal.demo_access import seed_access as seed

GIVING_SECONDS = 900
ASK_AGAIN, MOST_ASKED = 5, 60  # seconds, times


@shared_task(name="portal.tasks.clear_sessions")
def clear_sessions() -> None:
    """Drop sessions that have ended."""
    call_command("clearsessions")


@shared_task(name="portal.tasks.give_back")
def give_back() -> int:
    """Tell neighbours what was measured since the last round; a little more, since rounds are not on the second."""
    from portal.giving import give_back as give  # OpenLineage's client, which most installations never need

    return give(since=timezone.now() - timedelta(seconds=GIVING_SECONDS * 1.1))


@shared_task(name="portal.tasks.seed_access", bind=True, max_retries=MOST_ASKED)
def seed_access(self: Task) -> None:
    """Make the demo's requests as soon as the features are there that they ask for."""
    if not seed():
        raise self.retry(countdown=ASK_AGAIN)
