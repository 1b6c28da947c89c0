"""The registry told in OpenLineage: valid by the standard's own schema, named as other tools name things."""

import json
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest
from openlineage.client.event_v2 import JobEvent
from openlineage.client.naming import dataset as naming

from lineage.naming import dataset_name
from lineage.telling import job_events
from registry.models import FeatureView, Source
from tests.cast import api_as, page_as
from tests.factories import ConnectionFactory, FeatureFactory, ProjectFactory, SourceFactory, ViewFactory


@pytest.mark.parametrize(
    ("source", "given", "expected"),
    [
        ({"kind": "file", "location": "s3://lake/orders.parquet"}, {}, ("s3://lake", "orders.parquet")),
        ({"kind": "file", "location": "data/orders.parquet"}, {"folder": "/srv"}, ("file", "/srv/data/orders.parquet")),
        ({"kind": "postgres", "location": "shop.orders"}, {"database_url": "postgresql://u@db:6432/dwh"},
         ("postgres://db:6432", "dwh.shop.orders")),
        ({"kind": "postgres", "location": "orders"}, {"database_url": "postgresql://u@db/dwh"},
         ("postgres://db:5432", "dwh.public.orders")),
        ({"kind": "postgres", "location": "orders"},
         {"database_url": "postgresql://u@db/dwh?sslmode=require&options=-csearch_path%3Dmarts"},
         ("postgres://db:5432", "dwh.marts.orders")),
        ({"kind": "postgres", "location": "shop.orders"},
         {"database_url": "postgresql://u@db/dwh?options=-c%20search_path=marts"},
         ("postgres://db:5432", "dwh.shop.orders")),
        # It is in the first of the two that has such a table, and nobody here knows which.
        ({"kind": "postgres", "location": "orders"},
         {"database_url": "postgresql://u@db/dwh?options=-csearch_path%3Dmarts,public"}, None),
        ({"kind": "bigquery", "location": "project.set.orders"}, {}, ("bigquery", "project.set.orders")),
        ({"kind": "kafka", "location": "clicks", "options": {"bootstrap_servers": "k1:9093,k2:9093"}}, {},
         ("kafka://k1:9093", "clicks")),
        ({"kind": "snowflake", "location": "ADS.PUBLIC.ORDERS"}, {}, None),  # the account is nowhere in the registry
        ({"kind": "request", "location": ""}, {}, None),
    ],
)  # fmt: skip
def test_names_are_those_of_the_standard(source: dict, given: dict, expected: tuple[str, str] | None) -> None:
    assert dataset_name(Source(**source), **given) == expected


@pytest.mark.parametrize(
    ("source", "given", "theirs"),
    [
        ({"kind": "file", "location": "s3a://lake/a/b"}, {}, naming.S3("lake", "a/b")),
        ({"kind": "file", "location": "gs://lake/a/b"}, {}, naming.GCS("lake", "a/b")),
        ({"kind": "file", "location": "/srv/a"}, {}, naming.LocalFileSystem("/srv/a")),
        ({"kind": "postgres", "location": "s.t"}, {"database_url": "postgres://db:5432/d"},
         naming.Postgres("db", "5432", "d", "s", "t")),
        ({"kind": "bigquery", "location": "p.d.t"}, {}, naming.BigQuery("p", "d", "t")),
        ({"kind": "kafka", "location": "clicks", "options": {"bootstrap_servers": "k1"}}, {},
         naming.Kafka("k1", "9092", "clicks")),
    ],
)  # fmt: skip
def test_openlineage_s_own_package_names_them_so(source: dict, given: dict, theirs: naming.DatasetNaming) -> None:
    assert dataset_name(Source(**source), **given) == (theirs.get_namespace(), theirs.get_name())


@pytest.fixture
def view(cast: SimpleNamespace) -> FeatureView:
    connection = ConnectionFactory(slug="feast-prod", settings={"offline_url": "/srv/lake"})
    project = ProjectFactory(name="pay", owner=cast.payments)
    table = SourceFactory(
        project=project, location="orders.parquet", field_mapping={"amt": "amount"}, timestamp_field="ts"
    )
    made = ViewFactory(project=project, name="stats", source=table, connection=connection, description="Payments.")
    FeatureFactory(view=made, name="amount")
    FeatureFactory(view=made, name="count", dtype="int64")
    return made


def test_a_view_is_a_job_that_reads_its_table(view: FeatureView, cast: SimpleNamespace) -> None:
    (event,) = job_events(FeatureView.objects.all(), cast.auditor)
    assert event["job"] == {"namespace": "feast-prod", "name": "pay.stats", "facets": event["job"]["facets"]}
    assert [(one["namespace"], one["name"]) for one in event["inputs"]] == [("file", "/srv/lake/orders.parquet")]
    (written,) = event["outputs"]
    assert [field["name"] for field in written["facets"]["schema"]["fields"]] == ["amount", "count"]
    columns = written["facets"]["columnLineage"]["fields"]
    assert columns["amount"]["inputFields"][0]["field"] == "amt", "the column's name before the source renames it"
    assert written["facets"]["ownership"]["owners"][0]["name"] == "team:payments"


def test_events_pass_the_standard_s_schema(view: FeatureView, real_inputs: Path, cast: SimpleNamespace) -> None:
    schemas = real_inputs / "openlineage/spec"
    core = next(iter(schemas.rglob("OpenLineage.json")), None)
    if core is None:
        pytest.skip("The standard's core schema is not among the real inputs.")
    schema = json.loads(core.read_text())
    (event,) = job_events(FeatureView.objects.all(), cast.auditor)
    jsonschema.validate(event, {**schema, "oneOf": [{"$ref": "#/$defs/JobEvent"}]})
    assert event["schemaURL"].endswith(JobEvent._get_schema().rsplit("/", 1)[-1])


def test_export_holds_what_the_caller_sees(view: FeatureView, cast: SimpleNamespace) -> None:
    hidden = ProjectFactory(visibility="restricted", owner=cast.risk)
    FeatureFactory(view=ViewFactory(project=hidden))
    for user, count in ((cast.viewer, 1), (cast.owner_b, 2), (cast.auditor, 2)):
        answer = api_as(user).get("/api/v1/export", {"format": "openlineage"})
        assert len(json.loads(b"".join(answer.streaming_content))) == count
    none = api_as(cast.viewer).get("/api/v1/export", {"format": "openlineage", "project": hidden.name})
    assert json.loads(b"".join(none.streaming_content)) == []


def test_export_needs_a_format_and_a_caller(cast: SimpleNamespace, client: object) -> None:
    assert api_as(cast.viewer).get("/api/v1/export").status_code == 400
    assert client.get("/api/v1/export?format=openlineage").status_code == 401  # type: ignore[attr-defined]


def test_panel_and_event_are_hidden_with_their_view(view: FeatureView, cast: SimpleNamespace) -> None:
    panel, event = "/v/pay/stats/lineage/names/", "/v/pay/stats/openlineage.json"
    assert "/srv/lake/orders.parquet" in page_as(cast.viewer).get(panel).content.decode()
    assert page_as(cast.viewer).get(event).json()["job"]["name"] == "pay.stats"
    view.project.visibility = "restricted"
    view.project.save()
    for address in (panel, event):
        assert page_as(cast.viewer).get(address).status_code == 404
        assert page_as(cast.owner_a).get(address).status_code == 200
