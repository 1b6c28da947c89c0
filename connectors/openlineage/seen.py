"""Which declarations were told before, so that a tool's five thousand jobs are not told anew every hour."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

import orjson

from connectors.openlineage.events import Event

# Of 48 bits: among ten thousand jobs, one change in 28 billion would go unnoticed until the next change of that job.
DIGITS = 12


class Seen:
    """Digests of what a read has told, kept in its cursor. What the tool no longer lists is forgotten at the end."""

    def __init__(self, cursor: Mapping[str, Any]) -> None:
        known = cursor.get("seen")
        self._before = frozenset(known) if isinstance(known, list) else frozenset[str]()
        self._now: dict[str, None] = {}

    def new(self, events: Iterable[Event]) -> Iterator[Event]:
        """Those that say something new. The time of reading is not something new."""
        for event in events:
            digest = _digest(event)
            self._now[digest] = None
            if digest not in self._before:
                yield event

    def so_far(self) -> list[str]:
        """For a cursor in the middle of a read: also what was told before, for its turn may still come."""
        return sorted(self._before | self._now.keys())

    def complete(self) -> list[str]:
        """For the cursor of a whole read."""
        return sorted(self._now)


def _digest(event: Event) -> str:
    said = {name: value for name, value in event.items() if name != "eventTime"}
    return sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()[:DIGITS]
