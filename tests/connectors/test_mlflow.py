"""MLflow's registered models and training runs, as MLflow 3.17.2 answered."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.mlflow import client
from connectors.mlflow.client import MlflowModels
from connectors.mlflow.models import feature_refs
from connectors.mlflow.runs import dataset_name
from connectors.records import LineageFound, ModelRecord
from tests.connectors.openlineage_spec import assert_valid
from tests.connectors.web import LOCAL, Answer, Asked, Server, recorded, serving


def mlflow_3(real_inputs: Path, *, page: int = 1000) -> Callable[[Asked], Answer]:
    """Searches and single runs, paged by a token as MLflow does it."""
    folder = real_inputs / "mlflow"
    models = recorded(folder / "registered_models_search.json")["registered_models"]
    versions = recorded(folder / "model_versions_search.json")["model_versions"]
    runs = {run["info"]["run_id"]: run for run in recorded(folder / "runs_search.json")["runs"]}
    missing = recorded(folder / "registered_model_missing.json")

    def answer(asked: Asked) -> Answer:
        match asked.path.removeprefix("/api/2.0/mlflow/"):
            case "registered-models/search":
                return 200, _page("registered_models", models, asked.query, page)
            case "model-versions/search":
                return 200, _page("model_versions", versions, asked.query, page)
            case "experiments/search":
                return 200, {}
            case "runs/get" if asked.query["run_id"] in runs:
                return 200, {"run": runs[asked.query["run_id"]]}
        return 404, missing

    return answer


def _page(name: str, found: list[dict[str, Any]], query: dict[str, str], most: int) -> dict[str, Any]:
    first, size = int(query.get("page_token", 0)), min(int(query["max_results"]), most)
    following = {"next_page_token": str(first + size)} if first + size < len(found) else {}
    return {name: found[first : first + size], **following}


@pytest.fixture
def mlflow(real_inputs: Path) -> Iterator[Server]:
    with serving(mlflow_3(real_inputs)) as server:
        yield server


def read(server: Server, since: dict[str, Any] | None = None) -> list[LineageFound]:
    return list(MlflowModels(server.url, allowed_hosts=LOCAL).read_lineage(since=since or {}))


def models(pages: list[LineageFound]) -> dict[str, ModelRecord]:
    return {model.name: model for page in pages for model in page.models}


def events(pages: list[LineageFound]) -> list[dict[str, Any]]:
    return [event for page in pages for event in page.events]


def test_models_have_their_versions_aliases_and_tags(mlflow: Server) -> None:
    found = models(read(mlflow))
    assert sorted(found) == ["breast-cancer-lr", "diabetes-regressor", "wine-classifier"]
    model = found["breast-cancer-lr"]
    assert model.description == "breast-cancer-lr from the sklearn toy data set"
    assert model.tags == {"task": "cancer"}
    assert [(version.number, version.aliases) for version in model.versions] == [("1", ()), ("2", ("champion",))]
    assert model.versions[0].tags == {"validation_status": "archived"}
    assert model.versions[1].stage == ""
    assert model.versions[1].datasets == ("breast",)


def test_training_runs_are_openlineage(mlflow: Server, real_inputs: Path) -> None:
    found = events(read(mlflow))
    assert_valid(found, real_inputs)
    assert {event["job"]["name"] for event in found} == {"breast-cancer-lr", "diabetes-regressor", "wine-classifier"}
    assert [event["eventType"] for event in found].count("COMPLETE") == 6


def test_nobody_is_named(mlflow: Server) -> None:
    pages = read(mlflow)
    assert "root" not in json.dumps(events(pages))
    assert "root" not in repr(models(pages))


def test_small_pages_lose_nothing(real_inputs: Path, mlflow: Server) -> None:
    with serving(mlflow_3(real_inputs, page=1)) as small:
        assert models(read(small)) == models(read(mlflow))


def test_a_read_ends_with_the_names_of_all_that_there_are(mlflow: Server) -> None:
    pages = read(mlflow)
    assert [page.model_names for page in pages[:-1]] == [None] * (len(pages) - 1)
    assert pages[-1].model_names == frozenset(models(pages))


def test_a_second_pull_asks_for_no_run_and_tells_nothing(mlflow: Server) -> None:
    cursor = json.loads(json.dumps(read(mlflow)[-1].cursor))
    mlflow.asked.clear()
    again = read(mlflow, cursor)
    assert (models(again), events(again)) == ({}, [])
    assert [asked.path for asked in mlflow.asked if asked.path.endswith("runs/get")] == []


def test_each_right_is_tried(mlflow: Server) -> None:
    assert [right.ok for right in MlflowModels(mlflow.url, allowed_hosts=LOCAL).test()] == [True, True, True]


def test_a_run_that_was_deleted_leaves_the_version(real_inputs: Path) -> None:
    answer = mlflow_3(real_inputs)
    with serving(lambda asked: (404, {}) if asked.path.endswith("runs/get") else answer(asked)) as server:
        pages = read(server)
    assert len(models(pages)["wine-classifier"].versions) == 2
    assert events(pages) == []


def test_of_many_versions_the_newest_are_read(mlflow: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MOST_VERSIONS", 1)
    pages = read(mlflow)
    assert [version.number for version in models(pages)["wine-classifier"].versions] == ["2"]
    assert sum("newest 1" in warning for page in pages for warning in page.warnings) == 3


# --- features ------------------------------------------------------------------------------------


def tagged(real_inputs: Path, *, run: dict[str, str], version: dict[str, str]) -> Callable[[Asked], Answer]:
    """The same registry, where Feast or a person has tagged the runs and versions of one model."""
    answer = mlflow_3(real_inputs)

    def tag(asked: Asked) -> Answer:
        status, said = answer(asked)
        if asked.path.endswith("runs/get"):
            said["run"]["data"]["tags"] += [{"key": key, "value": value} for key, value in run.items()]
        for each in said.get("model_versions", ()):
            each["tags"] = [{"key": key, "value": value} for key, value in version.items()]
        return status, said

    return tag


def test_features_are_those_that_feast_tagged_the_run_with(real_inputs: Path) -> None:
    run = {
        "feast.project": "payments", "feast.feature_refs": "txn_stats:avg_7d,txn_stats:count_7d",
        "feast.feature_service": "fraud_v1",
    }  # fmt: skip
    with serving(tagged(real_inputs, run=run, version={"feast.feature_service": "fraud_v2"})) as server:
        version = models(read(server))["wine-classifier"].versions[0]
    assert version.feature_refs == ("txn_stats:avg_7d", "txn_stats:count_7d")
    assert (version.feature_service, version.feature_project) == ("fraud_v2", "payments")


def test_a_list_that_feast_cut_is_a_warning(real_inputs: Path) -> None:
    with serving(tagged(real_inputs, run={"feast.feature_refs": "a:b,c:d,e:lon..."}, version={})) as server:
        pages = read(server)
    assert models(pages)["wine-classifier"].versions[0].feature_refs == ("a:b", "c:d")
    assert sum("was cut" in warning for page in pages for warning in page.warnings) == 3


def test_tags_that_sound_secret_stay(real_inputs: Path) -> None:
    said = {"api_token": "s3cret", "url": "https://u:s3cret@host", "mlflow.user": "ada"}
    with serving(tagged(real_inputs, run={}, version=said)) as server:
        found = models(read(server))
    assert found["wine-classifier"].versions[0].tags == {"url": "https://u:***@host"}


@pytest.mark.parametrize(("written", "refs"), [("", ()), (" a:b , ", ("a:b",)), ("a:b,c:...", ("a:b",))])
def test_feature_refs(written: str, refs: tuple[str, ...]) -> None:
    assert feature_refs(written) == refs


@pytest.mark.parametrize(
    ("kind", "source", "name"),
    [
        ("s3", {"uri": "s3://lake/orders.parquet"}, ("s3://lake", "orders.parquet")),
        ("local", {"uri": "/data/orders.csv"}, ("file", "/data/orders.csv")),
        ("http", {"url": "https://data.example/orders.csv"}, ("https://data.example", "orders.csv")),
        ("delta_table", {"path": "s3://lake/orders"}, ("s3://lake", "orders")),
        ("code", {"tags": {"mlflow.user": "root"}}, None),
    ],
)
def test_datasets_are_named_by_their_address(kind: str, source: dict[str, Any], name: tuple[str, str] | None) -> None:
    assert dataset_name({"name": "orders", "source_type": kind, "source": json.dumps(source)}) == name


@pytest.mark.parametrize("source", [None, 3, "", "feast.get_historical_features", "[]", "{"])
def test_a_source_of_another_shape_names_nothing(source: object) -> None:
    assert dataset_name({"name": "orders", "source_type": "x", "source": source}) is None
