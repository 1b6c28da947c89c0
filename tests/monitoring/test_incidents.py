"""From readings over a limit to an incident, its owner, and its end: once each, whoever looks how often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from monitoring.actions.breaches import follow
from monitoring.actions.health import refresh_health
from monitoring.actions.incidents import (
    acknowledge_incident,
    annotate_incident,
    mute_incident,
    reassign_incident,
    resolve_incident,
)
from monitoring.actions.patience import change_patience
from monitoring.models import Breach, Incident, IncidentEvent
from monitoring.readings import Reading, of_view
from registry.models import AuditEntry, FeatureView, Message
from tests.factories import ProjectFactory, SourceFactory
from tests.monitoring.breaking import FRESH, hourly, read

pytestmark = pytest.mark.django_db


def only() -> Incident:
    return Incident.objects.get()


def test_one_bad_reading_is_not_enough(cast: SimpleNamespace) -> None:
    view = hourly("stats", owner=cast.payments)
    read(view)
    assert not Incident.objects.exists()
    for _ in range(5):  # a reading counts once, however often the clock looks at it
        refresh_health(FeatureView.objects.all())
    assert not Incident.objects.exists()
    read(view)
    assert (only().title, only().owner, only().state) == (f"View {view.key} is stale", cast.payments, "open")
    read(view, times=3)
    assert only().breaches.count() == 1


def test_a_good_reading_between_two_bad_ones_begins_anew(cast: SimpleNamespace) -> None:
    view = hourly("stats")
    read(view)
    read(view, age=FRESH)
    read(view)
    assert not Incident.objects.exists()


def test_it_is_over_after_two_good_readings_and_says_so(cast: SimpleNamespace) -> None:
    view = hourly("stats", owner=cast.payments)
    read(view, times=2)
    read(view, age=FRESH)
    read(view)  # trembles at its limit
    read(view, age=FRESH)
    assert only().state == "open"
    read(view, age=FRESH)
    assert (only().state, only().resolved_by) == ("resolved", None)
    lines = list(only().events.values_list("what", flat=True))
    assert lines[0] == only().title
    assert lines[-1].startswith("Resolved by itself")
    told = Message.objects.filter(event__startswith="incident.", teams=cast.payments).order_by("pk")
    assert [one.event for one in told] == ["incident.opened", "incident.resolved"]


@pytest.mark.parametrize("readings", [1, 2, 5])
def test_owners_choose_how_patient_they_are(cast: SimpleNamespace, readings: int) -> None:
    view = hourly("stats", owner=cast.payments)
    change_patience(view, actor=cast.owner_a, readings=readings)
    read(view, times=readings - 1)
    assert not Incident.objects.exists()
    read(view)
    assert Incident.objects.exists()


def test_patience_has_bounds_and_is_the_owner_s(cast: SimpleNamespace) -> None:
    view = hourly("stats", owner=cast.payments)
    with pytest.raises(PermissionDenied):
        change_patience(view, actor=cast.owner_b, readings=3)
    for readings in (0, 6):
        with pytest.raises(ValidationError):
            change_patience(view, actor=cast.owner_a, readings=readings)


def test_a_late_table_is_one_incident_whoever_reads_it(cast: SimpleNamespace) -> None:
    project = ProjectFactory(owner=cast.payments)
    table = SourceFactory(project=project, location="raw.orders")
    views = [hourly(f"v{n}", project=project, source=table) for n in range(5)]
    views[4].owner = cast.risk
    views[4].save()
    read(*views, times=2)
    assert (only().cause_kind, only().title) == ("table", "Table raw.orders is stale")
    assert (only().owner, only().hits.count(), only().breaches.count()) == (cast.payments, 5, 5)
    assert {team for m in Message.objects.filter(event="incident.opened") for team in m.teams.all()} == {
        cast.payments, cast.risk,
    }  # fmt: skip


def test_nulls_and_age_of_one_view_are_one_incident(cast: SimpleNamespace) -> None:
    view = hourly("stats")
    read(view, nulls=50, times=2)
    assert set(only().breaches.values_list("kind", flat=True)) == {"freshness", "nulls"}
    read(view, nulls=50, age=FRESH, times=2)
    assert only().state == "open"
    read(view, age=FRESH, times=2)
    assert only().state == "resolved"


def test_other_kinds_plug_in(cast: SimpleNamespace) -> None:
    view, now = hourly("stats"), timezone.now()
    for minutes in (0, 1):
        follow([Reading("nulls", of_view(view.pk), True, now + timedelta(minutes=minutes), "PSI is 0.4.")])
    assert only().breaches.get().reason == "PSI is 0.4."
    assert follow([Reading("nulls", of_view(view.pk), True, now)]) == 0  # an old reading


def test_a_view_that_is_gone_is_nobody_s_trouble(cast: SimpleNamespace) -> None:
    from monitoring.actions.breaches import end_what_is_gone

    view = hourly("stats")
    read(view, times=2)
    FeatureView.objects.update(gone_at=timezone.now())
    end_what_is_gone()
    assert only().state == "resolved"


def test_people_take_pass_on_mute_and_write_up(cast: SimpleNamespace) -> None:
    read(view := hourly("stats", owner=cast.payments), times=2)
    acknowledge_incident(only(), actor=cast.owner_a)
    mute_incident(only(), actor=cast.owner_a, until=timezone.now() + timedelta(hours=1))
    reassign_incident(only(), actor=cast.owner_a, team=cast.risk)
    annotate_incident(only(), actor=cast.owner_b, text="It was the **scheduler**.", runbook="https://wiki/7")
    resolve_incident(only(), actor=cast.owner_b, reason="Ran by hand.")
    assert (only().state, only().owner, only().resolved_by) == ("resolved", cast.risk, cast.owner_b)
    people = only().events.filter(actor__isnull=False).values_list("what", flat=True)
    said = ["Acknowledged", "Muted", "Reassigned", "Note", "Runbook", "Resolved"]
    assert [line.split()[0] for line in people] == said
    assert AuditEntry.objects.filter(object_key=str(only())).count() == 6
    read(view, times=2)  # still late: a new one, after two more readings
    assert Incident.objects.ongoing().count() == 1
    assert Incident.objects.count() == 2


def test_what_is_over_stays_so(cast: SimpleNamespace) -> None:
    read(hourly("stats", owner=cast.payments), times=2)
    resolve_incident(only(), actor=cast.owner_a)
    for act in (acknowledge_incident, resolve_incident):
        with pytest.raises(ValidationError, match="over since"):
            act(only(), actor=cast.owner_a)
    with pytest.raises(DatabaseError), transaction.atomic():
        Incident.objects.update(state="open")
    with pytest.raises(DatabaseError), transaction.atomic():
        IncidentEvent.objects.update(what="Nothing happened")
    with pytest.raises(DatabaseError), transaction.atomic():
        Breach.objects.update(state="open")


def test_the_database_knows_one_incident_per_cause(cast: SimpleNamespace) -> None:
    read(hourly("stats"), times=2)
    again = only()
    again.pk = None
    with pytest.raises(IntegrityError):
        again.save(force_insert=True)


@pytest.mark.parametrize("act", [acknowledge_incident, resolve_incident, annotate_incident])
def test_only_who_answers_for_it_may(cast: SimpleNamespace, act: Any) -> None:
    read(hourly("stats", owner=cast.payments), times=2)
    for other in (cast.viewer, cast.owner_b, cast.auditor, cast.member):
        with pytest.raises(PermissionDenied):
            act(only(), actor=other)


def test_a_muted_incident_tells_nobody_more_but_its_end(cast: SimpleNamespace) -> None:
    project = ProjectFactory(owner=cast.payments)
    table = SourceFactory(project=project, location="raw.orders")
    first = hourly("first", project=project, source=table)
    read(first, times=2)
    mute_incident(only(), actor=cast.owner_a, until=timezone.now() + timedelta(hours=1))
    second = hourly("second", project=project, source=table, owner=cast.risk)
    read(second, times=2)
    assert only().hits.count() == 2
    assert not Message.objects.filter(event="incident.opened", teams=cast.risk).exists()
    read(first, second, age=FRESH, times=2)
    assert Message.objects.filter(event="incident.resolved", teams=cast.payments).exists()


def test_hidden_views_stay_hidden(cast: SimpleNamespace) -> None:
    secret = ProjectFactory(name="secret", visibility="restricted", owner=cast.payments)
    read(hourly("stats", project=secret), times=2)
    for actor, sees in ((cast.viewer, 0), (cast.owner_b, 0), (cast.owner_a, 1), (cast.auditor, 1)):
        assert Incident.objects.visible_to(actor).count() == sees, actor
    assert not Message.objects.filter(is_for_everybody=True).exists()


@pytest.mark.django_db(transaction=True)
def test_several_workers_open_it_once(cast: SimpleNamespace) -> None:
    view = hourly("stats", owner=cast.payments)
    read(view, times=1)
    at = FeatureView.objects.get().source_read_at
    assert at is not None
    FeatureView.objects.update(source_read_at=at + timedelta(minutes=1))

    def work(_: int) -> None:
        refresh_health(FeatureView.objects.all())
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(8)))
    assert Incident.objects.count() == Breach.objects.count() == 1
    assert Message.objects.filter(event="incident.opened", teams=cast.payments).count() == 1
