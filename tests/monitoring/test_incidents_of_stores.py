"""The demo's real store breaks and is mended: one incident each time, for the team that answers for it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo.install import STORE, InstalledDemo, install
from monitoring.actions.breaches import follow_stores_and_jobs
from monitoring.actions.measure import measure_connection
from monitoring.models import Breach, Incident
from registry.actions.connections import create_connection
from registry.actions.definitions import import_definitions
from registry.actions.pulls import run_pull
from registry.choices import PullState
from registry.models import Connection, FeatureView, Message, Pull, Team
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(tmp_path: Path) -> InstalledDemo:
    return install(STORE, tmp_path / "store", datetime.now(UTC))


@pytest.fixture
def platform(db: None) -> Team:
    return TeamFactory(slug="data-platform", email="data-platform@example.org")


@pytest.fixture
def store(platform: Team, demo: InstalledDemo) -> Connection:
    """The demo's store, whose deliberate faults have had their incidents already."""
    for slug in ("delay-features", "delay-models", "fleet", "tower-feed", "weather-desk"):
        TeamFactory(slug=slug, email=f"{slug}@example.org")
    addresses = {
        "registry_url": demo.registry_url, "offline_url": str(demo.offline_folder), "online_url": demo.online_url,
    }  # fmt: skip
    made = create_connection(platform, actor=None, name="Demo Feast", addresses=addresses)
    run_pull(Pull.objects.create(connection=made, kind="definitions").pk, import_definitions)
    Pull.objects.unfinished().update(state=PullState.CANCELLED)
    measure(made, times=2)
    return made


def measure(connection: Connection, *, times: int) -> None:
    for _ in range(times):
        run_pull(Pull.objects.create(connection=connection, kind="measurements").pk, measure_connection)
        follow_stores_and_jobs()


def test_the_demo_s_own_faults_have_an_incident_each(store: Connection) -> None:
    found = {one.title: one.owner and one.owner.slug for one in Incident.objects.ongoing()}
    weather = FeatureView.objects.get(name="origin_weather_hourly")
    assert found[f"Table {weather.source.location} is stale"] == "weather-desk"
    missing = FeatureView.objects.get(name="airport_reference")
    assert f"Table {missing.source.location} cannot be read" in found
    assert found["View flights.tail_utilisation_daily is stale"] == "fleet"
    assert found["View flights.plane_profile has too many nulls"] == "fleet"
    drifted = {title for title in found if title.endswith("has drifted")}
    assert "View flights.route_delay_daily has drifted" in drifted  # the storms of July
    assert len(found.keys() - drifted) == 9, found


def test_a_file_that_is_renamed(store: Connection, demo: InstalledDemo) -> None:
    before = set(Incident.objects.values_list("pk", flat=True))
    view = FeatureView.objects.get(name="carrier_delay_daily")
    file = demo.offline_folder / view.source.location
    away = file.rename(file.with_suffix(".away"))
    measure(store, times=1)
    assert set(Incident.objects.values_list("pk", flat=True)) == before
    measure(store, times=3)
    incident = Incident.objects.exclude(pk__in=before).get()
    assert incident.title == f"Table {view.source.location} cannot be read"
    assert incident.owner == view.owner
    assert Message.objects.filter(event="incident.opened", data__incident=str(incident), teams=view.owner).count() == 1
    away.rename(file)
    measure(store, times=2)
    incident.refresh_from_db()
    assert (incident.state, incident.resolved_by) == ("resolved", None)


def test_an_online_store_that_stops(store: Connection, demo: InstalledDemo, platform: Team) -> None:
    before = set(Incident.objects.values_list("pk", flat=True))
    file = Path(demo.online_url.removeprefix("sqlite:///"))
    away = file.rename(file.with_suffix(".away"))
    measure(store, times=4)
    incident = Incident.objects.exclude(pk__in=before).get()
    assert (incident.title, incident.owner) == ("Online store of Demo Feast cannot be read", platform)
    assert incident.hits.count() == FeatureView.objects.present().filter(is_online=True).count() > 5
    told = Message.objects.filter(event="incident.opened", data__incident=str(incident), is_for_everybody=False)
    assert [list(one.teams.all()) for one in told] == [[platform]]
    away.rename(file)
    measure(store, times=2)
    incident.refresh_from_db()
    assert incident.state == "resolved"
    assert Message.objects.filter(event="incident.resolved", teams=platform, data__incident=str(incident)).count() == 1


def test_a_registry_that_cannot_be_pulled(store: Connection, demo: InstalledDemo) -> None:
    file = Path(demo.registry_url.removeprefix("sqlite:///"))
    away = file.rename(file.with_suffix(".away"))
    for _ in range(2):
        run_pull(Pull.objects.create(connection=store, kind="definitions").pk, import_definitions)
    follow_stores_and_jobs()
    follow_stores_and_jobs()
    incident = Incident.objects.ongoing().get(cause_kind="store")
    assert incident.title == "Definitions of Demo Feast cannot be pulled"
    away.rename(file)
    for _ in range(2):
        run_pull(Pull.objects.create(connection=store, kind="definitions").pk, import_definitions)
        follow_stores_and_jobs()
    incident.refresh_from_db()
    assert incident.state == "resolved"


def test_a_connection_that_is_switched_off_is_nobody_s_trouble(store: Connection, demo: InstalledDemo) -> None:
    file = Path(demo.online_url.removeprefix("sqlite:///"))
    file.rename(file.with_suffix(".away"))
    measure(store, times=2)
    Connection.objects.update(is_enabled=False)
    follow_stores_and_jobs()
    assert not Incident.objects.ongoing().filter(cause_kind="store").exists()
    assert not Breach.objects.live().filter(connection=store).exists()
