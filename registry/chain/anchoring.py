"""Writes the chain's head outside, where who can rewrite the whole database cannot reach: a file, a webhook, or both.

Whoever owns the database can make a new chain. Only what stands elsewhere shows it, so keep it elsewhere: the file on
a disk that is only appended to or shipped away, the webhook at somebody else's.
"""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.utils import timezone

from common import guarded, json
from registry.chain.alarm import tell_of_failure
from registry.chain.sealing import head
from registry.models import Anchor, AnchorTarget

log = structlog.get_logger()
Write = Callable[[bytes], None]


class NotAccepted(Exception):
    """The webhook answered something else than yes."""


def is_anchored() -> bool:
    """Whether the settings name a place outside."""
    return bool(settings.CHARTER_AUDIT_ANCHOR_FILE or settings.CHARTER_AUDIT_ANCHOR_URL)


def anchor_head() -> list[Anchor]:
    """Write the head to every place that the settings name and that has not got it yet.

    A failure is kept beside the successes, and logged; the next time tries again.
    """
    place, hash = head()
    return [_anchored(place, hash, *target) for target in _targets() if not _has(place, *target[:2])]


def _has(place: int, target: AnchorTarget, where: str) -> bool:
    last = Anchor.objects.filter(target=target, where=where[:300], error="").first()
    return place == (last.place if last else 0)


def _targets() -> Iterator[tuple[AnchorTarget, str, Write]]:
    """Kind, name for people, and how to write there. Of an address only the host is named: it may hold a secret."""
    if path := settings.CHARTER_AUDIT_ANCHOR_FILE:
        yield AnchorTarget.FILE, path, _append
    if url := settings.CHARTER_AUDIT_ANCHOR_URL:
        yield AnchorTarget.WEBHOOK, urlsplit(url).hostname or "", _post


def _anchored(place: int, hash: bytes, target: AnchorTarget, where: str, write: Write) -> Anchor:
    now, error = timezone.now(), ""
    try:
        write(_line(place, hash, now))
    except Exception as wrong:  # noqa: BLE001  whatever goes wrong there is kept, and the other place is still tried
        error = f"{type(wrong).__name__}: {wrong}"[:500]
        log.error("audit_anchor_failed", target=target.value, where=where, error=error)
    kept = Anchor.objects.create(at=now, place=place, hash=hash, target=target, where=where[:300], error=error)
    if error:
        tell_of_failure(kept)
    return kept


def _line(place: int, hash: bytes, at: datetime) -> bytes:
    return json.dumps({"charter": settings.CHARTER_BASE_URL, "place": place, "hash": hash.hex(), "at": at.isoformat()})


def _append(line: bytes) -> None:
    """One line, whole and on the disk when this returns."""
    path = Path(settings.CHARTER_AUDIT_ANCHOR_FILE)
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(file, line + b"\n")
        os.fsync(file)
    finally:
        os.close(file)


def _post(line: bytes) -> None:
    headers = {"Content-Type": "application/json", "User-Agent": "Charter"}
    with guarded.client(settings.CHARTER_WEBHOOK_HOSTS) as web:
        status, _ = guarded.post(web, settings.CHARTER_AUDIT_ANCHOR_URL, content=line, headers=headers)
    if not 200 <= status < 300:
        raise NotAccepted(f"It answered {status}.")
