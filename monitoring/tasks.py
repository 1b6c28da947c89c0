"""Celery's door."""

from celery import shared_task
from django.utils import timezone

from monitoring.actions.health import refresh_health as refresh
from monitoring.actions.measure import measure_connection
from monitoring.actions.partitions import keep_partitions as keep
from registry.actions import pulls
from registry.models import FeatureView


@shared_task(name="monitoring.tasks.pull_measurements")
def pull_measurements(pull_id: int) -> None:
    pulls.run_pull(pull_id, measure_connection)


@shared_task(name="monitoring.tasks.refresh_health")
def refresh_health() -> int:
    return refresh(FeatureView.objects.all())


@shared_task(name="monitoring.tasks.keep_partitions")
def keep_partitions() -> dict[str, list[str]]:
    return keep(timezone.now())
