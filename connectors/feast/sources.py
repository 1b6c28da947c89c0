"""Feast's data sources as `SourceRecord`: tables, files, streams, pushes and request payloads."""

import json
from collections.abc import Iterator

from google.protobuf.message import Message

from connectors.feast import registry_pb2 as pb
from connectors.feast.fields import features, seconds, texts
from connectors.records import FeatureRecord, SourceRecord
from connectors.redaction import safe_options, storable, without_url_password

MAX_CONFIGURATION_BYTES = 64 * 2**10
KINDS = {
    pb.DataSource.BATCH_FILE: "file",
    pb.DataSource.BATCH_BIGQUERY: "bigquery",
    pb.DataSource.STREAM_KAFKA: "kafka",
    pb.DataSource.STREAM_KINESIS: "kinesis",
    pb.DataSource.BATCH_REDSHIFT: "redshift",
    pb.DataSource.REQUEST_SOURCE: "request",
    pb.DataSource.BATCH_SNOWFLAKE: "snowflake",
    pb.DataSource.PUSH_SOURCE: "push",
    pb.DataSource.BATCH_TRINO: "trino",
    pb.DataSource.BATCH_SPARK: "spark",
    pb.DataSource.BATCH_ATHENA: "athena",
    pb.DataSource.BATCH_ICEBERG: "iceberg",
}
STREAMS = {"kafka", "kinesis", "push"}
# Feast keeps these as "custom"; the class name says which product it is.
CUSTOM_CLASSES = {
    "postgresqlsource": "postgres",
    "clickhousesource": "clickhouse",
    "mssqlserversource": "mssql",
    "oraclesource": "oracle",
    "mongodbsource": "mongodb",
    "couchbasecolumnarsource": "couchbase",
    "raysource": "ray",
    "lancesource": "lance",
    "chrononsource": "chronon",
    "mlflowdatasetsource": "mlflow",
    "icebergsource": "iceberg",
    "unitycatalogsource": "iceberg",
}
LOCATION_KEYS = (
    *("topic", "stream_name", "table", "table_ref", "path", "uri"),
    *("collection", "materialization_path", "feature_view"),
)
QUALIFIERS = ("data_source", "catalog", "database", "schema", "scope", "namespace")


def source_of(message: pb.DataSource, project: str) -> SourceRecord:
    location, query, options = _where(message)
    return SourceRecord(
        project=project,
        name=message.name or location,
        kind=kind_of(message),
        location=location,
        query=query,
        timestamp_field=message.timestamp_field,
        created_field=message.created_timestamp_column,
        field_mapping=texts(message.field_mapping),
        batch_source=source_name(message.batch_source) if message.HasField("batch_source") else "",
        options={**options, **_extras(message)},
        description=message.description,
        owner=message.owner,
        tags=texts(message.tags),
    )


def source_name(message: pb.DataSource) -> str:
    """Sources of old registries have no name; what they point at names them."""
    return message.name or _where(message)[0]


def with_inner(message: pb.DataSource) -> Iterator[pb.DataSource]:
    """The source and the table behind it."""
    yield message
    if message.HasField("batch_source"):
        yield from with_inner(message.batch_source)


def request_fields(message: pb.DataSource) -> tuple[FeatureRecord, ...]:
    """What the caller must send, also as registries before 2022 wrote it."""
    options = message.request_data_options
    old = sorted(options.deprecated_schema.items())
    return features([*options.schema, *(pb.Field(name=name, value_type=number) for name, number in old)])


def plain(message: Message) -> dict[str, object]:
    """The set fields of an options message as JSON-like data; a choice without settings is True."""
    found: dict[str, object] = {}
    for field, value in message.ListFields():
        if field.message_type is None:
            found[field.name] = list(value) if field.is_repeated else value
        elif field.message_type.GetOptions().map_entry:
            found[field.name] = texts(value)
        elif field.message_type.full_name == "google.protobuf.Duration":
            found[f"{field.name}_seconds"] = seconds(value)
        elif not field.is_repeated:
            found[field.name] = plain(value) or True
    return found


def configuration(options: pb.CustomOptions) -> dict[str, object]:
    """The JSON that custom sources keep; {} when it is something else, which we do not guess at."""
    if len(options.configuration) > MAX_CONFIGURATION_BYTES:
        return {}
    try:
        loaded = json.loads(options.configuration, parse_constant=str)
    except (ValueError, RecursionError):
        return {}
    return loaded if isinstance(loaded, dict) else {}


def kind_of(message: pb.DataSource) -> str:
    known = KINDS.get(message.type)
    if known:
        return known
    return CUSTOM_CLASSES.get(message.data_source_class_type.rpartition(".")[2].lower(), "custom")


def _where(message: pb.DataSource) -> tuple[str, str, dict[str, object]]:
    """Location, query and what else the source's own options say; secrets hidden."""
    chosen = message.WhichOneof("options")
    if chosen in (None, "request_data_options"):  # request fields belong to the views that ask for them
        return "", "", {}
    options = getattr(message, chosen)
    found = configuration(options) if chosen == "custom_options" else plain(options)
    query = found.pop("query", "")
    found.pop("name", "")
    shown = safe_options({name: value for name, value in found.items() if value not in (None, "", {})})
    settings = shown if isinstance(shown, dict) else {}
    return _location(settings), without_url_password(storable(query)) if isinstance(query, str) else "", settings


def _location(settings: dict[str, object]) -> str:
    """Taken out of `settings`: "database.schema.table", a path, a topic."""
    for key in LOCATION_KEYS:
        if isinstance(settings.get(key), str):
            parts = [settings.pop(part) for part in QUALIFIERS if isinstance(settings.get(part), str)]
            return ".".join(map(str, [*parts, settings.pop(key)]))
    return ""


def _extras(message: pb.DataSource) -> dict[str, object]:
    """What has no place of its own in `SourceRecord`."""
    extras: dict[str, object] = {
        "class": "" if message.type in KINDS else message.data_source_class_type,
        "date_partition_column": message.date_partition_column,
        "timestamp_field_type": message.timestamp_field_type,
    }
    fields = request_fields(message)
    if fields:
        extras["fields"] = {field.name: field.dtype for field in fields}
    return {name: value for name, value in extras.items() if value}
