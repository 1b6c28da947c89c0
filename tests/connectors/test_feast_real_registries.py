"""Registries that other people's projects produced, from 2021 to 2026: exact counts, nothing lost, nothing invented."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.feast.client import open_registry
from connectors.records import Definitions, ViewRecord


def read(folder: Path, name: str) -> Definitions:
    return open_registry(str(folder / "feast" / name)).definitions(known={})


def sizes(found: Definitions) -> dict[str, int]:
    return {view.name: len(view.features) for view in found.views}


def by_name(found: Definitions) -> dict[str, ViewRecord]:
    return {view.name: view for view in found.views}


@pytest.mark.parametrize(
    ("name", "views", "features", "services", "sources", "entities", "versions"),
    [
        ("agent_feature_store/registry.db", 3, 16, 0, 3, 2, 3),
        ("benchmarks_2022/registry.db", 25, 250, 5, 1, 1, 0),
        ("credit_score_local/registry.db", 3, 16, 0, 3, 2, 3),
        ("feast_ui_history/registry_7208ed72e.db", 4, 18, 5, 3, 2, 0),
        ("feast_ui_history/registry_c5d0dffa5.db", 4, 18, 5, 3, 2, 0),
        ("feast_ui_history/registry_ed4a4f293.db", 4, 18, 5, 3, 2, 6),
        ("insurance_demo/registry.db", 2, 49, 13, 20, 1, 2),
        ("pytorch_nlp_template/registry.db", 3, 17, 3, 2, 2, 3),
        ("quickstart_local/registry.db", 5, 20, 3, 5, 1, 5),
        ("remote_offline_server/registry.db", 4, 10, 3, 3, 1, 4),
    ],
)
def test_each_registry_is_read_whole(
    real_inputs: Path, name: str, views: int, features: int, services: int, sources: int, entities: int, versions: int
) -> None:
    found = read(real_inputs, name)

    counted = (len(found.views), sum(sizes(found).values()), len(found.services), len(found.sources))
    assert (*counted, len(found.entities), len(found.view_versions)) == (
        *(views, features, services, sources),
        *(entities, versions),
    )
    assert found.warnings == []
    assert len(found.projects) == 1
    assert found.view_names == {(view.project, view.name) for view in found.views}
    assert not any("__dummy" in str(record) for record in (*found.entities, *found.views, *found.view_versions))


def test_views_of_an_insurer(real_inputs: Path) -> None:
    found = read(real_inputs, "insurance_demo/registry.db")
    assert sizes(found) == {"customer_consolidated_features": 41, "premium_calculator_optimized": 8}
    view = by_name(found)["customer_consolidated_features"]
    assert all(feature.description for feature in view.features)
    assert view.ttl == timedelta(hours=1)
    assert view.source == "customer_consolidated_source"
    assert found.entities[0].tags["pii"] == "true"
    calculator = by_name(found)["premium_calculator_optimized"]
    assert (calculator.kind, calculator.upstream_views) == ("on_demand", ())
    assert [field.name for field in calculator.request_fields][:2] == ["requested_coverage", "requested_deductible"]
    assert calculator.definition.lstrip().startswith("@on_demand_feature_view")


def test_sources_of_an_insurer(real_inputs: Path) -> None:
    found = read(real_inputs, "insurance_demo/registry.db")
    kinds = [source.kind for source in found.sources]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        **{"postgres": 10, "file": 5},
        **{"push": 2, "kafka": 2, "request": 1},
    }
    sources = {source.name: source for source in found.sources}
    assert sources["claims_history_source"].location == "claims_history"
    assert "SELECT" in sources["customer_consolidated_source"].query
    assert sources["transaction_push_source"].batch_source == "transaction_source"
    assert sources["claims_stream_source"].location == "insurance.claims.events"


def test_services_read_exactly_the_features_they_chose(real_inputs: Path) -> None:
    services = {service.name: service for service in read(real_inputs, "insurance_demo/registry.db").services}
    chosen = {read.view: len(read.features) for read in services["premium_only"].reads}
    assert chosen == {"customer_consolidated_features": 3, "premium_calculator_optimized": 8}
    assert services["customer_5_features"].description
    empty = {service.name: service for service in read(real_inputs, "benchmarks_2022/registry.db").services}
    assert empty["feature_service_0"].reads == ()


def test_the_same_store_as_file_and_as_sql(real_inputs: Path) -> None:
    folder = real_inputs / "feast" / "credit_score_local"
    file = open_registry(str(folder / "registry.db")).definitions(known={})
    sql = open_registry(f"sqlite:///{folder / 'registry_sql.sqlite'}").definitions(known={})

    def comparable(found: Definitions) -> list[ViewRecord]:
        """Applied twice, a second apart: times and digests differ, nothing else may."""
        views = sorted(found.views, key=lambda view: view.name)
        return [replace(view, digest=b"", created_at=None, updated_at=None) for view in views]

    assert comparable(file) == comparable(sql)
    assert len(sql.views) == 3
    assert sorted(file.sources, key=str) == sorted(sql.sources, key=str)
    assert sorted(file.entities, key=str) == sorted(sql.entities, key=str)
    assert (file.projects, file.view_names) == (sql.projects, sql.view_names)
    assert by_name(sql)["credit_history"].source == "Credit history"


def test_three_generations_of_one_project(real_inputs: Path) -> None:
    commits = "7208ed72e", "c5d0dffa5", "ed4a4f293"
    oldest, _, newest = (read(real_inputs, f"feast_ui_history/registry_{commit}.db") for commit in commits)
    assert [project.name for project in oldest.projects] == ["credit_scoring_aws"]  # the file lists no projects
    assert {view.version for view in oldest.views} == {None}
    assert {view.name: view.version for view in newest.views} == {
        **{"credit_history": 1, "zipcode_features": 2, "zipcode_money_features": 3},
        "transaction_gt_last_credit_card_due": None,
    }
    history = [(item.view, item.number, len(item.features), item.description) for item in newest.view_versions]
    assert history == [
        ("credit_history", 1, 9, "Initial version"),
        ("zipcode_features", 1, 5, "Initial version"),
        ("zipcode_features", 2, 6, "Updated schema v2"),
        ("zipcode_money_features", 1, 1, "Initial version"),
        ("zipcode_money_features", 2, 1, "Updated schema v2"),
        ("zipcode_money_features", 3, 2, "Updated schema v3"),
    ]
    assert newest.view_versions[0].created_at == datetime(2026, 2, 17, 0, 51, 22, tzinfo=UTC)
    assert {service.tags["stage"] for service in newest.services if "stage" in service.tags} >= {"prod", "staging"}


def test_vectors_keep_their_metric(real_inputs: Path) -> None:
    view = by_name(read(real_inputs, "agent_feature_store/registry.db"))["knowledge_base"]
    vector = next(feature for feature in view.features if feature.name == "vector")
    assert (vector.dtype, vector.vector_metric) == ("array<float32>", "COSINE")
    assert view.join_keys == ("doc_id",)


def test_label_views_and_declared_freshness(real_inputs: Path) -> None:
    views = by_name(read(real_inputs, "quickstart_local/registry.db"))
    label = views["driver_quality_labels"]
    assert (label.kind, label.ttl, label.version) == ("label", None, 0)
    assert (label.source, label.stream_source) == ("driver_quality_labels_batch", "driver_quality_labels_push")
    assert label.options == {"labeler_field": "labeler", "conflict_policy": "last_write_wins"}
    batch = views["driver_hourly_stats"]
    assert batch.declared_until == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    assert batch.state == "available_online"
    assert [feature.dtype for feature in batch.features] == [
        *("float32", "float32", "int64"),
        *("map", "json", "struct"),
    ]
    assert views["transformed_conv_rate"].upstream_views == ("driver_hourly_stats",)


def test_two_views_may_share_feature_names(real_inputs: Path) -> None:
    views = by_name(read(real_inputs, "remote_offline_server/registry.db"))
    names = [[feature.name for feature in views[name].features] for name in views if name.startswith("driver")]
    assert names[0] == names[1]
    assert len(names[0]) == 3
