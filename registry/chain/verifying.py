"""Walks the chain: is every entry where it was sealed, as it was sealed, and does the chain meet what was anchored?

The walk goes a span of places at a time, so neither end holds more than a span, whatever the log's size.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from common.statements import fetch
from registry.chain.alarm import tell_of_fault
from registry.chain.anchors import Anchored, Unreadable, kept_anchors
from registry.chain.faults import Fault
from registry.chain.form import BEGINNING, DIGEST, MICROSECONDS, text_of
from registry.chain.sealing import head
from registry.models import Verification

log = structlog.get_logger()
A_SPAN = 20_000
# Every seal of a span beside the one before, and whether its entry still gives its digest.
_WALK = f"""
WITH walked AS (
    SELECT seal.place, seal.entry_id, entry.id IS NOT NULL AS is_there, seal.digest = {DIGEST} AS is_same,
           lag(seal.place, 1, %(after)s) OVER chain + 1 = seal.place AS is_next,
           sha256(lag(seal.hash, 1, %(hash)s) OVER chain || int8send(seal.place) || int8send({MICROSECONDS})
                  || seal.digest) = seal.hash AS is_linked
    FROM registry_seal AS seal LEFT JOIN registry_auditentry AS entry ON entry.id = seal.entry_id
    WHERE seal.place > %(after)s AND seal.place <= %(until)s WINDOW chain AS (ORDER BY seal.place)
)
SELECT place, entry_id, is_there, is_same, is_next, is_linked FROM walked
WHERE (is_there AND is_same AND is_next AND is_linked) IS NOT TRUE ORDER BY place LIMIT 1
"""  # noqa: S608  columns of ours
_HASH = "SELECT hash FROM registry_seal WHERE place = %s"
_BEFORE = "SELECT coalesce(max(place), 0) FROM registry_seal WHERE place < %s"
# Entries that nobody announced: neither sealed nor waiting for it.
_UNSEALED = """
SELECT entry.id FROM registry_auditentry AS entry
WHERE entry.id > %s AND entry.id <= %s
    AND NOT EXISTS (SELECT 1 FROM registry_seal AS seal WHERE seal.entry_id = entry.id)
    AND NOT EXISTS (SELECT 1 FROM registry_waitingentry AS waiting WHERE waiting.entry_id = entry.id)
ORDER BY entry.id LIMIT 1
"""
_ENDS = "SELECT coalesce(min(id), 1) - 1, coalesce(max(id), 0) FROM registry_auditentry"
_LOST = """
SELECT waiting.entry_id FROM registry_waitingentry AS waiting
WHERE NOT EXISTS (SELECT 1 FROM registry_auditentry AS entry WHERE entry.id = waiting.entry_id)
ORDER BY waiting.entry_id LIMIT 1
"""
# The entry that has the content which was sealed at this place, under another number.
_MOVED = f"""
SELECT entry.id FROM registry_auditentry AS entry, registry_seal AS seal
WHERE seal.place = %s AND entry.id <> seal.entry_id
    AND sha256(seal.salt || convert_to({text_of("entry", id="seal.entry_id")}, 'UTF8')) = seal.digest LIMIT 1
"""  # noqa: S608
_HASHES = "SELECT place, hash FROM registry_seal WHERE place = ANY(%s)"


def verify_audit(anchors: Iterable[Anchored] | None = None) -> Verification:
    """Walk the whole chain, compare it with `anchors` (those that are kept, unless given), and keep what was found.

    Auditors and administrators are told of a fault.
    """
    started = timezone.now()
    place, hash = head()
    met = _Meeting(place)
    found = [*_walked(place), *_unsealed(), *met.faults(kept_anchors() if anchors is None else anchors)]
    for fault in found:
        log.error("audit_fault_found", fault=str(fault))
        tell_of_fault(fault)
    return Verification.objects.create(
        started_at=started, ended_at=timezone.now(), place=place, hash=hash, anchors=met.count,
        faults=[asdict(fault) for fault in found],
    )  # fmt: skip


def _walked(last: int) -> Iterator[Fault]:
    """The first fault among the seals up to `last`."""
    place, hash = 0, BEGINNING
    while place < last:
        until = min(place + A_SPAN, last)
        if wrong := _patiently(_WALK, {"after": place, "hash": hash, "until": until}):
            yield _fault(*wrong[0])
            return
        ended = fetch(_HASH, [until])
        if not ended:
            yield _gap(until)
            return
        place, hash = until, ended[0][0]


def _fault(place: int, entry: int, is_there: bool, is_same: bool, is_next: bool, is_linked: bool) -> Fault:
    if not is_next:
        return _gap(place)
    if not is_there:
        return Fault("removed", place, entry, "the entry that was sealed here is gone")
    if is_same:
        return Fault("seal", place, entry, "the seal was changed or moved: it does not follow the one before")
    if moved := _patiently(_MOVED, [place]):
        return Fault("reordered", place, entry, f"what was sealed here is now entry {moved[0][0]}")
    return Fault("changed", place, entry, "the entry is not what was sealed here")


def _gap(place: int) -> Fault:
    """The first place without a seal, this one or before it."""
    first = int(fetch(_BEFORE, [place])[0][0]) + 1
    return Fault("removed", first, None, "the seal is gone, and with it whatever it sealed")


def _unsealed() -> Iterator[Fault]:
    """The first entry that came past the triggers, and the first that went before it had its seal."""
    (number, last), *_ = fetch(_ENDS, [])
    while number < last:
        if found := _patiently(_UNSEALED, [number, number + A_SPAN]):
            yield Fault(
                "inserted", None, found[0][0], "it has no seal and waits for none: forged, or its seal was taken away"
            )
            break
        number += A_SPAN
    if lost := fetch(_LOST, []):
        yield Fault("removed", None, lost[0][0], "it was written and went before it had its seal")


class _Meeting:
    """Compares anchors with the chain, and counts them."""

    def __init__(self, last: int) -> None:
        self.count = 0
        self._last = last

    def faults(self, anchors: Iterable[Anchored]) -> Iterator[Fault]:
        """The first anchor that the chain does not meet."""
        left = iter(anchors)
        try:
            while some := list(islice(left, 1_000)):
                self.count += len(some)
                if missed := self._first_missed(some):
                    yield self._missed(missed)
                    return
        except Unreadable as wrong:
            yield Fault("anchor", None, None, str(wrong))

    def _first_missed(self, anchors: list[Anchored]) -> Anchored | None:
        hashes = {place: bytes(hash) for place, hash in fetch(_HASHES, [[one.place for one in anchors]])}
        missed = [one for one in anchors if hashes.get(one.place) != one.hash]
        return min(missed, key=lambda one: one.place, default=None)

    def _missed(self, one: Anchored) -> Fault:
        if one.place > self._last:
            gone = f"place {one.place} was anchored {one.said}, and the chain ends at {self._last}: its tail is gone"
            return Fault("removed", self._last + 1, None, gone)
        return Fault("anchor", one.place, None, f"another hash was anchored {one.said}: the chain was written anew")


@transaction.atomic
def _patiently(statement: str, parameters: Any) -> list[tuple[Any, ...]]:
    """A span takes its time on a busy machine; what a page may take is not its limit."""
    fetch("SELECT set_config('statement_timeout', '0', true)", [])
    return fetch(statement, parameters)
