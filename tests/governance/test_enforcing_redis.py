"""A grant becomes a rule of a user in Valkey, where keys are all that can be told apart."""

from types import SimpleNamespace
from typing import Any

import pytest
import redis

from governance.actions.enforcing import enforce
from governance.actions.granting import revoke_grant
from governance.models import Grant, GrantState, StoreRight
from tests.connectors.feast_bytes import entity_key
from tests.governance.guarding import approved, make_guarded, switched_on
from tests.stores import Stores

pytestmark = pytest.mark.django_db
WHY = "Nobody needs it any longer."
KEY = entity_key(user_id=1) + b"pay"


@pytest.fixture
def online(asking: SimpleNamespace, stores: Stores) -> SimpleNamespace:
    return make_guarded(asking, stores, is_online=True)


def read(online: SimpleNamespace, key: bytes = KEY) -> Any:
    """What the model's own user gets; None where it is refused."""
    with online.stores.client("svc_ranker", "pw") as client:
        try:
            return client.hgetall(key)
        except redis.exceptions.NoPermissionError:
            return None


def test_keys_are_given_once_all_that_they_show_is_granted(online: SimpleNamespace) -> None:
    switched_on(online, "online")
    approved(online, online.amount, setting="online")
    enforce(online.connection)
    grant = Grant.objects.get()
    assert grant.state == GrantState.FAILED
    assert "It would show pay.users.email, pay.users.health, pay.users.postcode as well" in grant.problem
    assert read(online) is None


def without_others(online: SimpleNamespace) -> None:
    for version in (online.email, online.health):
        version.feature.privacy_class = "none"
        version.feature.save()


def test_the_user_reads_these_keys_and_no_others(online: SimpleNamespace) -> None:
    without_others(online)
    switched_on(online, "online")
    approved(online, online.amount, online.postcode, setting="online")
    enforce(online.connection)
    assert {one.state for one in Grant.objects.all()} == {GrantState.ACTIVE}
    assert set(read(online) or ()) > {b"_ts:users"}
    for other in (entity_key(user_id=1) + b"shop", entity_key(card_id=1) + b"pay", b"session:1"):
        assert read(online, other) is None
    with online.stores.client("svc_ranker", "pw") as client:
        assert client.get("own:1") is None  # what the platform team gave
        with pytest.raises(redis.exceptions.NoPermissionError):
            client.hset(KEY, "x", "y")
    revoke_grant(Grant.objects.get(version=online.amount), actor=online.cast.member, reason=WHY)
    enforce(online.connection)
    assert read(online) is None  # they show what was revoked, too
    with online.stores.client("svc_ranker", "pw") as client:
        assert client.get("own:1") is None
    assert {one.state for one in StoreRight.objects.all()} == {"gone"}


def test_a_user_is_never_made(online: SimpleNamespace) -> None:
    without_others(online)
    switched_on(online, "online", account="svc_unknown")
    approved(online, online.amount, online.postcode, setting="online")
    enforce(online.connection)
    assert all("Redis has no user svc_unknown" in one.problem for one in Grant.objects.all())
    assert "svc_unknown" not in online.stores.client().acl_users()


def test_other_rules_of_the_user_stay(online: SimpleNamespace) -> None:
    without_others(online)
    with online.stores.client() as client:
        client.execute_command("ACL", "SETUSER", "svc_ranker", "(~cache:* +get +set)")
    switched_on(online, "online")
    approved(online, online.amount, online.postcode, setting="online")
    enforce(online.connection)
    for one in Grant.objects.all():
        revoke_grant(one, actor=online.cast.member, reason=WHY)
    enforce(online.connection)
    with online.stores.client("svc_ranker", "pw") as client:
        assert client.set("cache:1", "x")
    assert read(online) is None
