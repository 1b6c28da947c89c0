"""The recorded day, moved so that it ends now, and to the folder where the demo's files are.

    for event in day_events(anchored_at, folder): ...

Runs get ids of their own for each moment that the day is moved to, so that a day told anew is another day.
"""

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

EVENTS = Path(__file__).parent / "events.jsonl.gz"
# 16:05 in New York on a Wednesday. The four weeks before it were stormy: delays rose from 18 to 26 minutes.
ANCHOR = datetime(2013, 7, 24, 20, 5, tzinfo=UTC)
ROOT = "/DEMO"  # stands for the folder in what was recorded
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d(:|%3A)\d\d\1\d\d")  # in addresses, too
_ID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


def day_events(anchored_at: datetime, folder: Path) -> Iterator[dict[str, Any]]:
    """The events of the day that ends at `anchored_at`, about the files below `folder`, in the order they came."""
    by = anchored_at - ANCHOR
    with gzip.open(EVENTS, "rt", encoding="utf-8") as recorded:
        for line in recorded:
            told = _ID.sub(lambda found: str(uuid5(UUID(found[0]), anchored_at.isoformat())), moved(line, by))
            yield json.loads(told.replace(ROOT, json.dumps(str(folder))[1:-1]))


def moved(text: str, by: timedelta, *, since: str = "", until: str = "~") -> str:
    """The text with each of its moments that lies between the two moved; what is finer than a second stays."""

    def move(found: re.Match[str]) -> str:
        at = found[0].replace("%3A", ":")
        if not since <= at <= until:
            return found[0]
        return (datetime.fromisoformat(at) + by).isoformat(timespec="seconds").replace(":", found[1])

    return _MOMENT.sub(move, text)
