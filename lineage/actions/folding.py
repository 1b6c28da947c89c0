"""Events become nodes, runs and edges. One folds at a time; a batch is folded whole or not at all.

Evidence like a measurement, so nothing to audit: the events themselves are kept, each with its receipt.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db import DataError, IntegrityError, transaction

from common.locks import try_lock, wait_for_lock
from common.statements import execute_many, fetch
from lineage.folding import aliases, edges, sayings
from lineage.folding.changes import note_change
from lineage.folding.rows import Rows
from lineage.models import EventState
from lineage.openlineage.reading import Said, read

log = structlog.get_logger()
MOST_EVENTS = 500
MOST_BYTES = 16_000_000
_LOCK = "fold lineage"
# What lies with an event. A database that is away or wrong is no event's fault: then all of them go on waiting.
REFUSED = (DataError, IntegrityError)
_TAKE = """
SELECT event_at, digest, kind, event_type, body FROM (
  SELECT *, sum(size) OVER (ORDER BY id) AS so_far FROM (
    SELECT * FROM lineage_event WHERE state = 'waiting' ORDER BY id LIMIT %s) oldest
) counted WHERE so_far - size < %s
"""
# What Feast calls views, sources and services of its projects.
FEAST = ("feast_featureView", "feast_dataSource", "feast_featureService")
_RECEIPT = """
UPDATE lineage_event SET state = %s,
  warnings = warnings || ARRAY(SELECT unnest(%s::text[]) EXCEPT SELECT unnest(warnings))
WHERE event_at = %s AND digest = %s
"""


@dataclass(frozen=True, slots=True)
class _Taken:
    event_at: datetime
    digest: bytes
    kind: str
    event_type: str
    body: str


def fold_waiting(*, seconds: float = 600) -> int:
    """Fold what waits, for as long as that takes or `seconds` are over. Returns how many events.

    Somebody else who is at it goes on until nothing waits: then there is nothing to do here.
    """
    until, folded = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        with transaction.atomic():
            count = _fold_some(MOST_EVENTS) if try_lock(_LOCK) else 0
        if not count:
            break
        folded += count
    return folded


@contextmanager
def alone() -> Iterator[None]:
    """Within one transaction nobody else changes the graph. Waits for who does."""
    with transaction.atomic():
        wait_for_lock(_LOCK)
        yield


def _fold_some(most: int) -> int:
    """A batch. Where the database refuses it, one event at a time: what is wrong with one stops no other."""
    taken = _take(most)
    try:
        with transaction.atomic():
            _fold(taken)
    except REFUSED:
        log.warning("lineage_batch_refused", events=len(taken), exc_info=True)
        for one in taken:
            _fold_alone(one)
    return len(taken)


def _take(most: int) -> list[_Taken]:
    return [_Taken(at, bytes(digest), *rest) for at, digest, *rest in fetch(_TAKE, [most, MOST_BYTES])]


def _fold(taken: Sequence[_Taken]) -> None:
    read_ones = [(one, *_read(one)) for one in taken]
    said = [event for _, event, _ in read_ones if event]
    rows = Rows.touched_by(said)
    for event in said:
        rows.add(event)
    rows.write()
    _join(rows)
    _receipts(read_ones)


def _join(rows: Rows) -> None:
    """Aliases first: edges are told between the names that stand for their things."""
    renamed = aliases.relate(rows.nodes.values())
    anew: set[UUID] = set()
    if renamed:
        note_change()
        anew = edges.touching(renamed)
    edges.work_out(rows.tellers, rows.runs.values(), anew=anew)
    sayings.retell(renamed)
    edges.bridge_anew(renamed=renamed, projects=_unknown_to_the_registry(rows))


def _unknown_to_the_registry(rows: Rows) -> set[str]:
    """Projects of whose views, sources or services Feast's events named one that is not joined to the registry."""
    return {
        node.namespace.rpartition("/")[2]
        for node in rows.nodes.values()
        if node.same_as == node.id and any(name in node.facets for name in FEAST)
    }


def _read(one: _Taken) -> tuple[Said | None, str]:
    """What an event says, or why it could not be read."""
    try:
        said = read(
            one.body.encode(), kind=one.kind, event_at=one.event_at, event_type=one.event_type, digest=one.digest
        )
    except Exception as error:  # noqa: BLE001  whatever a producer made up must not stop the others
        log.exception("lineage_event_unreadable", digest=one.digest.hex())
        return None, f"It could not be read: {type(error).__name__}."
    return said, ""


def _fold_alone(one: _Taken) -> None:
    try:
        with transaction.atomic():
            _fold([one])
    except REFUSED as error:
        log.exception("lineage_event_refused", digest=one.digest.hex())
        _receipts([(one, None, f"The database refused it: {type(error).__name__}.")])


def _receipts(read_ones: Sequence[tuple[_Taken, Said | None, str]]) -> None:
    told = [
        (EventState.KEPT if said else EventState.FAILED, said.warnings if said else [why], one.event_at, one.digest)
        for one, said, why in read_ones
    ]
    execute_many(_RECEIPT, told)
