"""Two workers at once, and Celery itself: real transactions on real connections."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import SimpleNamespace

import pytest
from django.db import connection

from governance.actions.enforcing import enforce
from governance.models import Grant, GrantState, StoreRight
from governance.tasks import enforce_all_rights, enforce_rights
from registry.models import AuditEntry, Connection
from tests.governance.guarding import approved, switched_on

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_workers_give_each_right_once(guarded: SimpleNamespace) -> None:
    switched_on(guarded)
    approved(guarded, guarded.postcode, guarded.amount, guarded.email)
    gate = Barrier(3)

    def work(_: int) -> None:
        try:
            gate.wait(timeout=20)
            enforce(Connection.objects.get(pk=guarded.connection.pk))
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    enforce_rights(guarded.connection.pk)  # whoever was last may have seen a right of another still on its way
    assert {one.state for one in Grant.objects.all()} == {GrantState.ACTIVE}
    rights = StoreRight.objects.count()
    assert rights == 6  # three features, a join key, a time, a schema
    assert AuditEntry.objects.filter(action="governance.give_right").count() == rights
    assert AuditEntry.objects.filter(action="governance.activate_grant", changes__has_key="ends_at").count() == 3
    assert enforce_all_rights() == 0
