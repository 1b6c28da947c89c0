"""A grant becomes a right in PostgreSQL before it holds, and the right ends with it."""

from datetime import timedelta
from types import SimpleNamespace

import psycopg
import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from governance.actions import enforcing
from governance.actions.accounts import name_account, remove_account, set_granting_login, switch_enforcement
from governance.actions.enforcing import enforce, enforce_all
from governance.actions.granting import end_due, revoke_grant
from governance.models import Grant, GrantState, RightState, StoreAccount, StoreRight
from registry.models import AuditEntry, Delivery, Message
from tests.governance.guarding import approved, switched_on
from tests.stores import Stores

pytestmark = pytest.mark.django_db
WHY = "Nobody needs it any longer."


def may_read(stores: Stores, column: str, role: str = "svc_ranker") -> bool:
    """Tried, by somebody who comes as that role."""
    try:
        return bool(stores.run(f"SELECT {column} FROM features.users", role=role))
    except psycopg.errors.InsufficientPrivilege:
        return False


def later(**by: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**by))


def test_without_a_store_that_is_switched_on_it_holds_at_once(guarded: SimpleNamespace) -> None:
    approved(guarded, guarded.postcode)
    assert Grant.objects.get().state == GrantState.ACTIVE
    assert enforce(guarded.connection) == 0
    assert not StoreRight.objects.exists()


def test_it_holds_once_the_store_has_given_the_right_and_no_more(guarded: SimpleNamespace) -> None:
    switched_on(guarded)
    approved(guarded, guarded.postcode)
    grant = Grant.objects.get()
    assert (grant.state, grant.starts_at, Grant.objects.active().count()) == (GrantState.PROVISIONING, None, 0)
    assert not may_read(guarded.stores, "postcode")
    enforce(guarded.connection)
    grant.refresh_from_db()
    assert grant.state == GrantState.ACTIVE
    assert timezone.now() - grant.starts_at < timedelta(seconds=10)
    assert may_read(guarded.stores, "user_id, event_ts, postcode")
    assert not may_read(guarded.stores, "email")
    assert enforce(guarded.connection) == 0
    given = AuditEntry.objects.filter(action="governance.give_right")
    assert (given.count(), {one.actor_name for one in given}) == (4, {"system"})  # three columns and the schema


def test_the_right_ends_with_the_grant(guarded: SimpleNamespace) -> None:
    switched_on(guarded)
    approved(guarded, guarded.postcode, days=10)
    enforce(guarded.connection)
    with later(days=11):
        end_due()
        enforce_all()
    assert not may_read(guarded.stores, "postcode")
    assert not may_read(guarded.stores, "user_id")
    assert set(StoreRight.objects.values_list("state", flat=True)) == {"gone"}


def test_before_anybody_has_ended_it_a_grant_that_is_over_gives_nothing(guarded: SimpleNamespace) -> None:
    switched_on(guarded)
    approved(guarded, guarded.postcode)
    enforce(guarded.connection)
    guarded.model.team = guarded.cast.payments
    guarded.model.save()
    enforce(guarded.connection)
    assert not may_read(guarded.stores, "postcode")


def test_what_two_grants_need_stays_while_one_of_them_stands(guarded: SimpleNamespace) -> None:
    switched_on(guarded)
    approved(guarded, guarded.postcode, guarded.amount)
    enforce(guarded.connection)
    revoke_grant(Grant.objects.get(version=guarded.postcode), actor=guarded.cast.member, reason=WHY)
    enforce(guarded.connection)
    assert may_read(guarded.stores, "user_id, amount")
    assert not may_read(guarded.stores, "postcode")


def test_what_was_there_before_is_not_taken_away(guarded: SimpleNamespace) -> None:
    guarded.stores.run("GRANT SELECT (user_id) ON features.users TO svc_ranker", role="granter")
    switched_on(guarded)
    approved(guarded, guarded.postcode)
    enforce(guarded.connection)
    revoke_grant(Grant.objects.get(), actor=guarded.cast.member, reason=WHY)
    enforce(guarded.connection)
    guarded.stores.run("GRANT USAGE ON SCHEMA features TO svc_ranker", role="granter")
    assert (may_read(guarded.stores, "user_id"), may_read(guarded.stores, "postcode")) == (True, False)


