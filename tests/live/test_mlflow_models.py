"""A real MLflow server in an environment of its own: models that its own client registered are what is read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.mlflow.client import MlflowModels
from connectors.records import LineageFound, ModelRecord
from tests.live.third_parties import ThirdParty, environment, free_port

pytestmark = pytest.mark.live
REQUIREMENTS = ("mlflow==3.17.2",)
# As Feast's MLflow integration tags runs and versions, with MLflow's own client.
REGISTER = """
import sys, mlflow, pandas
from mlflow.data.pandas_dataset import from_pandas
mlflow.set_tracking_uri(sys.argv[1])
client = mlflow.MlflowClient()
for name in ("fraud", "churn"):
    client.create_registered_model(name, tags={"owner": "risk"}, description=f"Says {name}")
for number, name in enumerate(["fraud", "churn", "fraud"], 1):
    with mlflow.start_run(run_name=name) as run:
        mlflow.log_input(from_pandas(pandas.DataFrame({"a": [1]}), source="s3://lake/txn.parquet", name="txn"))
        mlflow.set_tag("feast.project", "payments")
        mlflow.set_tag("feast.feature_refs", f"txn_stats:avg_{number}d,txn_stats:count")
    client.create_model_version(name, f"runs:/{run.info.run_id}/model", run.info.run_id)
client.set_model_version_tag("fraud", "2", "feast.feature_service", "fraud_v2")
client.set_registered_model_alias("fraud", "champion", "2")
"""
CHANGE = """
import sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
mlflow.MlflowClient().set_model_version_tag("churn", "1", "checked", "yes")
"""


@pytest.fixture(scope="module")
def mlflow(tmp_path_factory: pytest.TempPathFactory) -> ThirdParty:
    return ThirdParty(environment("mlflow", *REQUIREMENTS), tmp_path_factory.mktemp("mlflow"))


@pytest.fixture(scope="module")
def address(mlflow: ThirdParty) -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    store = f"--backend-store-uri=sqlite:///{Path(mlflow.folder, 'mlflow.db')}"
    with mlflow.serving("mlflow", "server", store, f"--port={port}", "--workers=1", ready=f"{url}/health"):
        mlflow.run("python", "-c", REGISTER, url)
        yield url


def read(address: str, since: dict[str, Any] | None = None) -> list[LineageFound]:
    return list(MlflowModels(address, allowed_hosts=("127.0.0.1",)).read_lineage(since=since or {}))


def models(pages: list[LineageFound]) -> dict[str, ModelRecord]:
    return {model.name: model for page in pages for model in page.models}


def test_models_and_the_features_they_read(address: str, mlflow: ThirdParty) -> None:
    reader = MlflowModels(address, allowed_hosts=("127.0.0.1",))
    assert [right for right in reader.test() if not right.ok] == []
    pages = read(address)
    found = models(pages)
    fraud = found["fraud"]
    assert (fraud.owner, fraud.description) == ("risk", "Says fraud")
    assert [(version.number, version.aliases) for version in fraud.versions] == [("1", ()), ("2", ("champion",))]
    assert [version.feature_refs[0] for version in fraud.versions] == ["txn_stats:avg_1d", "txn_stats:avg_3d"]
    assert [version.feature_service for version in fraud.versions] == ["", "fraud_v2"]
    assert {version.feature_project for version in fraud.versions} == {"payments"}
    assert fraud.versions[0].datasets == ("txn",)
    ended = [event for page in pages for event in page.events if event["eventType"] == "COMPLETE"]
    assert [event["inputs"][0]["namespace"] for event in ended] == ["s3://lake"] * 3
    # A tag moves no time in MLflow, and is noticed all the same.
    mlflow.run("python", "-c", CHANGE, address)
    assert list(models(read(address, pages[-1].cursor))) == ["churn"]
