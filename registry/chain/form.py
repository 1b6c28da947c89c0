"""What exactly is hashed: every column of an entry as one text, and how a seal follows the one before.

PostgreSQL makes the text, which its own JSON puts in one order, so that sealing, verifying and exporting cannot differ.
Whoever has an export can hash it without Charter: `charter.audit` does.
"""

import hashlib
from datetime import UTC, datetime, timedelta

# Names of the columns are part of what is hashed. A new column makes a new form; seals of the old one keep theirs.
FORM = 1
COLUMNS = (
    "id", "at", "actor_id", "actor_name", "token", "action", "object_type", "object_id", "object_key", "project_id",
    "team_id", "changes", "reason", "request_id",
)  # fmt: skip
_AT = """to_char({row}.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


def text_of(row: str, **instead: str) -> str:
    """SQL for the canonical text of a row of entries that is called `row`; `instead` of a column, another."""
    columns = {name: instead.get(name, f"{row}.{name}") for name in COLUMNS} | {"at": _AT.format(row=row)}
    pairs = ", ".join(f"'{name}', {column}" for name, column in columns.items())
    return f"jsonb_build_object('form', {FORM}, {pairs})::text"


# Both want a row of entries called `entry`, the second also its `salt`.
TEXT = text_of("entry")
DIGEST = f"sha256(salt || convert_to({TEXT}, 'UTF8'))"

BEGINNING = bytes(32)  # what the first seal follows
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECONDS = "(extract(epoch FROM seal.at) * 1000000)::bigint"


def microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def next_hash(previous: bytes, place: int, at: int, digest: bytes) -> bytes:
    """The hash of a seal: of the hash before, place and microseconds since 1970 as 8 bytes each, and the digest."""
    return hashlib.sha256(previous + place.to_bytes(8, "big") + at.to_bytes(8, "big") + digest).digest()
