"""Which events are taken. Lenient, since a producer drops what we refuse: only what can never be read is turned away.

What is odd but readable is taken, and the oddity stays with the event as a warning.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from lineage.openlineage.names import LONGEST
from lineage.openlineage.secrets import may_hold_secrets, without_secrets

RUN, JOB, DATASET = "run", "job", "dataset"
TYPES = frozenset({"START", "RUNNING", "COMPLETE", "FAIL", "ABORT", "OTHER"})
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S")
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Unfit(Exception):
    """Why an event can never be read: where, and a sentence."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(detail)
        self.pointer = pointer


@dataclass(frozen=True, slots=True)
class Admitted:
    """An event as it is kept: `body` is canonical JSON without secrets, `digest` its SHA-256."""

    kind: str
    event_at: datetime
    event_type: str
    namespace: str
    name: str
    run: str
    producer: str
    body: bytes
    digest: bytes
    warnings: tuple[str, ...]


def admit(event: object) -> Admitted:
    """The event as it is kept. Raises Unfit."""
    if not isinstance(event, dict):
        raise Unfit("", "An event is a JSON object.")
    warnings: list[str] = []
    kind = _kind(event)
    event_at = _time(event.get("eventTime"), warnings)
    subject = event["dataset" if kind == DATASET else "job"]
    run = _text(event["run"].get("runId"), "/run/runId") if kind == RUN else ""
    body = orjson.dumps(event, option=orjson.OPT_SORT_KEYS)
    if may_hold_secrets(body):
        body = orjson.dumps(without_secrets(event), option=orjson.OPT_SORT_KEYS)
    return Admitted(
        kind, event_at, _type(event, warnings) if kind == RUN else "",
        _text(subject.get("namespace"), f"/{_subject(kind)}/namespace"),
        _text(subject.get("name"), f"/{_subject(kind)}/name"),
        run, _producer(event, warnings), body, hashlib.sha256(body).digest(), tuple(warnings),
    )  # fmt: skip


def _kind(event: dict[str, Any]) -> str:
    """By shape: `schemaURL` is often wrong."""
    if isinstance(event.get("run"), dict) and isinstance(event.get("job"), dict):
        return RUN
    if isinstance(event.get("dataset"), dict):
        return DATASET
    if isinstance(event.get("job"), dict) and event.get("run") is None:
        return JOB
    raise Unfit("", "An event has run and job, or job, or dataset, and each of them is an object.")


def _subject(kind: str) -> str:
    return "dataset" if kind == DATASET else "job"


def _text(value: object, pointer: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Unfit(pointer, f"{pointer} must be a text that is not empty.")
    if len(value) > LONGEST:
        raise Unfit(pointer, f"{pointer} may have {LONGEST:,} characters.")
    return value


def _time(value: object, warnings: list[str]) -> datetime:
    if not isinstance(value, str):
        raise Unfit("/eventTime", "/eventTime must be a moment such as 2026-11-20T12:00:00Z.")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise Unfit("/eventTime", f"/eventTime {value[:40]!r} is no moment such as 2026-11-20T12:00:00Z.") from None
    if moment.tzinfo is None:
        warnings.append("eventTime names no time zone; UTC is assumed.")
        moment = moment.replace(tzinfo=UTC)
    if not _EARLIEST <= moment < _LATEST:
        raise Unfit("/eventTime", "/eventTime must lie between 1970 and 2200.")
    return moment.astimezone(UTC)


def _type(event: dict[str, Any], warnings: list[str]) -> str:
    said = event.get("eventType")
    if said in TYPES:
        return str(said)
    if said is not None:
        warnings.append(f"eventType {str(said)[:40]!r} is unknown; taken as OTHER.")
    return "OTHER"


def _producer(event: dict[str, Any], warnings: list[str]) -> str:
    producer = event.get("producer")
    if not isinstance(producer, str) or not _URI.match(producer):
        warnings.append("producer is no URI.")
    return str(producer or "")[:500]
