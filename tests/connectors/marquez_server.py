"""A small web server that answers as Marquez does: its specification (spec/openapi.yml, 0.50) and its queries say how.

Not Marquez itself, which is a Java program. The events are those of its own demonstration.
"""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.connectors.web import Answer, Asked

WAREHOUSE = "postgres://warehouse:5432"
ORDERS = {
    "id": {"namespace": WAREHOUSE, "name": "shop.public.orders"}, "type": "DB_TABLE", "name": "shop.public.orders",
    "physicalName": "shop.public.orders", "createdAt": "2019-05-09T19:49:24.201361Z",
    "updatedAt": "2019-05-09T19:49:24.201361Z", "namespace": WAREHOUSE, "sourceName": "warehouse",
    "fields": [
        {"name": "id", "type": "INTEGER", "tags": []},
        {"name": "email", "type": "VARCHAR", "tags": ["PII"], "description": "Whose it is"},
    ],
    "tags": ["SENSITIVE"], "lastModifiedAt": None, "description": "One row an order", "facets": {},
    "currentVersion": "b1d626a2-6d3a-475e-9ecf-943176d4a8c6", "deleted": False,
}  # fmt: skip
DROPPED = {**ORDERS, "name": "shop.public.dropped", "deleted": True}
DECLARED = {
    "id": {"namespace": "by-hand", "name": "copy-orders"}, "type": "BATCH", "name": "copy-orders",
    "simpleName": "copy-orders", "createdAt": "2019-05-09T19:49:24.201361Z", "updatedAt": "2019-05-09T19:49:24.201361Z",
    "namespace": "by-hand", "inputs": [{"namespace": WAREHOUSE, "name": "shop.public.orders"}], "outputs": [],
    "location": None, "context": {}, "description": "Copies orders", "latestRun": None, "latestRuns": [], "facets": {},
}  # fmt: skip
RAN = {
    **DECLARED, "name": "ran",
    "latestRuns": [
        {"id": "870492da-ecfb-4be0-91b9-9a89ddd3db90", "createdAt": "2019-05-09T19:49:24.201361Z",
         "updatedAt": "2019-05-09T19:49:24.201361Z", "nominalStartTime": None, "nominalEndTime": None,
         "state": "COMPLETED", "startedAt": "2019-05-09T15:17:32.690346Z", "endedAt": "2019-05-09T20:05:46.815920Z",
         "durationMs": 17294125, "args": {}, "facets": {}},
    ],
}  # fmt: skip
NAMESPACES = [{"name": name, "ownerName": "me"} for name in (WAREHOUSE, "by-hand")]


def demonstration(real_inputs: Path) -> list[dict[str, Any]]:
    """The events of Marquez' own demonstration."""
    events = json.loads((real_inputs / "openlineage/marquez_food_delivery/food_delivery_events.json").read_text())
    return list(events)


def marquez(events: list[dict[str, Any]], *, has_events: bool = True) -> Callable[[Asked], Answer]:
    """`after` is inclusive, and only the time sorts: events of one moment come in any order."""
    lists = {
        f"/api/v1/namespaces/{WAREHOUSE}/datasets": ("datasets", [ORDERS, DROPPED]),
        "/api/v1/namespaces/by-hand/jobs": ("jobs", [DECLARED, RAN]),
    }

    def answer(asked: Asked) -> Answer:
        first, size = int(asked.query.get("offset", 0)), int(asked.query.get("limit", 100))
        if asked.path == "/api/v1/events/lineage" and has_events:
            found = sorted(_since(events, asked.query.get("after", "")), key=_time)
            return 200, {"events": found[first : first + size], "totalCount": len(found)}
        if asked.path == "/api/v1/namespaces":
            return 200, {"namespaces": NAMESPACES[first : first + size]}
        # Marquez takes a namespace as one part of the path, so its slashes must come escaped.
        assert asked.path.count("/") <= 5
        name, rows = lists.get(unquote(asked.path), (asked.path.rpartition("/")[2], []))
        known = name in ("datasets", "jobs")
        return (200, {name: rows[first : first + size], "totalCount": len(rows)}) if known else (404, {"code": 404})

    return answer


def _since(events: list[dict[str, Any]], after: str) -> list[dict[str, Any]]:
    return [event for event in events if not after or _time(event) >= datetime.fromisoformat(after)]


def _time(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["eventTime"])
