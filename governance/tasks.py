"""Celery's door: each task finds its rows and calls one action."""

from celery import shared_task

from governance.actions import following


@shared_task(name="governance.tasks.follow_deprecations")
def follow_deprecations(project_id: int) -> int:
    return following.follow_all(project_id)


@shared_task(name="governance.tasks.follow_all")
def follow_all() -> int:
    return following.follow_all()
