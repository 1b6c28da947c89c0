"""Writes a large Feast registry, as Feast 0.67 stores one, to measure against.

    python -m bench.feast_registry sqlite:////tmp/registry.db --views 10000 --features 10

Names, descriptions, owners and types vary; ten views share an entity, a source and a service.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Engine, Integer, LargeBinary, MetaData, String, Table, Text, create_engine
from sqlalchemy.dialects import mysql

from connectors.feast import registry_pb2 as pb

ROWS_AT_ONCE = 1000
APPLIED_AT = 1_790_000_000  # epoch seconds
PROJECT_VIEWS = 1000  # views of one project
SHARED_BY = 10  # views that share an entity, a source and a service
MEASURES = ("amount", "balance", "clicks", "sessions", "returns", "visits", "orders", "refunds", "logins", "score")
TYPES = (pb.ValueType.DOUBLE, pb.ValueType.INT64, pb.ValueType.STRING, pb.ValueType.FLOAT, pb.ValueType.BOOL)
BLOB = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")

metadata = MetaData()


def _table(name: str, noun: str, *more: Column[Any], name_column: str = "") -> Table:
    return Table(
        name,
        metadata,
        Column(name_column or f"{noun}_name", String(255), primary_key=True),
        *([] if name_column == "project_id" else [Column("project_id", String(255), primary_key=True)]),
        Column("last_updated_timestamp", BigInteger, nullable=False),
        Column(f"{noun}_proto", BLOB, nullable=False),
        *more,
    )


PROJECTS = _table("projects", "project", Column("project_name", String(255)), name_column="project_id")
ENTITIES = _table("entities", "entity")
SOURCES = _table("data_sources", "data_source")
SERVICES = _table("feature_services", "feature_service")
VIEWS = _table("feature_views", "feature_view", Column("materialized_intervals", BLOB), Column("user_metadata", BLOB))
OTHER_VIEWS = [_table(f"{kind}s", "feature_view") for kind in ("stream_feature_view", "on_demand_feature_view")]
LABEL_VIEWS = _table("label_views", "feature_view")
SAVED = _table("saved_datasets", "saved_dataset")
PERMISSIONS = _table("permissions", "permission")
HISTORY = Table(
    "feature_view_version_history",
    metadata,
    Column("feature_view_name", String(255), primary_key=True),
    Column("project_id", String(255), primary_key=True),
    Column("version_number", Integer, primary_key=True),
    Column("feature_view_type", String(50), nullable=False),
    Column("feature_view_proto", BLOB, nullable=False),
    Column("created_timestamp", BigInteger, nullable=False),
    Column("description", Text),
    Column("version_id", String(36), nullable=False),
)


@dataclass(frozen=True)
class Size:
    views: int
    features: int

    def project(self, view: int) -> str:
        return f"project_{view // PROJECT_VIEWS:03}"


def source(view: int) -> pb.DataSource:
    group = view // SHARED_BY
    return pb.DataSource(
        name=f"source_{group:05}",
        type=pb.DataSource.BATCH_FILE,
        timestamp_field="event_timestamp",
        created_timestamp_column="created",
        file_options=pb.FileOptions(uri=f"s3://lake/gold/group_{group:05}.parquet"),
        data_source_class_type="feast.infra.offline_stores.file_source.FileSource",
    )


def feature(view: int, number: int) -> pb.Field:
    measure = MEASURES[number % len(MEASURES)]
    return pb.Field(
        name=f"{measure}_{number}d_v{view:05}",
        value_type=TYPES[number % len(TYPES)],
        description=f"{measure.capitalize()} of the customer over the last {number + 1} days",
        tags={"unit": "count"} if number % 3 == 0 else {},
    )


def feature_view(view: int, size: Size) -> pb.FeatureView:
    group = view // SHARED_BY
    message = pb.FeatureView()
    message.spec.name = f"view_{view:06}"
    message.spec.entities.append(f"entity_{group:05}")
    message.spec.entity_columns.add(name=f"entity_{group:05}_id", value_type=pb.ValueType.INT64)
    message.spec.features.extend(feature(view, number) for number in range(size.features))
    message.spec.tags.update(team=f"team_{view % 40}", tier=str(view % 4))
    message.spec.ttl.seconds = 86_400 * (1 + view % 30)
    message.spec.batch_source.CopyFrom(source(view))
    message.spec.online = True
    message.spec.description = f"Behaviour of customers, part {view}"
    message.spec.owner = f"team_{view % 40}@example.com"
    message.spec.version = "latest"
    message.meta.created_timestamp.seconds = APPLIED_AT
    message.meta.last_updated_timestamp.seconds = APPLIED_AT + view
    message.meta.materialization_intervals.add().end_time.seconds = APPLIED_AT + 3600
    message.meta.state = pb.ViewState.AVAILABLE_ONLINE
    return message


def _view_rows(size: Size) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each view's row, and the row of its version 0."""
    for view in range(size.views):
        proto = feature_view(view, size).SerializeToString()
        row = {"feature_view_name": f"view_{view:06}", "project_id": size.project(view), "feature_view_proto": proto}
        yield (
            row | {"last_updated_timestamp": APPLIED_AT + view},
            row
            | {"version_number": 0, "feature_view_type": "feature_view", "created_timestamp": APPLIED_AT}
            | {"version_id": f"{view:036}", "description": ""},
        )


