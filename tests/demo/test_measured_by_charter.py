"""Charter's own readers on the installed demo: all they count is what plain SQL counted when it was built."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.feast.client import open_registry
from connectors.records import ConnectorError, Definitions, ViewReading
from connectors.stores import open_offline, open_online
from demo.install import InstalledDemo
from demo.measure import measure_online, measure_tables
from tests.demo.targets import target, view_named

WITHOUT_FILE = "airport_reference"


@pytest.fixture(scope="module")
def definitions(demo: InstalledDemo) -> Definitions:
    return open_registry(demo.registry_url).definitions(known={})


def newest(second: int | None) -> datetime | None:
    return datetime.fromtimestamp(second, UTC) if second else None


def nulls(reading: ViewReading) -> dict[str, int]:
    assert not [profile.error for profile in reading.profiles if profile.error]
    return {profile.feature: profile.nulls for profile in reading.profiles}


def test_every_definition_is_read_without_a_warning(definitions: Definitions, manifest: dict[str, Any]) -> None:
    for project, listed in manifest["registry"].items():
        views = {view.name: view for view in definitions.views if view.project == project}
        assert {name: [feature.name for feature in view.features] for name, view in views.items()} == {
            # Feast lists the join key of a stream view among its features; to Charter it is none.
            name: [feature for feature in features if feature not in views[name].join_keys]
            for name, features in listed["views"].items()
        }
        assert sorted(each.name for each in definitions.services if each.project == project) == (
            sorted(listed["services"])
        )
    assert definitions.warnings == []


def test_every_file_is_measured_exactly(demo: InstalledDemo, definitions: Definitions) -> None:
    tables = {name.split("/")[1]: found for name, found in measure_tables(demo.offline_folder / "data").items()}
    reader = open_offline(str(demo.offline_folder))
    measured = [view.name for view in definitions.views if view.source and view.name != WITHOUT_FILE]
    for name in measured:
        wanted = target(definitions, name)
        reading, counted = reader.read(wanted), tables[name]
        assert reading.rows == counted["rows"], name
        assert reading.newest_event_at == newest(counted["newest"][wanted.timestamp_column]), name
        expected = {column.name: counted["nulls"][column.column] for column in wanted.columns}
        assert nulls(reading) == expected, name
    assert len(measured) == 14


def test_the_missing_file_is_named_in_the_error(demo: InstalledDemo, definitions: Definitions) -> None:
    with pytest.raises(ConnectorError, match=r"airport_reference\.parquet"):
        open_offline(str(demo.offline_folder)).read(target(definitions, WITHOUT_FILE))


def test_every_online_table_is_measured_exactly(demo: InstalledDemo, definitions: Definitions) -> None:
    tables = measure_online(demo.offline_folder / "online_store.db")
    served = [view for view in definitions.views if view.online and view.source]
    for view in served:
        reading = open_online(demo.online_url).read(target(definitions, view.name))
        suffix = f"_v{view.version}" if view.version else ""
        counted = tables[f"{view.project}_{view.name}{suffix}"]
        assert reading.entities == counted["keys"], view.name
        assert reading.newest_event_at == newest(counted["newest"]), view.name
        expected = {feature.name: counted["nulls"].get(feature.name, 0) for feature in view.features}
        assert nulls(reading) == expected, view.name
    assert len(served) == 14


def test_declared_source_and_served_disagree_where_the_demo_says_so(
    demo: InstalledDemo, definitions: Definitions
) -> None:
    declared = view_named(definitions, "origin_weather_hourly").declared_until
    source = open_offline(str(demo.offline_folder)).read(target(definitions, "origin_weather_hourly"))
    assert declared == demo.anchored_at
    assert source.newest_event_at is not None
    assert (demo.anchored_at - source.newest_event_at).total_seconds() == 7 * 3600 + 300


def test_no_value_of_a_person_is_read_out(demo: InstalledDemo, definitions: Definitions) -> None:
    wanted = target(definitions, "customer_contact")
    for reader in (open_offline(str(demo.offline_folder)), open_online(demo.online_url)):
        assert "example.org" not in repr(reader.read(wanted))
