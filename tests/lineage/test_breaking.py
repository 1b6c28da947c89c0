"""What lineage tells of trouble: jobs that fail, and the first broken thing above a view that is late."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from lineage.actions.bridging import bridge_changed
from lineage.models import Node
from lineage.queries.breaking import Breaking
from monitoring.actions.breaches import follow_stores_and_jobs
from monitoring.models import Incident
from registry.models import FeatureView
from tests.factories import FeatureFactory, SourceFactory, ViewFactory
from tests.lineage.orders import CLEAN, RAW, run
from tests.lineage.sent import tell
from tests.monitoring.breaking import FRESH, read

pytestmark = pytest.mark.django_db


def ended(state: str, *, minutes: int, job: str = "clean", inputs: Any = (RAW,), outputs: Any = (CLEAN,)) -> None:
    """A run of the job that ended so many minutes ago."""
    at = (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()
    tell(run(job, list(inputs), list(outputs), at=at) | {"eventType": state})


def late(view: FeatureView) -> dict[int, Any]:
    return dict(Breaking().causes([view.pk], late_tables=[view.pk], late=[view.pk]))


def test_a_job_that_failed_twice_is_an_incident_of_whom_it_hits(world: SimpleNamespace) -> None:
    ended("FAIL", minutes=60)
    follow_stores_and_jobs()
    assert not Incident.objects.exists()
    ended("FAIL", minutes=30)
    for _ in range(3):
        follow_stores_and_jobs()
    incident = Incident.objects.get()
    assert (incident.title, incident.owner) == ("Job clean failed twice in a row", world.cast.payments)
    assert {hit.view for hit in incident.hits.all()} == {world.view, world.secret}
    ended("COMPLETE", minutes=1)
    follow_stores_and_jobs()
    incident.refresh_from_db()
    assert incident.state == "resolved"


def test_jobs_that_no_view_is_made_by_are_somebody_else_s(world: SimpleNamespace) -> None:
    for minutes in (60, 30):
        ended("FAIL", minutes=minutes, job="billing", inputs=["dwh.x"], outputs=["dwh.y"])
    follow_stores_and_jobs()
    assert not Incident.objects.exists()


def test_the_cause_is_the_table_where_nothing_above_it_is_broken(world: SimpleNamespace) -> None:
    cause = late(world.view)[world.view.pk]
    assert (cause.kind, cause.name) == ("table", "clean.orders")
    assert [step.label for step in cause.way] == ["clean.orders"]


def test_the_cause_is_the_job_that_failed_above_the_table(world: SimpleNamespace) -> None:
    ended("FAIL", minutes=30)
    cause = late(world.view)[world.view.pk]
    assert (cause.kind, cause.name) == ("job", "clean")
    assert [(step.kind, step.is_broken) for step in cause.way] == [("table", True), ("job", True)]


def test_what_is_far_above_is_found_past_what_nobody_knows(world: SimpleNamespace) -> None:
    ended("COMPLETE", minutes=90, job="load", inputs=["src.orders"], outputs=[RAW])
    ended("FAIL", minutes=30, job="load", inputs=["src.orders"], outputs=[RAW])
    cause = late(world.view)[world.view.pk]
    assert cause.name == "load"
    assert [step.kind for step in cause.way] == ["table", "job", "table", "job"]


def test_views_of_one_late_table_and_its_failed_job_are_one_incident(world: SimpleNamespace) -> None:
    table = SourceFactory(project=world.view.project, kind="postgres", location="clean.orders")
    other = ViewFactory(project=world.view.project, name="more", connection=world.view.connection, source=table)
    FeatureFactory(view=other)
    bridge_changed()
    views = [world.view, other]
    FeatureView.objects.update(schedule_every=timedelta(hours=1))
    for view in views:
        view.refresh_from_db()
    for minutes in (60, 30):
        ended("FAIL", minutes=minutes)
    follow_stores_and_jobs()
    read(*views, times=2)
    incident = Incident.objects.get()
    assert (incident.cause_kind, incident.breaches.count()) == ("job", 3)
    ended("COMPLETE", minutes=1)
    follow_stores_and_jobs()
    assert Incident.objects.ongoing().count() == 1  # the views are not well yet
    read(*views, age=FRESH, times=2)
    assert not Incident.objects.ongoing().exists()


def test_nobody_is_told_that_a_hidden_view_is_to_blame(world: SimpleNamespace) -> None:
    reader = ViewFactory(project=world.view.project, name="reader", kind="on_demand")
    reader.upstream_views.add(world.secret)
    bridge_changed()
    answer = Breaking().causes([reader.pk], late_tables=[], late=[world.secret.pk])
    assert reader.pk not in answer
    answer = Breaking().causes([reader.pk], late_tables=[world.secret.pk], late=[world.secret.pk])
    assert answer[reader.pk].kind == "table"
    assert [step.label for step in answer[reader.pk].way] == ["", "clean.orders"]


def scheduled(**facet: Any) -> None:
    body = {"schedule": "0 6 * * *", **facet}
    job = Node.objects.get(kind="job", name="clean")
    job.facets = {**job.facets, "charter_schedule": {"at": "", "digest": "", "whole": False, "body": body}}
    job.last_seen_at = timezone.now()
    job.save()


def test_a_job_that_did_not_start_when_it_was_due(world: SimpleNamespace, settings: Any) -> None:
    from registry.models import Connection, Pull

    due = datetime.now(UTC) - timedelta(hours=1)
    scheduled(next_run_at=due.isoformat())
    assert all(one.is_late is None for one in Breaking().jobs(()))  # nobody has asked the scheduler since
    airflow = Connection.objects.create(slug="airflow", name="Airflow", kind="airflow")
    Pull.objects.create(connection=airflow, kind="lineage", state="succeeded", finished_at=timezone.now())
    (found,) = Breaking().jobs(())
    assert found.is_late is True
    scheduled(next_run_at=due.isoformat(), is_paused=True)
    assert [one.is_late for one in Breaking().jobs(())] == [False]
    scheduled(next_run_at=due.isoformat())
    ended("COMPLETE", minutes=10)
    assert [one.is_late for one in Breaking().jobs(())] == [False]
