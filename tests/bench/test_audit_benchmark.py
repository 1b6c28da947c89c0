"""The audit log's benchmark, shortened: ten times the entries take no more statements to seal, verify or export."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.audit import _STORED
from governance.audit_export import FORMS, export_rows
from governance.queries.audit import visible_audit
from registry.chain.sealing import seal_waiting
from registry.chain.verifying import verify_audit
from registry.models import AuditEntry, User

pytestmark = pytest.mark.django_db


def statements(entries: int) -> list[int]:
    """Of sealing, verifying and exporting so many more entries."""
    with connection.cursor() as cursor:
        cursor.execute(_STORED, [entries, entries])
    user = User.objects.get(username="auditor")
    works = (seal_waiting, verify_audit, lambda: list(FORMS["jsonl"](export_rows(visible_audit(user)))))
    counts = []
    for work in works:
        with CaptureQueriesContext(connection) as done:
            work()
        counts.append(len(done))
    return counts


def test_ten_times_the_entries_take_no_more_statements() -> None:
    User.objects.create(username="auditor", is_superuser=True)
    statements(10)  # roles and teams are read once
    assert statements(20) == statements(200)
    assert AuditEntry.objects.count() == 230
