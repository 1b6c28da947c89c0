"""A registry recorded from Feast 0.67 in SQLite: everything in it, and every change to it, is seen."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.feast.client import open_registry
from connectors.records import ConnectorError, DefinitionReader, PermissionRecord, Right

# Same length, same second, no timestamp moved: as when Feast writes a version number into the row.
NEW_OWNER = (
    "UPDATE feature_views SET feature_view_proto ="
    " CAST(replace(CAST(feature_view_proto AS TEXT), 'ads@', 'adz@') AS BLOB) WHERE feature_view_name = 'clicks'"
)


@pytest.fixture
def registry(sample_registry: Path) -> DefinitionReader:
    return open_registry(f"sqlite:///{sample_registry}")


@pytest.fixture
def change(sample_registry: Path) -> Callable[..., None]:
    """Run one statement against the registry, as a writer would."""

    def run(statement: str, *values: object) -> None:
        with sqlite3.connect(sample_registry) as connection:
            connection.execute(statement, values)
        connection.close()

    return run


def test_views_carry_owner_tags_times_and_vectors(registry: DefinitionReader) -> None:
    views = {view.name: view for view in registry.definitions(known={}).views}
    stats = views["user_stats"]
    assert (stats.owner, stats.tags, stats.ttl) == (
        "newteam@shop.io",
        {"team": "growth", "tier": "2"},
        timedelta(days=30),
    )
    assert (stats.entities, stats.join_keys, stats.options) == (("user",), ("user_id",), {"org": "growth"})
    assert [(feature.name, feature.dtype) for feature in stats.features] == [
        ("spend_7d", "float32"),
        ("email_domain", "string"),
        ("bio_vec", "array<float32>"),
    ]
    assert stats.features[0].tags == {"unit": "EUR"}
    assert stats.features[1].tags == {"pii": "true"}
    assert (stats.features[2].vector_dimension, stats.features[2].vector_metric) == (4, "cosine")
    assert stats.project == "shop"  # spec.project is empty in the stored bytes


def test_push_sources_stand_beside_the_table_behind_them(registry: DefinitionReader) -> None:
    found = registry.definitions(known={})
    clicks = next(view for view in found.views if view.name == "clicks")
    assert (clicks.source, clicks.stream_source) == ("clicks_batch", "clicks_push")
    assert {source.name: source.kind for source in found.sources} == {
        **{"txn": "request", "user_stats_src": "file"},
        **{"clicks_push": "push", "clicks_batch": "file"},
    }


def test_on_demand_views_say_what_they_read_and_what_they_ask_for(registry: DefinitionReader) -> None:
    ratio = next(view for view in registry.definitions(known={}).views if view.name == "amount_ratio")
    assert (ratio.kind, ratio.upstream_views, ratio.entities) == ("on_demand", ("user_stats",), ())
    assert [(field.name, field.dtype) for field in ratio.request_fields] == [("amount", "float64")]
    assert ratio.options == {"mode": "python", "request_sources": ["txn"]}
    assert ratio.definition.endswith('zip(inputs["amount"],inputs["spend_7d"])]}\n')


def test_services_permissions_and_versions(registry: DefinitionReader) -> None:
    found = registry.definitions(known={})
    assert [(read.view, read.features) for read in found.services[0].reads] == [
        ("user_stats", ("spend_7d",)),
        ("amount_ratio", ("amount_to_spend",)),
    ]
    assert found.permissions[0] == PermissionRecord(
        project="shop",
        name="pii_reader",
        types=("FEATURE_VIEW",),
        name_patterns=(),
        required_tags={"pii": "true"},
        actions=("READ_ONLINE",),
        policy="roles: pii",
    )
    assert [(item.view, item.number, len(item.features)) for item in found.view_versions] == [
        ("amount_ratio", 0, 1),
        ("clicks", 0, 1),
        ("user_stats", 0, 3),
    ]


def test_what_is_known_is_not_read_again(registry: DefinitionReader, change: Callable[..., None]) -> None:
    known = {(view.project, view.name): view.digest for view in registry.definitions(known={}).views}
    again = registry.definitions(known=known)
    assert (again.views, again.view_versions) == ([], [])
    assert again.view_names == set(known)

    change(NEW_OWNER)
    assert [(view.name, view.owner) for view in registry.definitions(known=known).views] == [("clicks", "adz@shop.io")]


def test_a_version_added_without_touching_the_view_is_seen(
    registry: DefinitionReader, change: Callable[..., None]
) -> None:
    before = registry.definitions(known={})
    known = {(view.project, view.name): view.digest for view in before.views}
    change(
        "INSERT INTO feature_view_version_history SELECT feature_view_name, project_id, 1, feature_view_type,"
        " feature_view_proto, created_timestamp, 'not promoted', 'x' FROM feature_view_version_history"
        " WHERE feature_view_name = 'clicks'"
    )
    assert registry.change_token() != before.change_token
    after = registry.definitions(known=known)
    assert [(item.number, item.description) for item in after.view_versions] == [(0, ""), (1, "not promoted")]


@pytest.mark.parametrize(
    "statement",
    [
        NEW_OWNER,
        "DELETE FROM permissions WHERE permission_name = 'pii_reader'",
        "UPDATE feature_services SET feature_service_name = 'renamed'",
        "UPDATE feature_views SET project_id = 'other' WHERE feature_view_name = 'clicks'",
        "DELETE FROM feature_view_version_history WHERE feature_view_name = 'clicks'",
    ],
)
def test_every_change_changes_the_token(
    registry: DefinitionReader, change: Callable[..., None], statement: str
) -> None:
    before = registry.change_token()
    assert registry.change_token() == before
    change(statement)
    assert registry.change_token() != before


def test_who_looked_at_what_does_not_change_the_token(registry: DefinitionReader, change: Callable[..., None]) -> None:
    before = registry.change_token()
    change("INSERT INTO feast_metadata VALUES ('shop', 'recently_visited_ada', '[]', 1795175999)")
    assert registry.change_token() == before


def test_removed_views_leave_the_names(registry: DefinitionReader, change: Callable[..., None]) -> None:
    change("DELETE FROM feature_views WHERE feature_view_name = 'clicks'")
    assert registry.definitions(known={}).view_names == {("shop", "user_stats"), ("shop", "amount_ratio")}


def test_older_registries_lack_tables(registry: DefinitionReader, change: Callable[..., None]) -> None:
    for table in ("label_views", "feature_view_version_history", "projects", "permissions", "saved_datasets"):
        change(f"DROP TABLE {table}")
    found = registry.definitions(known={})
    assert [project.name for project in found.projects] == ["shop"]
    assert sorted(view.name for view in found.views) == ["amount_ratio", "clicks", "user_stats"]
    assert {view.version for view in found.views} == {None}
    assert registry.test()[-1] == Right(
        "Read version history", ok=False, detail="The registry of an older Feast has none. All else works."
    )


def test_only_the_chosen_projects_are_read(sample_registry: Path, change: Callable[..., None]) -> None:
    change("UPDATE feature_views SET project_id = 'other' WHERE feature_view_name = 'clicks'")
    other = open_registry(f"sqlite:///{sample_registry}", projects=["other"])
    token = other.change_token()
    assert other.definitions(known={}).view_names == {("other", "clicks")}
    change("DELETE FROM feature_views WHERE project_id = 'shop'")
    assert other.change_token() == token


def test_reading_never_creates_or_changes_the_file(tmp_path: Path, sample_registry: Path) -> None:
    missing = tmp_path / "missing.sqlite"
    with pytest.raises(ConnectorError, match="cannot be opened"):
        open_registry(f"sqlite:///{missing}").change_token()
    assert not missing.exists()

    before = sample_registry.read_bytes()
    open_registry(f"sqlite:///{sample_registry}").definitions(known={})
    assert sample_registry.read_bytes() == before


def test_a_database_without_a_registry_says_so(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "empty.sqlite").execute("CREATE TABLE other (id)").connection.close()
    with pytest.raises(ConnectorError, match="no Feast registry here") as caught:
        open_registry(f"sqlite:///{tmp_path}/empty.sqlite").definitions(known={})
    assert "feature_store.yaml" in caught.value.fix
