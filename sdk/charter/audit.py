"""Checks an exported audit log by itself: nothing in it was changed, and where its chain is whole nothing is missing.

Needs no Charter and no network. Each row holds the text that was hashed (`content`), what it was hashed with, and the
hash of the row before. Someone who rewrites a file can make new hashes for all of it: the last hash has to be compared
with an anchor, or with what Charter says of its head.
"""

import csv
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

BEGINNING = "00" * 32
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What the columns of an export are called in the text that was hashed.
_SAYS = {
    "id": "id", "at": "at", "actor": "actor_name", "token": "token", "action": "action", "object_type": "object_type",
    "object_id": "object_id", "object_key": "object_key", "changes": "changes", "reason": "reason",
    "request_id": "request_id",
}  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")  # a spreadsheet's cell of such a text begins with '
_HASHES = ("place", "sealed_at", "previous", "digest", "hash")
_LONGEST_CELL = 1 << 30


class NotSound(Exception):
    """The file is not what was exported. `line` is where it first is not."""

    def __init__(self, line: int, detail: str) -> None:
        super().__init__(f"line {line}: {detail}")
        self.line, self.detail = line, detail


@dataclass(slots=True)
class Checked:
    """What a sound file holds. Rows are `partial` whose values are withheld: those are chained, not read.

    `missing` counts places between the first and the last that the file does not have: a narrowed export has such.
    """

    rows: int = 0
    partial: int = 0
    missing: int = 0
    first: int = 0
    last: int = 0
    hash: str = BEGINNING
    met: set[int] = field(default_factory=set)

    @property
    def is_whole(self) -> bool:
        """Nothing is missing from the beginning of the log to the last row."""
        return self.missing == 0 and self.first <= 1


def check_export(path: Path, anchors: Mapping[int, str] | None = None) -> Checked:
    """Read a file of `charter audit export`, JSON lines or CSV, row by row. Raises NotSound at the first wrong one.

    `anchors` are hashes by place, from `read_anchors`: where the file has that place, they have to agree.
    """
    found = Checked()
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        for line, row in _rows(file):
            _check(line, row, found, anchors or {})
    return found


def read_anchors(paths: Iterable[Path]) -> dict[int, str]:
    """Hashes by place, from files of anchors: one JSON object a line. Raises NotSound for a line that is none."""
    found: dict[int, str] = {}
    for path in paths:
        with path.open(encoding="utf-8", errors="replace") as file:
            found |= dict(_anchor(number, line) for number, line in enumerate(file, 1) if line.strip())
    return found


def _anchor(number: int, line: str) -> tuple[int, str]:
    try:
        said = json.loads(line)
        return int(said["place"]), str(said["hash"])
    except (ValueError, TypeError, KeyError):
        raise NotSound(number, "this is no anchor") from None


def _rows(file: TextIO) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each row with the line it ends at."""
    is_json = file.read(1) in ("{", "")
    file.seek(0)
    if is_json:
        for line, text in enumerate(file, 1):
            yield line, _parsed(line, text)
        return
    csv.field_size_limit(min(sys.maxsize, _LONGEST_CELL))
    reader = csv.DictReader(file)
    try:
        for row in _of_export(reader):
            yield reader.line_num, {name: value or None for name, value in row.items() if name}
    except csv.Error as error:
        raise NotSound(reader.line_num, str(error)) from None


def _of_export(reader: "csv.DictReader[str]") -> "csv.DictReader[str]":
    if missing := set(_HASHES) - set(reader.fieldnames or ()):
        raise NotSound(1, f"this is no export: it has no {sorted(missing)[0]}")
    return reader


def _parsed(line: int, text: str) -> dict[str, Any]:
    try:
        row = json.loads(text)
    except ValueError:
        raise NotSound(line, "this is no JSON") from None
    if not isinstance(row, dict):
        raise NotSound(line, "this is no row of an export")
    return row


def _check(line: int, row: Mapping[str, Any], found: Checked, anchors: Mapping[int, str]) -> None:
    if missing := [name for name in _HASHES if not row.get(name)]:
        raise NotSound(line, f"this is no row of an export: it has no {missing[0]}")
    try:
        place, made = int(row["place"]), _hash(row)
    except (ValueError, TypeError, OverflowError):
        raise NotSound(line, "its hashes are no hashes") from None
    _check_content(line, row)
    if made != row["hash"]:
        raise NotSound(line, "its hash is not the one of what it says")
    _check_link(line, place, row, found)
    if anchors.get(place, made) != made:
        raise NotSound(line, f"another hash was anchored for place {place}")
    found.met |= {place} & anchors.keys()
    found.rows, found.last, found.hash = found.rows + 1, place, made
    found.partial += not row.get("content")


def _hash(row: Mapping[str, Any]) -> str:
    at = (datetime.fromisoformat(row["sealed_at"]) - _EPOCH) // timedelta(microseconds=1)
    numbers = int(row["place"]).to_bytes(8, "big") + at.to_bytes(8, "big")
    return hashlib.sha256(bytes.fromhex(row["previous"]) + numbers + bytes.fromhex(row["digest"])).hexdigest()


def _check_content(line: int, row: Mapping[str, Any]) -> None:
    """The text gives the digest, and the columns say what the text says."""
    text = row.get("content")
    if not text:
        return
    try:
        made = hashlib.sha256(bytes.fromhex(row.get("salt") or "") + text.encode()).hexdigest()
        said = json.loads(text)
        wrong = next((column for column, name in _SAYS.items() if not _agree(row.get(column), said[name])), "")
    except (ValueError, TypeError, KeyError):
        made, wrong = "", ""
    if made != row["digest"]:
        raise NotSound(line, "its content is not what was sealed")
    if wrong:
        raise NotSound(line, f"its {wrong} is not what was sealed")


def _agree(shown: Any, said: Any) -> bool:
    if shown == said or (shown is None and said in ("", {})):
        return True
    if isinstance(said, dict) and isinstance(shown, str):
        return bool(json.loads(shown) == said)
    return bool(shown == str(said) or (str(said).startswith(_FORMULA) and shown == f"'{said}"))


def _check_link(line: int, place: int, row: Mapping[str, Any], found: Checked) -> None:
    if not found.rows:
        found.first, found.missing = place, 0
        if place == 1 and row["previous"] != BEGINNING:
            raise NotSound(line, "the first row of the log follows another one")
        return
    if place <= found.last:
        raise NotSound(line, f"place {place} stands behind place {found.last}")
    if place == found.last + 1 and row["previous"] != found.hash:
        raise NotSound(line, "it does not follow the row before")
    found.missing += place - found.last - 1
