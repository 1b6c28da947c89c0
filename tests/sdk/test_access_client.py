"""Access from Python: the same for those who wait and those who await."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from charter.errors import ChangedMeanwhile, Forbidden, Refused
from charter.registry import AsyncRegistry, Registry
from tests.cast import token_for
from tests.governance.asking import WHY, make_asking
from tests.sdk.conftest import SCOPES, Run

pytestmark = pytest.mark.django_db(transaction=True)
SAID = {"purpose": "fraud", "why": WHY, "days": 90, "consumer": "model:fraud-ranker"}


@pytest.fixture
def asking(cast: SimpleNamespace) -> SimpleNamespace:
    return make_asking(cast)


def test_asked_decided_held_and_ended(asking: SimpleNamespace, live_server: Any, charter: Run) -> None:
    cast = asking.cast
    tokens = {who: token_for(getattr(cast, who), *SCOPES) for who in ("owner_b", "owner_a", "member")}
    bob, alice, mia = (Registry(live_server.url, token) for token in tokens.values())
    with bob, alice, mia:
        tried = bob.request_access(["pay.users.postcode"], dry_run=True, **SAID)
        assert (tried.features, bob.access_requests()) == (["pay.users.postcode@1"], [])
        asked = bob.request_access(["pay.users.postcode"], **SAID)
        with pytest.raises(Refused) as refused:
            bob.request_access(["pay.users.email", "pay.users.postcode"], **SAID)
        assert [(one["pointer"], one["code"]) for one in refused.value.errors] == [("/features/1", "asked")]
        with pytest.raises(Forbidden):
            bob.decide(asked.id, "approve")
        read = alice.access_request(asked.id)
        assert [one.id for one in alice.inbox().decide] == [asked.id]
        alice.decide(asked.id, "changes", reason="Sixty days will do.", etag=read.etag)
        bob.change_request(asked.id, days=60)
        with pytest.raises(ChangedMeanwhile):
            alice.decide(asked.id, "approve", etag=read.etag)
        alice.decide(asked.id, "approve")
        made = mia.decide(asked.id, "approve", conditions=["No export."])
        assert (made.state, made.items[0].outcome) == ("approved", "approved")
        [grant] = bob.grants(mine=True)
        assert (grant.holds, grant.conditions, grant.feature) == (True, ["No export."], "pay.users.postcode@1")
        assert [one.verdict for one in bob.check(consumer="model:fraud-ranker").data] == ["warning"]  # never measured
        assert [one.name for one in bob.purposes()] == ["fraud", "marketing"]
        told = charter("check", "--consumer", "model:fraud-ranker", user=cast.owner_b)
        assert f"Access until {grant.ends_at:%Y-%m-%d} for fraud ({grant.id})." in told.out

        async def ask() -> tuple[Any, Any]:
            async with AsyncRegistry(live_server.url, tokens["owner_b"]) as client:
                return await client.grants(), await client.access_request(asked.id)

        with ThreadPoolExecutor(1) as pool:  # a browser's loop may live in this thread
            held, request = pool.submit(lambda: asyncio.run(ask())).result()
        assert (held, request.decisions[-1].verdict) == ([grant], "approve")
        ended = bob.revoke_grant(grant.id, reason="The model is switched off.")
        assert (ended.state, bob.grants(), len(bob.grants(state=None))) == ("revoked", [], 1)