def test_a_store_that_is_down_leaves_it_failed_and_is_tried_again(
    guarded: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    switched_on(guarded)
    approved(guarded, guarded.postcode)
    was = guarded.connection.settings
    guarded.connection.settings = {**was, "offline_url": "postgresql://measurer@/charter?host=/nowhere"}
    guarded.connection.save()
    enforce(guarded.connection)
    grant = Grant.objects.get()
    assert grant.state == GrantState.FAILED
    assert "PostgreSQL did not let us in" in grant.problem
    assert Message.objects.filter(event="access.right_failed").count() == 1  # of the store, not of each right
    guarded.connection.settings = was
    guarded.connection.save()
    enforce(guarded.connection)  # it rests for a minute
    grant.refresh_from_db()
    assert grant.state == GrantState.FAILED
    with later(minutes=2):
        enforce_all()
    grant.refresh_from_db()
    assert (grant.state, grant.problem) == (GrantState.ACTIVE, "")
    assert may_read(guarded.stores, "postcode")


def test_each_failure_makes_it_wait_longer(guarded: SimpleNamespace) -> None:
    switched_on(guarded, account="")
    name_account(
        guarded.connection, actor=guarded.cast.owner_a, place="offline", name="nobody_here", consumer=guarded.model
    )
    approved(guarded, guarded.postcode)
    rests = []
    for _ in range(9):
        StoreRight.objects.update(next_try_at=timezone.now())
        enforce(guarded.connection)
        rests.append(round((StoreRight.objects.first().next_try_at - timezone.now()).total_seconds() / 60))
    assert rests == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert "PostgreSQL has no role nobody_here" in Grant.objects.get().problem


def test_nobody_knows_who_the_reader_is(guarded: SimpleNamespace) -> None:
    switched_on(guarded, account="")
    approved(guarded, guarded.postcode)
    enforce(guarded.connection)
    grant = Grant.objects.get()
    assert grant.state == GrantState.FAILED
    assert "Nobody has said who model:fraud-ranker is there" in grant.problem
    alice = guarded.cast.owner_a
    account = name_account(guarded.connection, actor=alice, place="offline", name="svc_ranker", consumer=guarded.model)
    enforce(guarded.connection)
    grant.refresh_from_db()
    assert grant.state == GrantState.ACTIVE
    remove_account(account, actor=alice)
    enforce(guarded.connection)
    assert not may_read(guarded.stores, "postcode")


def test_a_worker_that_dies_after_giving_leaves_nothing_behind(
    guarded: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    switched_on(guarded)
    approved(guarded, guarded.postcode)
    given = enforcing._done

    def killed(*_: object) -> None:
        raise SystemExit

    monkeypatch.setattr(enforcing, "_done", killed)
    with pytest.raises(SystemExit):
        enforce(guarded.connection)
    monkeypatch.setattr(enforcing, "_done", given)
    assert set(StoreRight.objects.values_list("state", "was_there")) >= {("giving", False)}
    assert Grant.objects.get().state == GrantState.PROVISIONING
    enforce(guarded.connection)
    assert Grant.objects.get().state == GrantState.ACTIVE
    revoke_grant(Grant.objects.get(), actor=guarded.cast.member, reason=WHY)
    enforce(guarded.connection)
    assert not may_read(guarded.stores, "postcode")
    assert not may_read(guarded.stores, "user_id")


def test_who_can_still_read_afterwards_is_said(guarded: SimpleNamespace) -> None:
    """The right is gone, and a role that it belongs to gives the same."""
    switched_on(guarded)
    approved(guarded, guarded.email)
    enforce(guarded.connection)
    guarded.stores.run(
        "GRANT USAGE ON SCHEMA features TO analysts; GRANT SELECT ON features.users TO analysts", role="granter"
    )
    guarded.stores.run("GRANT analysts TO svc_ranker")
    revoke_grant(Grant.objects.get(), actor=guarded.cast.member, reason=WHY)
    enforce(guarded.connection)
    row = StoreRight.objects.get(path=["features", "users", "email"])
    assert row.state == RightState.TAKING
    assert "has a right on the whole table through analysts" in row.problem
    told = Delivery.objects.filter(message__event="access.right_failed").values_list("address", flat=True)
    assert {"mia@example.org", "alice@example.org"} <= set(told)
    guarded.stores.run("REVOKE analysts FROM svc_ranker")
    with later(minutes=2):
        enforce(guarded.connection)
    row.refresh_from_db()
    assert (row.state, row.problem) == (RightState.GONE, "")


def test_only_schemas_that_were_named_are_granted_in(guarded: SimpleNamespace) -> None:
    """Whoever writes a registry says what its table is."""
    made = "CREATE SCHEMA payroll AUTHORIZATION granter; CREATE TABLE payroll.users (postcode text)"
    guarded.stores.run(made)
    guarded.view.source.location = "payroll.users"
    guarded.view.source.save()
    switched_on(guarded)
    approved(guarded, guarded.postcode)
    enforce(guarded.connection)
    assert "may give no rights in schema payroll" in Grant.objects.get().problem


def test_a_hostile_source_stays_a_name(guarded: SimpleNamespace) -> None:
    guarded.view.source.field_mapping = {'x") ON features.users TO PUBLIC; --': "postcode"}
    guarded.view.source.save()
    switched_on(guarded)
    approved(guarded, guarded.postcode)
    enforce(guarded.connection)
    assert "column" in Grant.objects.get().problem
    assert not may_read(guarded.stores, "postcode")
    guarded.view.source.location = 'features.users" TO PUBLIC; --'
    guarded.view.source.save()
    enforce(guarded.connection)
    assert "is not the name of a table" in Grant.objects.get().problem


def test_switched_off_nothing_new_is_given_and_what_was_ends(guarded: SimpleNamespace) -> None:
    switched_on(guarded)
    approved(guarded, guarded.postcode)
    enforce(guarded.connection)
    switch_enforcement(guarded.connection, actor=guarded.cast.owner_a, place="offline", is_on=False)
    approved(guarded, guarded.amount)
    enforce(guarded.connection)
    assert (may_read(guarded.stores, "postcode"), may_read(guarded.stores, "amount")) == (True, False)
    assert Grant.objects.get(version=guarded.amount).state == GrantState.ACTIVE
    revoke_grant(Grant.objects.get(version=guarded.postcode), actor=guarded.cast.member, reason=WHY)
    enforce_all()
    assert not may_read(guarded.stores, "postcode")


@pytest.mark.parametrize(
    "name",
    [
        *('x"; DROP ROLE granter; --', "a b", "a\nb", "", "x" * 64, "public", "PUBLIC", "pg_read_all_data", "default"),
        *("+@all", ">secret", "~*", "роль", "(x)", "none", "-x", "a\x00b", "current_user"),
    ],
)
def test_hostile_names_are_refused(guarded: SimpleNamespace, name: str) -> None:
    with pytest.raises(ValidationError):
        name_account(guarded.connection, actor=guarded.cast.owner_a, place="offline", name=name, consumer=guarded.model)
    assert not StoreAccount.objects.exists()


def test_one_account_is_one_reader(guarded: SimpleNamespace) -> None:
    alice = guarded.cast.owner_a
    name_account(guarded.connection, actor=alice, place="offline", name="svc_ranker", consumer=guarded.model)
    with pytest.raises(ValidationError, match="another reader"):
        name_account(guarded.connection, actor=alice, place="offline", name="svc_ranker", user=alice)


@pytest.mark.parametrize("who", ["viewer", "owner_b", "member", "chair", "auditor", "service"])
def test_who_says_nothing_about_stores(guarded: SimpleNamespace, who: str) -> None:
    actor = getattr(guarded.cast, who)
    with pytest.raises(PermissionDenied):
        name_account(guarded.connection, actor=actor, place="offline", name="svc_ranker", consumer=guarded.model)
    with pytest.raises(PermissionDenied):
        switch_enforcement(guarded.connection, actor=actor, place="offline", is_on=True)


def test_the_right_to_grant_is_enough(guarded: SimpleNamespace) -> None:
    """As docs/enforcement.md has it for who does not own the tables."""
    guarded.stores.run(
        "GRANT USAGE ON SCHEMA features TO bob_role WITH GRANT OPTION",
        "GRANT SELECT ON ALL TABLES IN SCHEMA features TO bob_role WITH GRANT OPTION",
        role="granter",
    )
    switched_on(guarded)
    set_granting_login(guarded.connection, actor=guarded.cast.admin, place="offline", login="bob_role", password="pw")
    approved(guarded, guarded.postcode)
    enforce(guarded.connection)
    assert (may_read(guarded.stores, "user_id, postcode"), may_read(guarded.stores, "email")) == (True, False)
    revoke_grant(Grant.objects.get(), actor=guarded.cast.member, reason=WHY)
    enforce(guarded.connection)
    assert not may_read(guarded.stores, "postcode")


def test_without_the_right_to_grant_it_is_said(guarded: SimpleNamespace) -> None:
    guarded.stores.run("GRANT USAGE ON SCHEMA features TO bob_role", "GRANT SELECT ON features.users TO bob_role")
    switched_on(guarded)
    set_granting_login(guarded.connection, actor=guarded.cast.admin, place="offline", login="bob_role", password="pw")
    approved(guarded, guarded.postcode)
    enforce(guarded.connection)
    assert Grant.objects.get().state == GrantState.FAILED
    assert "PostgreSQL did not give svc_ranker a right" in Grant.objects.get().problem
