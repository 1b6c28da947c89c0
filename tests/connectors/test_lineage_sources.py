"""Which reader a kind calls for; what hostile answers do to each of them."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.airflow.client import AirflowLineage
from connectors.dbt.client import DbtLineage
from connectors.lineage_sources import KINDS, open_lineage
from connectors.marquez.client import MarquezLineage
from connectors.mlflow.client import MlflowModels
from connectors.prefect.client import PrefectLineage
from connectors.records import ConnectorError, LineageReader
from tests.connectors.web import LOCAL, Answer, Asked, serving

WEB = [kind for kind in KINDS if kind != "dbt"]


@pytest.mark.parametrize(
    ("kind", "url", "reader"),
    [
        ("airflow", "https://host:8080", AirflowLineage),
        ("dbt", "/srv/shop/target", DbtLineage),
        ("dbt", "s3://lake/shop/target", DbtLineage),
        ("dbt", "https://host/artifacts", DbtLineage),
        ("marquez", "http://host:5000", MarquezLineage),
        ("mlflow", "http://host:5000", MlflowModels),
        ("prefect", "http://host:4200/api", PrefectLineage),
    ],
)
def test_kinds(kind: str, url: str, reader: type[LineageReader]) -> None:
    assert isinstance(open_lineage(kind, url, namespace="prod", token="t", database_url="postgres://h"), reader)


@pytest.mark.parametrize(
    ("kind", "url"), [("dagster", "http://host"), *((kind, "ftp://u:s3cret@host") for kind in KINDS)]
)
def test_what_nobody_reads_is_refused_without_its_secret(kind: str, url: str) -> None:
    with pytest.raises(ConnectorError) as refused:
        open_lineage(kind, url)
    assert "s3cret" not in str(refused.value) + refused.value.fix


ODD: list[Any] = [None, 0, -1.5, "x", [], {}, [[]], [None, 1, "x", {}], {"a": {"b": [1]}}]
NAMES = (
    "dags", "dag_runs", "assets", "registered_models", "model_versions", "run", "events", "namespaces", "jobs",
    "datasets", "version", "access_token",
)  # fmt: skip


def _odd(value: Any, *, as_list: bool) -> Callable[[Asked], Answer]:
    """The same odd thing everywhere: instead of the answer, or inside of the list that is expected."""

    def answer(asked: Asked) -> Answer:
        row = {"name": value, "id": value, "dag_id": value, "tags": value, "owners": value, "end_date": value,
               "eventTime": value, "updatedAt": value, "facets": value, "fields": value, "latestRuns": value,
               "inputs": value, "schedules": value, "state": value, "aliases": value, "run_id": value,
               "schedule_interval": value, "uri": value, "producing_tasks": value, "info": value, "data": value,
               "start_time": value, "start_date": value, "logical_date": value, "description": value}  # fmt: skip
        if not as_list:
            return 200, value
        is_first = asked.query.get("offset", "0") == "0" and (asked.body or {}).get("offset", 0) == 0
        rows = [row] if is_first else []
        return 200, rows if asked.path.endswith("/filter") else dict.fromkeys(NAMES, rows) | {"total_entries": 1}

    return answer


@pytest.mark.parametrize("as_list", [False, True])
@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize("kind", WEB)
def test_whatever_a_service_answers_it_is_told_or_read(kind: str, value: Any, as_list: bool) -> None:
    with serving(_odd(value, as_list=as_list)) as server:
        reader = open_lineage(kind, server.url, allowed_hosts=LOCAL)
        reader.test()
        try:
            pages = list(reader.read_lineage(since={}))
        except ConnectorError:
            return
    assert all(isinstance(event, dict) for page in pages for event in page.events)


@pytest.mark.parametrize(
    "cursor", [{"seen": 3}, {"seen": [1]}, {"runs_ended": 5, "events_until": []}, {"invocations": {}}]
)
@pytest.mark.parametrize("kind", WEB)
def test_a_cursor_of_another_time_is_begun_anew(kind: str, cursor: dict[str, Any]) -> None:
    with serving(_odd({}, as_list=True)) as server:
        list(open_lineage(kind, server.url, allowed_hosts=LOCAL).read_lineage(since=cursor))
