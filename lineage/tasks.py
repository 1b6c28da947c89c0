"""Celery's door."""

from celery import shared_task
from django.utils import timezone

from lineage.actions import upstream
from lineage.actions.bridging import bridge_changed
from lineage.actions.folding import fold_waiting
from lineage.actions.keeping import keep_events as keep


@shared_task(name="lineage.tasks.fold_events")
def fold_events() -> int:
    return fold_waiting()


@shared_task(name="lineage.tasks.bridge")
def bridge() -> list[int]:
    return bridge_changed()


@shared_task(name="lineage.tasks.tell_upstream")
def tell_upstream() -> int:
    return upstream.tell_upstream()


@shared_task(name="lineage.tasks.keep_events")
def keep_events() -> dict[str, list[str]]:
    return keep(timezone.now())
