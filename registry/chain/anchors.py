"""What was anchored, to compare the chain with: rows of our own, lines of the file, and files that somebody brings."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import orjson
from django.conf import settings

from registry.models import Anchor


@dataclass(frozen=True, slots=True)
class Anchored:
    """The chain's head at some time. `said` tells people when and where."""

    place: int
    hash: bytes
    said: str


class Unreadable(Exception):
    """A file of anchors that is not there, or a line in it that is none."""


def kept_anchors() -> Iterator[Anchored]:
    """Those that Charter knows of, and those in the file that the settings name: who forges the first has the second
    against him."""
    rows = Anchor.objects.filter(error="").order_by("id").iterator(chunk_size=2_000)
    ours = (Anchored(one.place, bytes(one.hash), f"{one.at:%Y-%m-%d %H:%M} at {one.where}") for one in rows)
    path = Path(settings.CHARTER_AUDIT_ANCHOR_FILE) if settings.CHARTER_AUDIT_ANCHOR_FILE else None
    return chain(ours, anchors_in(path) if path and path.exists() else ())


def anchors_in(path: Path) -> Iterator[Anchored]:
    """The anchors in a file, one JSON object a line as `anchor_head` writes and sends them. Raises Unreadable."""
    try:
        with path.open("rb") as lines:
            yield from _read(lines, path)
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}.") from error


def _read(lines: Iterable[bytes], path: Path) -> Iterator[Anchored]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            said = orjson.loads(line)
            yield Anchored(int(said["place"]), bytes.fromhex(said["hash"]), f"{said['at']} in {path}, line {number}")
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable(f"{path}, line {number}: that is no anchor.") from error
