"""Airflow 3, dbt, Feast and MLflow, each in an environment of its own, all working on one warehouse in PostgreSQL.

Each is told where Charter is in its own way, with an address and a key, and knows nothing else of it. Together they
make a small company's way from a landing table to a model:

    landing.txn → Airflow: ingest.load → raw_txn → dbt: customer_txn → Feast: customer_txn → MLflow: fraud
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg

from tests.live.third_parties import ThirdParty, environment, free_port

# pydantic 2.13 and later cannot build Airflow 3's models.
AIRFLOW = (
    "apache-airflow==3.3.2", "apache-airflow-providers-openlineage==2.20.3", "apache-airflow-providers-postgres==7.1.1",
    "apache-airflow-providers-common-sql==2.4.0", "pydantic<2.13",
)  # fmt: skip
# dbt-core 1.11 fetches a part of itself while it is installed, which a closed network does not let it.
DBT = ("dbt-core==1.10.23", "dbt-postgres==1.9.1", "openlineage-dbt==1.54.0")
# Its openlineage needs grpcio, and does not say so.
FEAST = ("feast[openlineage,postgres]==0.67.0", "grpcio")
MLFLOW = ("mlflow==3.17.2",)

NAMESPACE = "production"
LANDED = 40  # transactions, of four customers
LANDING = f"""
CREATE SCHEMA landing;
CREATE SCHEMA marts;
CREATE TABLE landing.txn (id bigint, customer_id bigint, amount float8, at timestamptz);
INSERT INTO landing.txn
  SELECT number, number % 4, number * 1.5, now() - number * interval '1 hour' FROM generate_series(1, {LANDED}) number;
"""
DAG = """
from datetime import datetime
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG

with DAG("ingest", schedule="@hourly", start_date=datetime(2026, 1, 1), catchup=False):
    SQLExecuteQueryOperator(
        task_id="load", conn_id="warehouse", split_statements=True, autocommit=True,
        sql=["CREATE TABLE IF NOT EXISTS raw_txn (id bigint, customer_id bigint, amount float8, at timestamptz)",
             "INSERT INTO raw_txn (id, customer_id, amount, at) SELECT id, customer_id, amount, at FROM landing.txn"],
    )
"""
MODELS = {
    "dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\nmodel-paths: [models]\n",
    "models/customer_txn.sql": """
{{ config(materialized='table') }}
select customer_id, avg(amount) as avg_amount, count(*) as txn_count, max(at) as event_timestamp
from {{ source('raw', 'raw_txn') }} group by customer_id
""",
    "models/schema.yml": """
models:
  - name: customer_txn
    description: One row a customer
    columns: [{name: customer_id, tests: [unique, not_null]}, {name: avg_amount}]
sources:
  - {name: raw, schema: public, tables: [{name: raw_txn}]}
""",
}
FEATURES = """
from datetime import timedelta
from feast import Entity, FeatureService, FeatureView, Field
from feast.infra.offline_stores.contrib.postgres_offline_store.postgres_source import PostgreSQLSource
from feast.types import Float64, Int64
from feast.value_type import ValueType

customer = Entity(name="customer", join_keys=["customer_id"], value_type=ValueType.INT64)
view = FeatureView(
    name="customer_txn", entities=[customer], ttl=timedelta(days=30),
    schema=[Field(name="avg_amount", dtype=Float64), Field(name="txn_count", dtype=Int64)],
    source=PostgreSQLSource(name="customer_txn_table", table="customer_txn", timestamp_field="event_timestamp"),
)
service = FeatureService(name="fraud_v1", features=[view])
"""
# As Feast's MLflow integration tags a run and the version made of it, with MLflow's own client.
TRAIN = """
import sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
client = mlflow.MlflowClient()
client.create_registered_model("fraud", description="Says fraud", tags={"owner": "risk"})
with mlflow.start_run(run_name="fraud") as run:
    mlflow.log_metric("auc", 0.9)
version = client.create_model_version("fraud", f"runs:/{run.info.run_id}/model", run.info.run_id)
tags = {"feast.project": "shop", "feast.feature_service": "fraud_v1", "feast.feature_refs": "customer_txn:avg_amount"}
for key, value in tags.items():
    client.set_model_version_tag("fraud", version.version, key, value)
