"""Airflow's REST API v2, answering from what Airflow 3.2.2 answered with its own example DAGs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.connectors.web import Answer, Asked, recorded

JWT = "header.payload.signature"


def airflow_3(real_inputs: Path, *, page: int = 100) -> Callable[[Asked], Answer]:
    """Filters, sorts and pages as Airflow does, as far as the connector asks it to; `page` is the most it gives."""
    folder = real_inputs / "airflow"
    lists = {
        "/api/v2/dags": ("dags", recorded(folder / "dags.json")["dags"]),
        "/api/v2/assets": ("assets", recorded(folder / "assets.json")["assets"]),
        "/api/v2/dags/~/dagRuns": ("dag_runs", recorded(folder / "dagruns_all.json")["dag_runs"]),
    }
    version = recorded(folder / "version.json")

    def answer(asked: Asked) -> Answer:
        if asked.path == "/api/v2/version":
            return 200, version
        if asked.path == "/auth/token":
            is_known = asked.body == {"username": "ada", "password": "s3cret"}
            return (201, {"access_token": JWT}) if is_known else (401, {"detail": "Invalid credentials"})
        if asked.headers.get("Authorization") != f"Bearer {JWT}":
            return 401, {"detail": "Not authenticated"}
        if asked.path in lists:
            return 200, _page(*lists[asked.path], asked.query, page)
        return 404, {"detail": "Not Found"}

    return answer


def _page(name: str, rows: list[dict[str, Any]], query: dict[str, str], most: int) -> dict[str, Any]:
    if since := query.get("end_date_gte"):
        rows = [row for row in rows if (row["end_date"] or "") >= since]
    if state := query.get("state"):
        rows = [row for row in rows if row["state"] == state]
    rows = sorted(rows, key=lambda row: row[query["order_by"]] or "") if "order_by" in query else rows
    first = int(query.get("offset", 0))
    return {name: rows[first : first + min(int(query["limit"]), most)], "total_entries": len(rows)}
