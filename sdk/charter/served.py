"""What a governed store told whom: by source, for metrics, spans and the log. Personal values are never written."""

import hashlib
import json
import logging
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# One JSON object for each answer, at INFO, of stores made with `log_values=True`.
log = logging.getLogger("charter.served")
HIDDEN = "personal"
# Of this process alone: nobody else can find out which entity a hash stands for by trying them all.
_SECRET = os.urandom(16)


@dataclass(slots=True)
class Column:
    """The values of one feature, one for each row; sources are store, cache, default, closed or nothing."""

    values: list[Any]
    sources: list[str]
    is_shown: bool  # known, and not personal

    @classmethod
    def of(cls, value: Any, source: str, rows: int, *, is_shown: bool) -> "Column":
        return cls([value] * rows, [source] * rows, is_shown)


@dataclass(slots=True)
class Answer:
    """Columns by name, in the order asked for."""

    columns: dict[str, Column] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, list[Any]]:
        return {name: column.values for name, column in self.columns.items()}

    @property
    def counts(self) -> Counter[str]:
        """How many values each source gave."""
        return Counter(source for column in self.columns.values() for source in column.sources)


def entity(row: Mapping[str, Any]) -> bytes:
    """A row of join keys, without saying which: the keys of people are personal too."""
    text = json.dumps(row, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), key=_SECRET, digest_size=12).digest()


def write_down(consumer: str, answer: Answer, rows: Sequence[bytes]) -> None:
    """Log what was served. Values of personal features, and of those that nobody knows, are left out."""
    if not log.isEnabledFor(logging.INFO):
        return
    told = {
        name: {"sources": column.sources, "values": column.values if column.is_shown else HIDDEN}
        for name, column in answer.columns.items()
    }
    said = {"consumer": consumer, "entities": [row.hex() for row in rows], "features": told}
    log.info(json.dumps(said, default=str))
