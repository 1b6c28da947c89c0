"""Celery's door to Django's own housekeeping."""

from celery import shared_task
from django.core.management import call_command


@shared_task(name="portal.tasks.clear_sessions")
def clear_sessions() -> None:
    """Drop sessions that have ended."""
    call_command("clearsessions")
