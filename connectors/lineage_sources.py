"""Chooses the reader of lineage that a kind of tool calls for. Its code is imported when it is chosen."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from connectors.records import ConnectorError, LineageReader

KINDS = ("airflow", "dbt", "marquez", "mlflow", "prefect")


def open_lineage(
    kind: str,
    url: str,
    *,
    namespace: str = "",
    database_url: str = "",
    token: str = "",
    base_folder: Path | None = None,
    allowed_hosts: Collection[str] = (),
) -> LineageReader:
    """The reader for one of KINDS; nothing is contacted yet. Raises ConnectorError for an address it cannot read.

    `namespace` is that of jobs; "" stands for what the tool's own OpenLineage integration takes, and Marquez has many.
    `database_url` and `base_folder` are for dbt: where its tables are, and what its artifacts must lie in.
    `allowed_hosts` are names that may lead into a private network (common/guarded.py).
    """
    web: dict[str, Any] = {"token": token, "allowed_hosts": allowed_hosts}
    named = web | ({"namespace": namespace} if namespace else {})
    match kind:
        case "airflow":
            from connectors.airflow.client import AirflowLineage

            return AirflowLineage(url, **named)
        case "dbt":
            from connectors.dbt.client import DbtLineage

            return DbtLineage(url, database_url=database_url, base_folder=base_folder, **named)
        case "marquez":
            from connectors.marquez.client import MarquezLineage

            return MarquezLineage(url, **web)
        case "mlflow":
            from connectors.mlflow.client import MlflowModels

            return MlflowModels(url, **named)
        case "prefect":
            from connectors.prefect.client import PrefectLineage

            return PrefectLineage(url, **named)
    raise ConnectorError(f"No reader of lineage knows {kind!r}.", fix=f"Choose one of {', '.join(KINDS)}.")
