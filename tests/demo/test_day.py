"""The recorded day: its events are admitted as they are, end when the demo does, and name the demo's own files."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from demo.day.moving import ANCHOR, day_events, moved
from demo.install import STORE, InstalledDemo
from lineage.actions.bridging import bridge_changed
from lineage.actions.tracing import trace_changed
from lineage.models import ColumnClass, Node
from lineage.openlineage.admitting import admit
from lineage.queries.impact import impact_of
from registry.actions.definitions import import_definitions
from registry.actions.pulls import queue_pull, run_pull
from tests.factories import ConnectionFactory
from tests.lineage.sent import forget, tell

NOW = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)


def test_the_day_ends_with_the_demo() -> None:
    assert ANCHOR.isoformat() == json.loads((STORE / "manifest.json").read_text())["anchor"]
    moments = [admit(event).event_at for event in day_events(NOW, Path("/srv/demo"))]
    assert len(moments) > 200
    assert NOW - timedelta(days=1) < min(moments) <= max(moments) <= NOW


def test_nothing_of_the_recorded_time_or_of_its_machine_is_left() -> None:
    told = [json.dumps(event) for event in day_events(NOW, Path("/srv/demo"))]
    assert [line for line in told if "/DEMO" in line or "/work/" in line or re.search("2013-07-2[34]T", line)] == []


def test_it_writes_the_files_that_the_views_read(demo: InstalledDemo) -> None:
    written = {
        one["name"]
        for event in day_events(NOW, demo.offline_folder)
        for one in event.get("outputs", [])
        if one["namespace"] == "file"
    }
    assert {Path(name) for name in written} <= set(demo.offline_folder.glob("data/*/*.parquet"))
    assert len(written) > 10


def test_a_day_told_anew_is_other_runs() -> None:
    first, again, later = (
        {event["run"]["runId"] for event in day_events(at, Path("/srv"))} for at in (NOW, NOW, NOW + timedelta(days=8))
    )
    assert first == again
    assert not first & later


def test_moments_in_addresses_move_too() -> None:
    assert moved("run/2013-07-24T05%3A00%3A04.5%2B00", timedelta(days=1)) == "run/2013-07-25T05%3A00%3A04.5%2B00"


@pytest.mark.django_db
def test_from_the_raw_flights_to_the_models_is_one_path(demo: InstalledDemo, cast: SimpleNamespace) -> None:
    forget()
    store = {"registry_url": demo.registry_url, "offline_url": str(demo.offline_folder)}
    pulled = run_pull(queue_pull(ConnectionFactory(settings=store), "definitions", None).pk, import_definitions)
    assert pulled is not None
    assert pulled.state == "succeeded", pulled.errors
    tell(*day_events(demo.anchored_at, demo.offline_folder))
    bridge_changed()
    hit = impact_of(cast.admin, Node.objects.get(name="warehouse.raw.flights")).affected
    sure = {one.node.key: one.sure for one in hit}
    assert set(sure.values()) == {"certain"}
    assert sure.keys() >= {"flights.flight_legs", "flights.route_delay_daily", "model:delay_predictor_v2"}
    trace_changed()
    known = ColumnClass.objects.filter(node__name="people.customer_profile")
    assert dict(known.values_list("column", "privacy_class"))["birth_date"] == "quasi-identifier"
