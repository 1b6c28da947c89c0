"""Seals entries that are committed, in one order, by one worker at a time: writers never wait for it.

An entry cannot carry the hash of the one before when it is written: whoever writes next would have to wait until this
one commits or not. So it waits, in a table that a trigger fills, for whoever comes every few seconds.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from common.locks import try_lock, wait_for_lock
from common.statements import fetch
from registry.chain.form import BEGINNING, DIGEST, microseconds, next_hash

A_BATCH = 5_000
# The salt is drawn once for each row: 122 random bits.
_WAITING = f"""
WITH entry AS MATERIALIZED (
    SELECT written.*, uuid_send(gen_random_uuid()) AS salt
    FROM registry_waitingentry AS waiting JOIN registry_auditentry AS written ON written.id = waiting.entry_id
    WHERE NOT EXISTS (SELECT 1 FROM registry_seal AS seal WHERE seal.entry_id = waiting.entry_id)
    ORDER BY waiting.entry_id LIMIT %s
)
SELECT id, salt, {DIGEST} FROM entry ORDER BY id
"""  # noqa: S608  columns of ours
_SEAL = """
INSERT INTO registry_seal (place, entry_id, at, salt, digest, hash)
SELECT place, entry_id, %s, salt, digest, hash
FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::bytea[], %s::bytea[])
    AS made (place, entry_id, salt, digest, hash)
"""
_HEAD = "SELECT place, hash FROM registry_seal ORDER BY place DESC LIMIT 1"


def seal_waiting(*, is_patient: bool = True) -> int:
    """Seal all entries that wait. Returns how many. Unless patient, leave it to whoever does it already."""
    count = 0
    while sealed := _seal_some(is_patient):
        count += sealed
        if sealed < A_BATCH:
            break
    return count


@transaction.atomic
def _seal_some(is_patient: bool) -> int:
    """Seal the oldest entries that wait, a batch at most."""
    if not fetch("SELECT 1 FROM registry_waitingentry LIMIT 1", []):
        return 0
    if is_patient:
        wait_for_lock("seals")  # held until what it guards is committed
    elif not try_lock("seals"):
        return 0
    rows = fetch(_WAITING, [A_BATCH])
    if rows:
        _add(rows, timezone.now())
    return len(rows)


def head() -> tuple[int, bytes]:
    """Place and hash of the last seal."""
    found = fetch(_HEAD, [])
    return (int(found[0][0]), bytes(found[0][1])) if found else (0, BEGINNING)


def _add(rows: list[tuple[int, bytes, bytes]], now: datetime) -> None:
    seals = list(_chained(rows, microseconds(now)))
    entries = [row[0] for row in rows]
    columns: list[list[Any]] = [
        [seal[0] for seal in seals], entries, [row[1] for row in rows], [row[2] for row in rows],
        [seal[1] for seal in seals],
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_SEAL, [now, *columns])
        cursor.execute("DELETE FROM registry_waitingentry WHERE entry_id = ANY(%s)", [entries])


def _chained(rows: list[tuple[int, bytes, bytes]], at: int) -> Iterator[tuple[int, bytes]]:
    """Place and hash of each row, after the last seal."""
    place, previous = head()
    for _, _, digest in rows:
        place += 1
        previous = next_hash(previous, place, at, bytes(digest))
        yield place, previous