client.set_registered_model_alias("fraud", "champion", version.version)
"""


@dataclass(frozen=True, slots=True)
class Charter:
    """All that a tool is told of Charter."""

    url: str
    key: str

    @property
    def settings(self) -> dict[str, str]:
        """For those that read OpenLineage's variables."""
        return {"OPENLINEAGE_URL": self.url, "OPENLINEAGE_API_KEY": self.key, "OPENLINEAGE_NAMESPACE": NAMESPACE}


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A database that everybody reaches at the same address."""

    url: str

    @property
    def settings(self) -> dict[str, object]:
        """As dbt and Feast want it, in the words that they share."""
        found = urlsplit(self.url)
        login = {"user": found.username, "password": unquote(found.password or "unused"), "sslmode": "disable"}
        return {"type": "postgres", "host": found.hostname, "port": found.port or 5432} | login

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]

    @property
    def namespace(self) -> str:
        """As OpenLineage has it."""
        found = urlsplit(self.url)
        return f"postgres://{found.hostname}:{found.port or 5432}"

    def land(self) -> None:
        """The transactions arrive."""
        with psycopg.connect(self.url) as connection:
            connection.execute(LANDING)

    def count(self, table: str) -> int:
        with psycopg.connect(self.url) as connection:
            [found] = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
        return int(found[0])


def run_airflow(folder: Path, warehouse: Warehouse, charter: Charter) -> None:
    """One run of one DAG, whose task fills raw_txn from the landing table."""
    _write(folder, {"dags/ingest.py": DAG})
    settings = {
        "AIRFLOW_HOME": str(folder), "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "AIRFLOW__OPENLINEAGE__NAMESPACE": NAMESPACE,
        "AIRFLOW_CONN_WAREHOUSE": warehouse.url,
    }  # fmt: skip
    airflow = ThirdParty(environment("airflow-openlineage", *AIRFLOW), folder, settings | charter.settings)
    airflow.run("airflow", "db", "migrate")
    airflow.run("airflow", "dags", "reserialize")
    airflow.run("airflow", "dags", "test", "ingest", "2026-11-20")


def run_dbt(folder: Path, warehouse: Warehouse, charter: Charter) -> None:
    """dbt-ol builds and tests the model in `marts`. Its profile has the host in capitals, which is no other host."""
    place = {**warehouse.settings, "host": str(warehouse.settings["host"]).upper()}
    target = {"dbname": warehouse.name, "schema": "marts", "threads": 1, **place}
    profile = {"shop": {"target": "dev", "outputs": {"dev": target}}}
    _write(folder, MODELS | {"profiles.yml": json.dumps(profile)})
    settings = {"DBT_PROFILES_DIR": str(folder), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    ThirdParty(environment("dbt-postgres", *DBT), folder, settings | charter.settings).run("dbt-ol", "build")


def run_feast(folder: Path, warehouse: Warehouse, charter: Charter) -> None:
    """`feast apply` and `feast materialize`; the table is found in `marts` because the store says so."""
    store = {
        "project": "shop", "provider": "local", "entity_key_serialization_version": 3,
        "registry": {"registry_type": "sql", "path": warehouse.url.replace("://", "+psycopg://")},
        "offline_store": {"database": warehouse.name, "db_schema": "marts", **warehouse.settings},
        "online_store": {"type": "sqlite", "path": str(folder / "online.db")},
        "openlineage": {
            "enabled": True, "transport_type": "http", "transport_url": charter.url, "api_key": charter.key,
            "namespace": NAMESPACE,
        },
    }  # fmt: skip
    _write(folder, {"definitions.py": FEATURES, "feature_store.yaml": json.dumps(store)})
    feast = ThirdParty(environment("feast-openlineage", *FEAST), folder)
    feast.run("feast", "apply")
    now = datetime.now(UTC)
    feast.run("feast", "materialize", *(f"{at:%Y-%m-%dT%H:%M:%S}" for at in (now - timedelta(days=9), now)))


@contextmanager
def serving_mlflow(folder: Path) -> Iterator[str]:
    """The address of an MLflow server that holds one model, trained on the features of `fraud_v1`."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    folder.mkdir()
    mlflow = ThirdParty(environment("mlflow", *MLFLOW), folder)
    store = f"--backend-store-uri=sqlite:///{folder / 'mlflow.db'}"
    with mlflow.serving("mlflow", "server", store, f"--port={port}", "--workers=1", ready=f"{url}/health"):
        mlflow.run("python", "-c", TRAIN, url)
        yield url


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
