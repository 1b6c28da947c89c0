"""Checks of stores and of freshness: what moves each from unknown or not met to met, and back."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from governance.actions.attesting import attest_check, withdraw_attestation
from lineage.actions.bridging import bridge_changed
from registry.actions.connections import change_connection
from registry.actions.feature_views import change_slo
from registry.models import FeatureView
from tests.factories import ViewFactory
from tests.governance.scoring import ADDRESSES, came_to, failing, parts, report, state, tell_figures
from tests.lineage.orders import CLEAN, RAW, run
from tests.lineage.sent import tell
from tests.measured import measure

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def attest(cast: SimpleNamespace, check: str, **said: Any) -> Any:
    usual = {"statement": "Three replicas, failed over by hand on Monday.", "valid_until": timezone.now().date()}
    usual["valid_until"] += timedelta(days=30)
    return attest_check(None, actor=cast.admin, check=check, **usual | said)


def moved(measured: SimpleNamespace, **addresses: str) -> None:
    """The connection's addresses are changed, as an administrator does it."""
    change_connection(measured.store, actor=measured.cast.admin, addresses=ADDRESSES | addresses)


def test_online_store(measured: SimpleNamespace) -> None:
    assert state("online-store") == "unknown"  # Redis may have replicas
    made = attest(measured.cast, "online-store")
    assert state("online-store") == "attested"
    moved(measured, online_url="sqlite:////srv/online.db")
    assert (state("online-store"), failing("online-store")) == ("not-met", ["store"])  # whatever somebody states
    assert came_to("online-store", project=measured.project).state == "not-met"
    moved(measured)
    withdraw_attestation(made, actor=measured.cast.admin, reason="The replicas are gone.")
    assert state("online-store") == "unknown"
    tell_figures(measured.store, replicas=0)
    assert (state("online-store"), failing("online-store")) == ("not-met", ["store"])
    tell_figures(measured.store, replicas=2)
    assert state("online-store") == "met"
    measured.store.settings["online_url"] = "dynamodb://eu-west-1"
    measured.store.save()
    assert state("online-store") == "met"


def test_online_store_where_nothing_is_connected(cast: SimpleNamespace) -> None:
    assert (state("online-store"), came_to("online-store").counted) == ("unknown", None)


def test_point_in_time(measured: SimpleNamespace) -> None:
    view, table = measured.view, measured.table
    assert state("point-in-time") == "unknown"  # nobody has read the source
    measure(view)
    assert state("point-in-time", view=view) == "met"
    measure(view, age=-HOUR)
    assert (parts("point-in-time"), failing("point-in-time", 1)) == (["met", "not-met"], ["pay.stats"])
    measure(view)
    table.timestamp_field = ""
    table.save()
    assert (parts("point-in-time"), failing("point-in-time")) == (["not-met", "met"], ["pay.stats"])


def test_what_was_read_longer_ago_than_a_day_is_unknown(measured: SimpleNamespace) -> None:
    measure(measured.view, at=timezone.now() - timedelta(hours=25))
    assert parts("point-in-time") == ["met", "unknown"]
    assert parts("freshness-limit") == ["met", "unknown"]
    assert parts("watched") == ["not-met", "not-met", "unknown"]
    measure(measured.view)
    assert state("point-in-time") == "met"


def test_materialization(measured: SimpleNamespace) -> None:
    view = measured.view
    assert parts("materialization") == ["met", "unknown"]
    measure(view, origin="declared", age=3 * HOUR)
    assert (parts("materialization"), failing("materialization", 1)) == (["met", "not-met"], ["pay.stats"])
    measure(view, origin="declared", age=HOUR)
    assert state("materialization") == "met"
    view.schedule_every = None  # as a pull of the store would find it
    view.save()
    assert (parts("materialization")[0], failing("materialization")) == ("not-met", ["pay.stats"])


def test_materialization_by_the_job_that_makes_the_table(measured: SimpleNamespace) -> None:
    bridge_changed()
    tell(run("clean", [RAW], [CLEAN], at=(timezone.now() - 3 * HOUR).isoformat()))
    assert parts("materialization") == ["met", "not-met"]
    tell(run("clean", [RAW], [CLEAN], at=(timezone.now() - HOUR).isoformat()) | {"eventType": "FAIL"})
    assert parts("materialization") == ["met", "not-met"]
    tell(run("clean", [RAW], [CLEAN], at=(timezone.now() - HOUR).isoformat()))
    assert state("materialization", project=measured.project) == "met"


def test_registry(measured: SimpleNamespace) -> None:
    """The tests' own PostgreSQL does not flush, and says so."""
    assert parts("registry") == ["not-met", "unknown", "met"]
    report("backup")
    assert parts("registry") == ["not-met", "met", "met"]
    report("backup", ended="FAIL", ago=timedelta(minutes=1))
    assert parts("registry") == ["not-met", "not-met", "met"]
    assert state("registry", project=measured.project) == "met"
    moved(measured, registry_url="/srv/registry.db")
    assert (state("registry", project=measured.project), failing("registry", 2)) == ("not-met", ["store"])


def test_a_backup_of_the_day_before_yesterday_does_not_count(measured: SimpleNamespace) -> None:
    report("backup", ago=timedelta(hours=26))
    assert parts("registry")[1] == "unknown"


def test_freshness_limit(measured: SimpleNamespace) -> None:
    view = measured.view
    measure(view)
    assert state("freshness-limit") == "met"
    change_slo(
        view, actor=measured.cast.owner_a, freshness=timedelta(minutes=10), max_null_rate=None, reason="Tighter."
    )
    assert (parts("freshness-limit"), failing("freshness-limit", 1)) == (["met", "not-met"], ["pay.stats"])
    assert came_to("freshness-limit", project=measured.project).parts[1].search == "stale:true project:pay"
    ViewFactory(project=measured.project, name="more")
    assert parts("freshness-limit")[0] == "partly"
    FeatureView.objects.filter(name="more").delete()
    change_slo(view, actor=measured.cast.owner_a, freshness=2 * HOUR, max_null_rate=None, reason="As before.")
    assert state("freshness-limit") == "met"


def test_watched(measured: SimpleNamespace) -> None:
    assert state("watched") == "not-met"
    measure(measured.view)
    assert (parts("watched"), state("watched")) == (["met", "met", "unknown"], "unknown")
    attest(measured.cast, "watched", statement="Grafana pages above 20 ms at p99.")
    assert state("watched", view=measured.view) == "attested"
    tell_figures(measured.store, latency_p99=0.012)
    assert state("watched", view=measured.view) == "met"
    ViewFactory(project=measured.project, name="more")
    assert (state("watched"), failing("watched")) == ("partly", ["pay.more"])
