"""What somebody who owns the database can do to the audit log: SQL, with the triggers that protect it switched off."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from registry.actions.action import Note, record
from registry.chain.sealing import seal_waiting
from registry.models import AuditEntry, Verification

PROTECTED = ("registry_auditentry", "registry_seal", "registry_anchor", "registry_verification")


def write(count: int, action: str = "registry.describe_feature") -> list[AuditEntry]:
    """So many entries of the system, as actions write them."""
    return [record(None, action, None, Note(changes={"n": [n, n + 1]}, reason=f"Entry {n}")) for n in range(count)]


def sealed(count: int) -> list[int]:
    """So many entries, sealed; their numbers."""
    entries = [entry.pk for entry in write(count)]
    seal_waiting()
    return entries


@contextmanager
def unprotected() -> Iterator[None]:
    """Without triggers, as their owner can have it."""
    _each("SET CONSTRAINTS ALL IMMEDIATE", *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in PROTECTED))
    yield
    _each(*(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in PROTECTED))


def tamper(statement: str, *values: object) -> None:
    with unprotected(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def first_fault(done: Verification) -> tuple[str, int | None, int | None]:
    """Kind, place and entry of the first thing found."""
    fault = done.faults[0]
    return fault["kind"], fault["place"], fault["entry"]


def _each(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
