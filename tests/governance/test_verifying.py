"""What stores let accounts read, compared with what was granted. Nothing is changed by looking."""

from types import SimpleNamespace

import pytest

from governance.actions.enforcing import enforce
from governance.actions.verifying import verify
from governance.models import Enforcement, RightFinding
from registry.models import Message
from tests.governance.guarding import approved, make_guarded, switched_on
from tests.stores import Stores

pytestmark = pytest.mark.django_db


def found(kind: str) -> set[tuple[str, str]]:
    rows = RightFinding.objects.open().filter(kind=kind).select_related("feature")
    return {(one.account, one.feature.name if one.feature else "") for one in rows}


def test_as_granted_there_is_nothing_to_say(guarded: SimpleNamespace) -> None:
    switched_on(guarded)
    approved(guarded, guarded.postcode)
    enforce(guarded.connection)
    verify(guarded.connection)
    assert (found("extra"), found("absent"), found("unknown")) == (set(), set(), set())
    assert {account for account, _ in found("own")} == {"measurer", "granter"}
    assert {account for account, _ in found("nature")} == {"postgres"}
    store = Enforcement.objects.get()
    assert (store.checked, store.problem, store.checked_at is None) == (4, "", False)


def test_a_right_planted_behind_its_back_is_found_and_told_once(guarded: SimpleNamespace) -> None:
    guarded.stores.run(
        "GRANT USAGE ON SCHEMA features TO svc_other",
        "GRANT SELECT (email) ON features.users TO svc_other",
        role="granter",
    )
    verify(guarded.connection)
    assert found("extra") == {("svc_other", "email")}
    said = str(RightFinding.objects.open().with_names().get(kind="extra"))
    assert said == (
        "svc_other can read pay.users.email without a grant: "
        "it has a right on the column, and nobody has said who it is"
    )
    verify(guarded.connection)
    assert Message.objects.filter(event="access.right_found").count() == 1
    guarded.stores.run("REVOKE SELECT (email) ON features.users FROM svc_other", role="granter")
    verify(guarded.connection)
    assert found("extra") == set()
    assert RightFinding.objects.get(kind="extra").gone_at is not None


TO_ANALYSTS = "GRANT SELECT (email) ON features.users TO analysts"


@pytest.mark.parametrize(
    ("planted", "account", "how"),
    [
        ("GRANT SELECT ON features.users TO bob_role", "bob_role", "has a right on the whole table"),
        ("GRANT SELECT (email) ON features.users TO PUBLIC", "PUBLIC", "lets everybody read it"),
        (f"{TO_ANALYSTS}; GRANT analysts TO bob_role", "bob_role", "through analysts"),
        (f"{TO_ANALYSTS}; GRANT analysts TO bob_role WITH INHERIT FALSE", "bob_role", "through analysts"),
        (f"{TO_ANALYSTS}; GRANT analysts TO svc_other; GRANT svc_other TO bob_role", "bob_role", "through analysts"),
    ],
)
def test_every_way_to_read_is_seen(guarded: SimpleNamespace, planted: str, account: str, how: str) -> None:
    guarded.stores.run("GRANT USAGE ON SCHEMA features TO PUBLIC", planted)
    verify(guarded.connection)
    row = RightFinding.objects.open().get(kind="extra", account=account, feature=guarded.email.feature)
    assert how in row.how


@pytest.mark.parametrize(
    ("planted", "how"),
    [
        ("GRANT granter TO bob_role", "belongs to its owner granter"),
        ("GRANT pg_read_all_data TO bob_role", "reads everything"),
        ("ALTER ROLE bob_role SUPERUSER", "is a superuser"),
    ],
)
def test_whoever_reads_by_nature_is_said_as_such(guarded: SimpleNamespace, planted: str, how: str) -> None:
    guarded.stores.run(planted)
    verify(guarded.connection)
    assert how in RightFinding.objects.open().get(kind="nature", account="bob_role").how
    assert found("extra") == set()


def test_a_closed_schema_gives_nothing(guarded: SimpleNamespace) -> None:
    guarded.stores.run("GRANT SELECT ON features.users TO bob_role", role="granter")
    verify(guarded.connection)
    assert found("extra") == set()


def test_granted_but_not_there(guarded: SimpleNamespace) -> None:
    switched_on(guarded)
    approved(guarded, guarded.postcode)
    enforce(guarded.connection)
    guarded.stores.run("REVOKE SELECT (postcode) ON features.users FROM svc_ranker", role="granter")
    verify(guarded.connection)
    assert found("absent") == {("svc_ranker", "postcode")}


def test_what_cannot_be_asked_is_unknown(guarded: SimpleNamespace) -> None:
    guarded.stores.run("ALTER TABLE features.users RENAME COLUMN email TO mail", role="granter")
    verify(guarded.connection)
    assert found("unknown") == {("", "email")}
    guarded.connection.settings = {
        **guarded.connection.settings,
        "offline_url": "postgresql://x@/charter?host=/nowhere",
    }
    guarded.connection.save()
    verify(guarded.connection)
    assert "did not let us in" in Enforcement.objects.get().problem
    assert found("unknown") == {("", "email")}  # as it was seen last


def test_users_of_valkey(asking: SimpleNamespace, stores: Stores) -> None:
    online = make_guarded(asking, stores, is_online=True)
    switched_on(online, "online")
    with stores.client() as client:
        rules = {
            "svc_other": ["on", ">pw", "+@read", "-hgetall", "~*user_id*"],
            "svc_off": ["off", "+@all", "~*"],
            "svc_write": ["on", ">pw", "+@all", "%W~*"],
            "svc_none": ["on", ">pw", "+@read", "-@hash", "~*"],
        }
        for name, words in rules.items():
            client.execute_command("ACL", "SETUSER", name, *words)
        verify(online.connection)
        extra = {account for account, _ in found("extra")}
        for name in rules:
            client.execute_command("ACL", "DELUSER", name)
    # DUMP is a reading command that is of no category of hashes.
    assert extra == {"svc_other", "svc_none"}
    assert ("svc_other", "email") in found("extra")


def test_looking_changes_nothing(guarded: SimpleNamespace) -> None:
    asked = (
        "SELECT relacl::text FROM pg_class WHERE relname = 'users' UNION ALL "
        "SELECT attacl::text FROM pg_attribute WHERE attrelid = 'features.users'::regclass"
    )
    before = guarded.stores.run(asked)
    verify(guarded.connection)
    assert guarded.stores.run(asked) == before


def test_who_sees_findings(guarded: SimpleNamespace) -> None:
    guarded.stores.run(
        "GRANT USAGE ON SCHEMA features TO svc_other; GRANT SELECT ON features.users TO svc_other", role="granter"
    )
    verify(guarded.connection)
    people = {name: one for name, one in vars(guarded.cast).items() if hasattr(one, "role_names")}
    seen = {name for name, one in people.items() if RightFinding.objects.visible_to(one).exists()}
    assert seen == {"owner_a", "member", "chair", "auditor", "admin"}
