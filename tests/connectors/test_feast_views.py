"""Kinds and corners of feature views that the recorded registries do not show."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from connectors.feast import registry_pb2 as pb
from connectors.feast.client import open_registry
from connectors.feast.fields import DTYPES
from connectors.records import Definitions, ViewRecord

Write = Callable[[pb.Registry | bytes], str]
FILE = pb.DataSource(name="lake", type=pb.DataSource.BATCH_FILE, file_options=pb.FileOptions(uri="a.parquet"))


def read(write: Write, registry: pb.Registry) -> Definitions:
    return open_registry(write(registry)).definitions(known={})


def only_view(write: Write, registry: pb.Registry) -> ViewRecord:
    (view,) = read(write, registry).views
    return view


def stream_view(registry: pb.Registry) -> pb.StreamFeatureView:
    view = registry.stream_feature_views.add()
    view.spec.name, view.spec.project = "clicks", "shop"
    view.spec.batch_source.CopyFrom(FILE)
    view.spec.features.add(name="clicks_1h", value_type=pb.ValueType.INT64)
    return view


def test_stream_views_list_join_keys_among_their_features(write_registry: Write) -> None:
    registry = pb.Registry()
    view = stream_view(registry)
    view.spec.features.add(name="user_id", value_type=pb.ValueType.INT64)
    view.spec.entity_columns.add(name="user_id", value_type=pb.ValueType.INT64)
    read = only_view(write_registry, registry)
    assert ([feature.name for feature in read.features], read.join_keys) == (["clicks_1h"], ("user_id",))


def test_old_registries_tell_join_keys_by_the_entity_alone(write_registry: Write) -> None:
    registry = pb.Registry()
    entity = registry.entities.add()
    entity.spec.name, entity.spec.project, entity.spec.join_key = "user", "shop", "user_id"
    view = registry.feature_views.add()
    view.spec.name, view.spec.project = "stats", "shop"
    view.spec.entities.append("user")
    view.spec.features.add(name="user_id", value_type=pb.ValueType.INT64)
    view.spec.features.add(name="spend", value_type=pb.ValueType.DOUBLE)
    assert [feature.name for feature in only_view(write_registry, registry).features] == ["spend"]


def test_stream_views_say_how_they_aggregate(write_registry: Write) -> None:
    registry = pb.Registry()
    view = stream_view(registry)
    view.spec.stream_source.name, view.spec.stream_source.type = "events", pb.DataSource.STREAM_KAFKA
    view.spec.aggregations.add(column="amount", function="sum").time_window.seconds = 3600
    view.spec.enable_tiling = True
    view.spec.tiling_hop_size.seconds = 300
    view.spec.user_defined_function.body_text = "def clicks(df): ..."
    view.spec.version = "v2"
    read = only_view(write_registry, registry)
    assert (read.kind, read.source, read.stream_source) == ("stream", "lake", "events")
    assert (read.definition, read.version) == ("def clicks(df): ...", 0)
    assert read.options == {
        "enable_tiling": True,
        "tiling_hop_size_seconds": 300.0,
        "pinned_version": "v2",
        "aggregations": [{"column": "amount", "function": "sum", "time_window_seconds": 3600.0}],
    }


def test_a_view_on_views_names_what_it_reads_and_shows_its_sql(write_registry: Write) -> None:
    registry = pb.Registry()
    view = registry.feature_views.add()
    view.spec.name, view.spec.project, view.spec.mode = "daily", "shop", "sql"
    view.spec.source_views.add(name="hourly", project="shop")
    view.spec.source_views.add(name="refunds", project="shop")
    view.spec.feature_transformation.user_defined_function.body_text = "SELECT * FROM hourly"
    read = only_view(write_registry, registry)
    assert (read.upstream_views, read.definition) == (("hourly", "refunds"), "SELECT * FROM hourly")
    assert (read.options, read.source) == ({"mode": "sql"}, "")


def test_on_demand_views_of_2021_embed_whole_views_and_name_request_types_in_a_map(write_registry: Write) -> None:
    registry = pb.Registry()
    view = registry.on_demand_feature_views.add()
    view.spec.name, view.spec.project = "ratio", "shop"
    view.spec.sources["stats"].feature_view.spec.name = "user_stats"
    request = view.spec.sources["input"].request_data_source
    request.name, request.type = "input", pb.DataSource.REQUEST_SOURCE
    request.request_data_options.deprecated_schema["amount"] = pb.ValueType.DOUBLE
    view.spec.user_defined_function.body_text = "def ratio(df): ..."
    found = read(write_registry, registry)
    (read_view,) = found.views
    assert read_view.upstream_views == ("user_stats",)
    assert [(field.name, field.dtype) for field in read_view.request_fields] == [("amount", "float64")]
    assert read_view.definition == "def ratio(df): ..."
    assert [source.name for source in found.sources] == ["input"]


def test_times_and_spans_without_meaning_are_left_out(write_registry: Write) -> None:
    registry = pb.Registry()
    view = registry.feature_views.add()
    view.spec.name, view.spec.project = "stats", "shop"
    view.spec.ttl.seconds = 0
    view.meta.created_timestamp.seconds = 10**17
    view.meta.materialization_intervals.add().end_time.seconds = -(10**17)
    view.meta.materialization_intervals.add().end_time.seconds = 1_700_000_000
    view.meta.materialization_intervals.add().end_time.seconds = 1_600_000_000
    read = only_view(write_registry, registry)
    assert (read.ttl, read.created_at, read.updated_at) == (None, None, None)
    assert read.declared_until == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    view.spec.ttl.seconds, view.spec.ttl.nanos = 60, 500_000_000
    assert only_view(write_registry, registry).ttl == timedelta(seconds=60.5)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        *(("DOUBLE", "float64"), ("FLOAT", "float32"), ("INT64", "int64"), ("BOOL", "bool"), ("BYTES", "bytes")),
        *(("UNIX_TIMESTAMP", "unix_timestamp"), ("FLOAT_LIST", "array<float32>"), ("STRING_SET", "set<string>")),
        *(("MAP_LIST", "array<map>"), ("VALUE_LIST", "array<any>"), ("TIME_UUID_LIST", "array<time_uuid>")),
        *(("JSON", "json"), ("STRUCT", "struct"), ("DECIMAL", "decimal"), ("INVALID", "unknown")),
    ],
)
def test_types_are_named_in_one_vocabulary(name: str, word: str) -> None:
    assert DTYPES[pb.ValueType.Enum.Value(name)] == word


def test_objects_without_a_project_belong_to_the_only_one(write_registry: Write) -> None:
    registry = pb.Registry()
    registry.projects.add().spec.name = "shop"
    registry.feature_views.add().spec.name = "stats"
    registry.entities.add().spec.name = "user"
    found = read(write_registry, registry)
    assert found.view_names == {("shop", "stats")}
    assert (found.entities[0].project, found.entities[0].join_keys) == ("shop", ("user",))


def test_an_object_without_a_project_in_a_registry_of_two_belongs_to_none(write_registry: Write) -> None:
    registry = pb.Registry()
    for name in ("shop", "bank"):
        registry.projects.add().spec.name = name
    registry.feature_views.add().spec.name = "stats"
    path = write_registry(registry)
    assert open_registry(path).definitions(known={}).view_names == {("", "stats")}
    chosen = open_registry(path, projects=["shop"]).definitions(known={})
    assert (chosen.view_names, [project.name for project in chosen.projects]) == (set(), ["shop"])


def test_services_keep_aliases_versions_and_mapped_keys(write_registry: Write) -> None:
    registry = pb.Registry()
    service = registry.feature_services.add()
    service.spec.name, service.spec.project, service.spec.precompute_online = "model", "shop", True
    reads = service.spec.features.add(feature_view_name="stats", feature_view_name_alias="buyer", version_tag=0)
    reads.join_key_map["user_id"] = "buyer_id"
    service.spec.features.add(feature_view_name="stats")
    service.spec.logging_config.custom_destination.kind = "kafka"
    service.spec.logging_config.custom_destination.config["sasl_password"] = "sesame"
    (read_service,) = read(write_registry, registry).services
    first, second = read_service.reads
    assert (first.alias, first.version, first.join_key_map) == ("buyer", 0, {"user_id": "buyer_id"})
    assert (second.features, second.version) == ((), None)
    assert read_service.options["precompute_online"] is True
    assert "sesame" not in str(read_service)


def test_saved_datasets_and_policies(write_registry: Write) -> None:
    registry = pb.Registry()
    dataset = registry.saved_datasets.add()
    dataset.spec.name, dataset.spec.project, dataset.spec.feature_service_name = "train", "shop", "model"
    dataset.spec.features.extend(["stats:spend", "stats:age"])
    dataset.spec.storage.file_storage.uri = "s3://lake/train.parquet"
    dataset.spec.columns.add(name="spend", type="double", nullable=False)
    dataset.meta.max_event_timestamp.seconds = 1_700_000_000
    permission = registry.permissions.add()
    permission.spec.name, permission.spec.project = "crew", "shop"
    permission.spec.actions.extend([pb.PermissionSpec.READ_OFFLINE, 77])
    permission.spec.policy.combined_group_namespace_policy.groups.append("ml")
    permission.spec.policy.combined_group_namespace_policy.namespaces.append("prod")
    found = read(write_registry, registry)
    saved = found.saved_datasets[0]
    assert (saved.references, saved.service) == (("stats:spend", "stats:age"), "model")
    assert saved.options["storage"] == {"kind": "file", "uri": "s3://lake/train.parquet"}
    assert saved.options["columns"] == [{"name": "spend", "type": "double", "nullable": False}]
    assert saved.newest_event_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert found.permissions[0].policy == "groups: ml; namespaces: prod"
    assert found.permissions[0].actions == ("READ_OFFLINE", "77")
