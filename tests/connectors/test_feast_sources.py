"""Every kind of data source says where its data is, and none of them says a password."""

import json

import pytest

from connectors.feast import registry_pb2 as pb
from connectors.feast.sources import source_of
from connectors.redaction import without_secrets, without_url_password

Kind = pb.DataSource


def custom(class_name: str, **settings: object) -> pb.DataSource:
    return pb.DataSource(
        name="s",
        type=Kind.CUSTOM_SOURCE,
        data_source_class_type=f"feast.infra.{class_name}",
        custom_options=pb.CustomOptions(configuration=json.dumps(settings).encode()),
    )


@pytest.mark.parametrize(
    ("message", "kind", "location"),
    [
        (Kind(type=1, file_options=pb.FileOptions(uri="s3://b/x.parquet")), "file", "s3://b/x.parquet"),
        (Kind(type=2, bigquery_options=pb.TableOptions(table="p.d.t")), "bigquery", "p.d.t"),
        (Kind(type=5, redshift_options=pb.TableOptions(table="t", schema="s", database="d")), "redshift", "d.s.t"),
        (Kind(type=8, snowflake_options=pb.TableOptions(table="T", schema="S", database="D")), "snowflake", "D.S.T"),
        (Kind(type=10, trino_options=pb.TableOptions(table="c.s.t")), "trino", "c.s.t"),
        (Kind(type=12, athena_options=pb.AthenaOptions(table="t", database="d", data_source="c")), "athena", "c.d.t"),
        (Kind(type=11, spark_options=pb.SparkOptions(path="hdfs://n/x", file_format="parquet")), "spark", "hdfs://n/x"),
        (Kind(type=3, kafka_options=pb.KafkaOptions(topic="clicks")), "kafka", "clicks"),
        (Kind(type=4, kinesis_options=pb.KinesisOptions(stream_name="st", region="eu")), "kinesis", "st"),
        (Kind(type=9, name="push"), "push", ""),
        (Kind(type=7, name="request"), "request", ""),
        (custom("PostgreSQLSource", name="s", query=None, table="public.users"), "postgres", "public.users"),
        (custom("ClickhouseSource", table="events"), "clickhouse", "events"),
        (custom("MsSqlServerSource", table_ref="dbo.users", connection_string="Server=x;PWD=y"), "mssql", "dbo.users"),
        (custom("OracleSource", table_ref="HR.USERS"), "oracle", "HR.USERS"),
        (custom("CouchbaseColumnarSource", database="d", scope="s", collection="c"), "couchbase", "d.s.c"),
        (custom("RaySource", reader_type="csv", path="a.csv"), "ray", "a.csv"),
        (custom("LanceSource", uri="s3://b/l", table="t"), "lance", "t"),
        (custom("acme.OurOwnSource", table="x"), "custom", "x"),
    ],
)
def test_where_the_data_is(message: pb.DataSource, kind: str, location: str) -> None:
    found = source_of(message, "shop")
    assert (found.kind, found.location) == (kind, location)
    assert found.name == (message.name or location)


def test_iceberg_keeps_its_catalog_but_not_its_token() -> None:
    catalog = {"warehouse": "w", "catalog_properties": {"token": "t0p"}}
    message = custom("IcebergSource", namespace="gold", table="users", **catalog)
    message.type = Kind.BATCH_ICEBERG
    found = source_of(message, "shop")
    assert (found.kind, found.location) == ("iceberg", "gold.users")
    assert found.options == {"warehouse": "w", "catalog_properties": {"token": "(hidden)"}}


def test_a_query_is_kept_as_it_is_except_for_passwords_in_urls() -> None:
    query = "SELECT token FROM t WHERE password=t.pw AND x = dblink('postgresql://u:hunter2@h/d')"
    found = source_of(custom("PostgreSQLSource", name="s", query=query, table=None), "shop")
    assert found.query == query.replace("u:hunter2", "u:***")
    assert (found.location, found.options["class"]) == ("", "feast.infra.PostgreSQLSource")


@pytest.mark.parametrize(
    "settings",
    [
        {"connection_string": "Server=db;UID=sa;PWD=hunter2"},
        {"storage_options": {"aws_secret_access_key": "hunter2", "deeper": [{"sas-token": "hunter2"}]}},
        {"uri": "abfss://c@acc.dfs.core.windows.net/x?sig=hunter2&sv=1"},
        {"endpoint": "https://admin:hunter2@catalog.example"},
        {"options": "host=db password=hunter2 port=5432"},
        {"password": ["hunter2"], "api_key": "hunter2", "Private-Key": "hunter2", "dsn": "hunter2"},
    ],
)
def test_secrets_in_options_are_hidden(settings: dict[str, object]) -> None:
    assert "hunter2" not in str(source_of(custom("Any", **settings), "shop"))


def test_harmless_options_stay() -> None:
    kept = {"reader_type": "parquet", "record_key": "id", "passenger_id": "p", "partition": "x=1"}
    options = source_of(custom("RaySource", **kept), "shop").options
    assert {name: options[name] for name in kept} == kept
    assert without_secrets("abfss://container@account.dfs.core.windows.net/x") == (
        "abfss://container@account.dfs.core.windows.net/x"
    )


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("a://u:p@ss@h/d", "a://u:***@h/d"),
        ("x a://:secret@h b", "x a://:***@h b"),
        ("a://u:p:q@h", "a://u:***@h"),
        ("s3://bucket/a:b@c", "s3://bucket/a:b@c"),
    ],
)
def test_passwords_in_urls_are_found_whole(url: str, shown: str) -> None:
    assert without_url_password(url) == shown


@pytest.mark.parametrize(
    "configuration",
    [
        *(b"\x80\x04\x95 pickled", b"[1, 2]", b"\xff\xfe", b"", b"null"),
        *(b"[" * 60_000, b'{"a": ' * 9000, b'{"x": 1' + b"0" * 5000 + b"}"),
    ],
)
def test_configuration_that_is_no_json_object_is_left_alone(configuration: bytes) -> None:
    message = pb.DataSource(name="s", type=Kind.CUSTOM_SOURCE)
    message.custom_options.configuration = configuration
    found = source_of(message, "shop")
    assert (found.kind, found.location, found.options) == ("custom", "", {})


def test_json_that_no_database_can_store_is_made_storable() -> None:
    message = pb.DataSource(name="s", type=Kind.CUSTOM_SOURCE)
    message.custom_options.configuration = b'{"nul": "a\\u0000b", "half": "\\ud800", "nan": NaN, "deep": ' + (
        b"[" * 50 + b"]" * 50 + b"}"
    )
    options = source_of(message, "shop").options
    assert (options["nul"], options["half"], options["nan"]) == ("ab", "?", "NaN")
    json.dumps(options, allow_nan=False).encode("utf-8")
