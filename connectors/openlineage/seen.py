"""Which declarations were told before, so that a tool's five thousand jobs are not told anew every hour."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

import orjson

from connectors.openlineage.events import Event
from connectors.shapes import items

# Of 48 bits: among ten thousand jobs, one change in 28 billion would go unnoticed until the next change of that job.
DIGITS = 12


class Seen:
    """Digests of what a read has told, kept in its cursor. What the tool no longer lists is forgotten at the end."""

    def __init__(self, cursor: object) -> None:
        self._before = frozenset(map(str, items(cursor, "seen")))
        self._now: set[str] = set()

    def new(self, events: Iterable[Event]) -> Iterator[Event]:
        """Those that say something new. The time of reading is not something new."""
        for event in events:
            if self.is_new({name: value for name, value in event.items() if name != "eventTime"}):
                yield event

    def is_new(self, said: Any) -> bool:
        """Whether JSON data says something new."""
        digest = sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()[:DIGITS]
        self._now.add(digest)
        return digest not in self._before

    def so_far(self) -> list[str]:
        """For a cursor in the middle of a read: also what was told before, for its turn may still come."""
        return sorted(self._before | self._now)

    def complete(self) -> list[str]:
        """For the cursor of a whole read."""
        return sorted(self._now)
