"""Celery's door."""

from celery import shared_task
from django.utils import timezone

from lineage.actions import changes, upstream
from lineage.actions.bridging import bridge_changed
from lineage.actions.folding import fold_waiting
from lineage.actions.keeping import keep_events as keep
from lineage.actions.pulling import pull_lineage as pull
from registry.actions import pulls


@shared_task(name="lineage.tasks.fold_events")
def fold_events() -> int:
    return fold_waiting()


@shared_task(name="lineage.tasks.bridge")
def bridge() -> list[int]:
    return bridge_changed()


@shared_task(name="lineage.tasks.pull_lineage")
def pull_lineage(pull_id: int) -> None:
    pulls.run_pull(pull_id, pull)


@shared_task(name="lineage.tasks.tell_upstream")
def tell_upstream() -> int:
    return upstream.tell_upstream()


@shared_task(name="lineage.tasks.tell_changes")
def tell_changes() -> int:
    return changes.tell_changes(timezone.now())


@shared_task(name="lineage.tasks.keep_events")
def keep_events() -> dict[str, list[str]]:
    return keep(timezone.now())
