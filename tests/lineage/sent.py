"""Events that real producers sent, and everything that they add up to."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import connection as database

from lineage.actions.folding import fold_waiting
from lineage.actions.receiving import keep_events
from lineage.openlineage.admitting import admit

# Without what says when we looked, and without the receipts, which say how it was told.
_STATE = {
    "nodes": "SELECT id, kind, namespace, name, same_as_id, spellings, facets, picture, first_seen_at, last_seen_at "
    "FROM lineage_node ORDER BY id",
    "runs": "SELECT * FROM lineage_run ORDER BY id",
    "flows": "SELECT * FROM lineage_flow ORDER BY id",
    "edges": "SELECT * FROM lineage_edge ORDER BY teller_id, source_id, target_id",
    "columns": "SELECT * FROM lineage_columnedge ORDER BY id",
    "aliases": "SELECT left_id, right_id, origin, is_preferred FROM lineage_alias ORDER BY left_id, right_id",
}


def captured_files(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """{producer: events} of every file that a real producer sent, as in `airflow`, and of those that others wrote."""
    sent = {
        part.name: [_body(path) for path in sorted(part.glob("*.json"))]
        for part in sorted((folder / "openlineage-captured").iterdir())
    }
    for path in sorted((folder / "openlineage").glob("*/*")):
        if path.parent.name not in ("spec", "spec_tests") and path.is_file():
            sent.setdefault(path.parent.name, []).extend(_events(path))
    return sent


def _body(path: Path) -> dict[str, Any]:
    body = json.loads(path.read_text())["body"]
    return json.loads(body) if isinstance(body, str) else body


def _events(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".json":
        held = json.loads(path.read_text())
        return held if isinstance(held, list) else [held]
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def tell(*events: dict[str, Any]) -> None:
    """Send the events in this order, folding after each batch."""
    keep_events([admit(event) for event in events], sender="test")
    fold_waiting()


def state() -> dict[str, list[tuple]]:
    """Everything that events have added up to."""
    found = {}
    with database.cursor() as cursor:
        for name, query in _STATE.items():
            cursor.execute(query)
            found[name] = cursor.fetchall()
    return found


def forget() -> None:
    """As if nothing had ever been sent."""
    with database.cursor() as cursor:
        for table in ("alias", "columnedge", "edge", "flow", "run", "node", "event"):
            cursor.execute(f"DELETE FROM lineage_{table}")


def in_parts(events: list[dict[str, Any]], cuts: Iterable[int]) -> list[list[dict[str, Any]]]:
    """The same events in batches that end at the cuts."""
    ends = sorted({cut for cut in cuts if 0 < cut < len(events)}) + [len(events)]
    return [events[start:end] for start, end in zip([0, *ends], ends, strict=False)]
