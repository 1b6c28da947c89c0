"""The audit log for those who check it elsewhere: every row with its seal, so that the file proves itself.

Rows come in the order of the chain, some at a time, so that a million take no more memory than a page. What is written
while it runs is not in it. `charter audit check` says whether a file still is what was exported.
"""

import json as standard
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import orjson
from django.db.models import BooleanField, Case, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery, TextField, When
from django.db.models.expressions import RawSQL
from django.http import StreamingHttpResponse

from common import json
from common.spreadsheets import csv_response
from governance.queries.audit import changes_of, with_personal
from registry.chain.form import BEGINNING, text_of
from registry.chain.sealing import head, seal_waiting
from registry.contracts import VALUE_FIELDS
from registry.models import AuditEntry, Seal

A_CHUNK = 2_000
COLUMNS = (
    "place", "id", "at", "actor", "token", "action", "object_type", "object_id", "object_key", "project", "changes",
    "reason", "request_id", "sealed_at", "previous", "digest", "hash", "salt", "content",
)  # fmt: skip
JSONL = "application/jsonl"


def export_response(entries: QuerySet[AuditEntry], form: str) -> StreamingHttpResponse:
    """`entries` that somebody may read, as `jsonl` or `csv`."""
    rows = export_rows(entries)
    return FORMS[form](rows)


def export_rows(entries: QuerySet[AuditEntry]) -> Iterator[dict[str, Any]]:
    """What each row of an export says, sealed rows alone; what still waits is sealed first."""
    seal_waiting()
    last, _ = head()
    wanted = _with_seals(entries).filter(seal__place__lte=last).order_by("seal__place")
    place = 0
    while chunk := list(wanted.filter(seal__place__gt=place)[:A_CHUNK]):
        yield from map(_row, chunk)
        place = chunk[-1].seal.place


def _with_seals(entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    """Each with its seal, the hash before, and the text that was hashed: not where it would show personal values."""
    before = Seal.objects.filter(place=OuterRef("seal__place") - 1).values("hash")
    hides = Q(is_personal=True, changes__has_any_keys=sorted(VALUE_FIELDS))
    text = RawSQL(text_of(AuditEntry._meta.db_table), [])  # noqa: S611  columns of ours
    found = (
        with_personal(entries)
        .select_related("project", "seal")
        .annotate(previous=Subquery(before), hides=ExpressionWrapper(hides, BooleanField()))
    )
    return found.annotate(content=Case(When(hides=True, then=None), default=text, output_field=TextField()))


def _row(entry: Any) -> dict[str, Any]:
    """Changes are JSON already: they may hold numbers that are too long for a fast writer."""
    seal = entry.seal
    return {
        "place": seal.place, "id": entry.pk, "at": _moment(entry.at), "actor": entry.actor_name, "token": entry.token,
        "action": entry.action, "object_type": entry.object_type, "object_id": entry.object_id,
        "object_key": entry.object_key, "project": entry.project.name if entry.project else None,
        "changes": standard.dumps(changes_of(entry), ensure_ascii=False), "reason": entry.reason,
        "request_id": entry.request_id,
        "sealed_at": _moment(seal.at), "previous": bytes(entry.previous or BEGINNING).hex(),
        "digest": bytes(seal.digest).hex(), "hash": bytes(seal.hash).hex(),
        "salt": bytes(seal.salt).hex() if entry.content else None, "content": entry.content,
    }  # fmt: skip


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _line(row: dict[str, Any]) -> bytes:
    return json.dumps(row | {"changes": orjson.Fragment(row["changes"])}) + b"\n"


def _csv(rows: Iterator[dict[str, Any]]) -> StreamingHttpResponse:
    return csv_response(COLUMNS, rows, filename="audit-log.csv")


def _jsonl(rows: Iterator[dict[str, Any]]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(map(_line, rows), content_type=JSONL)
    response["Content-Disposition"] = 'attachment; filename="audit-log.jsonl"'
    response["Cache-Control"] = "private, no-store"
    return response


FORMS: dict[str, Callable[[Iterator[dict[str, Any]]], StreamingHttpResponse]] = {"jsonl": _jsonl, "csv": _csv}
