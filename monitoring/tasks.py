"""Celery's door."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from common import partitions
from monitoring.actions import running_parity
from monitoring.actions.adopting import adopt as adopt_told
from monitoring.actions.breaches import follow_stores_and_jobs
from monitoring.actions.health import refresh_health as refresh
from monitoring.actions.measure import measure_connection
from registry.actions import pulls
from registry.models import FeatureView

_SERIES = ("monitoring_viewmeasurement", "monitoring_featuremeasurement", "monitoring_driftmeasurement",
           "monitoring_skewmeasurement", "monitoring_storefigure")  # fmt: skip
TABLES = dict.fromkeys(_SERIES, "measured_at") | dict.fromkeys(("monitoring_viewday", "monitoring_featureday"), "day")


@shared_task(name="monitoring.tasks.pull_measurements")
def pull_measurements(pull_id: int) -> None:
    pulls.run_pull(pull_id, measure_connection)
    follow_stores_and_jobs()


@shared_task(name="monitoring.tasks.refresh_health")
def refresh_health() -> int:
    changed = refresh(FeatureView.objects.all())
    follow_stores_and_jobs()
    return changed


@shared_task(name="monitoring.tasks.adopt")
def adopt() -> int:
    return adopt_told()


@shared_task(name="monitoring.tasks.run_parity")
def run_parity(number: int) -> None:
    running_parity.run_parity(number)


@shared_task(name="monitoring.tasks.run_parities")
def run_parities() -> int:
    return running_parity.run_waiting()


@shared_task(name="monitoring.tasks.keep_partitions")
def keep_partitions() -> dict[str, list[str]]:
    return partitions.keep_partitions(TABLES, timezone.now(), months=settings.CHARTER_RETENTION_MONTHS)
