"""The tables of a Feast SQL registry, as far as they are read. Column names have been the same since Feast 0.22."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, TableClause, case, column, func, table

from connectors.feast.decoding import MAX_OBJECT_BYTES


@dataclass(frozen=True, slots=True)
class RegistryTable:
    """`name` and `proto` are the columns that hold an object's name and its bytes."""

    table: TableClause
    name: str
    proto: str
    clock: str = "last_updated_timestamp"


def fitting(stored: ColumnElement[bytes]) -> ColumnElement[bytes | None]:
    """The bytes, or NULL where there are more than anybody should hold in memory."""
    return case((func.length(stored) <= MAX_OBJECT_BYTES, stored))


def _registry_table(name: str, noun: str, name_column: str = "") -> RegistryTable:
    name_column, proto = name_column or f"{noun}_name", f"{noun}_proto"
    columns = (name_column, "project_id", proto, "last_updated_timestamp")
    return RegistryTable(table(name, *map(column, dict.fromkeys(columns))), name_column, proto)


OBJECTS = {
    "projects": _registry_table("projects", "project", "project_id"),
    "entities": _registry_table("entities", "entity"),
    "data_sources": _registry_table("data_sources", "data_source"),
    "feature_services": _registry_table("feature_services", "feature_service"),
    "saved_datasets": _registry_table("saved_datasets", "saved_dataset"),
    "permissions": _registry_table("permissions", "permission"),
}
VIEWS = {
    name: _registry_table(name, "feature_view")
    for name in ("feature_views", "stream_feature_views", "on_demand_feature_views", "label_views")
}
TABLES = OBJECTS | VIEWS
HISTORY = "feature_view_version_history"
HISTORY_TABLE = table(
    HISTORY,
    *map(column, ("feature_view_name", "project_id", "version_number", "feature_view_type")),
    *map(column, ("feature_view_proto", "created_timestamp", "description")),
)