def _group_rows(size: Size) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
    """The entity, the source and the service that ten views share."""
    for view in range(0, size.views, SHARED_BY):
        group = view // SHARED_BY
        place = {"project_id": size.project(view), "last_updated_timestamp": APPLIED_AT}
        entity = pb.Entity()
        entity.spec.name, entity.spec.join_key = f"entity_{group:05}", f"entity_{group:05}_id"
        entity.spec.value_type = pb.ValueType.INT64
        service = pb.FeatureService()
        service.spec.name = f"model_{group:05}"
        for member in range(view, min(view + SHARED_BY, size.views)):
            read = service.spec.features.add(feature_view_name=f"view_{member:06}")
            read.feature_columns.extend(feature(member, number) for number in range(0, size.features, 2))
        yield (
            place | {"entity_name": entity.spec.name, "entity_proto": entity.SerializeToString()},
            place | {"data_source_name": f"source_{group:05}", "data_source_proto": source(view).SerializeToString()},
            place | {"feature_service_name": service.spec.name, "feature_service_proto": service.SerializeToString()},
        )


def write(engine: Engine, size: Size) -> None:
    """Create the tables, which must not exist, and fill them."""
    metadata.create_all(engine)
    with engine.begin() as connection:
        for name in sorted({size.project(view) for view in range(size.views)}):
            project = pb.Project()
            project.spec.name = name
            row = {"project_id": name, "project_name": name, "project_proto": project.SerializeToString()}
            connection.execute(PROJECTS.insert(), row | {"last_updated_timestamp": APPLIED_AT})
        groups = list(_group_rows(size))
        for table, rows in zip((ENTITIES, SOURCES, SERVICES), zip(*groups, strict=True), strict=True):
            connection.execute(table.insert(), list(rows))
        batch: list[tuple[dict[str, Any], dict[str, Any]]] = []
        for rows in _view_rows(size):
            batch.append(rows)
            if len(batch) == ROWS_AT_ONCE:
                _insert_views(connection, batch)
                batch = []
        if batch:
            _insert_views(connection, batch)


def _insert_views(connection: Any, batch: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    connection.execute(VIEWS.insert(), [view for view, _ in batch])
    connection.execute(HISTORY.insert(), [version for _, version in batch])


def registry_file(size: Size) -> bytes:
    """The same definitions as one file registry."""
    registry = pb.Registry(registry_schema_version="1", version_id=f"bench-{size.views}-{size.features}")
    for entity, data_source, service in _group_rows(size):
        registry.entities.add().MergeFromString(entity["entity_proto"])
        registry.entities[-1].spec.project = entity["project_id"]
        registry.data_sources.add(project=data_source["project_id"]).MergeFromString(data_source["data_source_proto"])
        registry.feature_services.add().MergeFromString(service["feature_service_proto"])
        registry.feature_services[-1].spec.project = service["project_id"]
    for view in range(size.views):
        message = feature_view(view, size)
        message.spec.project = size.project(view)
        registry.feature_views.append(message)
        registry.feature_view_version_history.records.add(
            feature_view_name=message.spec.name,
            project_id=message.spec.project,
            feature_view_type="feature_view",
            feature_view_proto=message.SerializeToString(),
        )
    return registry.SerializeToString()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", help="an empty database, as a SQLAlchemy URL")
    parser.add_argument("--views", type=int, default=10_000)
    parser.add_argument("--features", type=int, default=10, help="of each view")
    chosen = parser.parse_args()
    write(create_engine(chosen.url), Size(chosen.views, chosen.features))
    print(f"{chosen.views:,} views x {chosen.features} features written.")


if __name__ == "__main__":
    main()
