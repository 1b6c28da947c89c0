"""Access through page, API and command: the same life, the same refusals, the same rows."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import messages

from governance.models import AccessRequest, Grant, RequestState
from tests.cast import api_as, page_as
from tests.governance.asking import WHY, ask, decide
from tests.sdk.conftest import Run, as_user, charter

__all__ = ["as_user", "charter"]  # fixtures
pytestmark = pytest.mark.django_db
API = "/api/v1"
REASON = "Use the region instead of it."


class Door:
    """Each verb answers 200 (done), 403, 404, or 422 (not possible)."""

    def __init__(self, asking: SimpleNamespace, user: Any, run: Any) -> None:
        self.asking, self.user, self.run = asking, user, run


class Page(Door):
    def _sent(self, path: str, **said: Any) -> int:
        """What is not possible is told with the form again, or by a message on the page that follows."""
        browser = page_as(self.user)
        answer = browser.post(path, said)
        if answer.status_code != 302:
            return answer.status_code
        said_then = browser.get(answer["Location"]).context["messages"]
        return 422 if any(one.level == messages.ERROR for one in said_then) else 200

    def ask(self, *versions: Any, purpose: str = "fraud", why: str = WHY, days: int = 90, mine: bool = False) -> int:
        browser = page_as(self.user)
        for version in versions:
            added = browser.get(f"/requests/new?f={version}")
            if added.status_code != 302:
                return added.status_code
        said = {"purpose": getattr(self.asking, purpose).pk, "why": why, "setting": "offline", "days": days,
                "consumer": "" if mine else self.asking.model.pk}  # fmt: skip
        answer = browser.post("/requests/new", said)
        return 200 if answer.status_code == 302 else answer.status_code

    def decide(self, request: AccessRequest, verdict: str, *, reason: str = "", days: int | str = "") -> int:
        items = [item.pk for item in request.items.filter(outcome="pending")]
        said = {"verdict": verdict, "reason": reason, "days": days, "items": items, "setting": "", "conditions": ""}
        return self._sent(request.get_absolute_url(), **said)

    def withdraw(self, request: AccessRequest) -> int:
        return self._sent(f"{request.get_absolute_url()}withdraw")

    def revoke(self, grant: Grant, reason: str) -> int:
        return self._sent(f"{grant.get_absolute_url()}revoke", reason=reason)

    def extend(self, grant: Grant) -> int:
        return self._sent(f"{grant.get_absolute_url()}renew")


class Api(Door):
    def _client(self) -> Any:
        return api_as(self.user, "access:request", "access:decide")

    def _sent(self, path: str, said: dict[str, Any], **headers: Any) -> int:
        status = self._client().post(f"{API}/{path}", said, format="json", headers=headers).status_code
        return {201: 200}.get(status, status)

    def ask(self, *versions: Any, purpose: str = "fraud", why: str = WHY, days: int = 90, mine: bool = False) -> int:
        said = {"features": [str(one) for one in versions], "purpose": purpose, "why": why, "days": days}
        return self._sent("access-requests", said | ({} if mine else {"consumer": "model:fraud-ranker"}))

    def decide(self, request: AccessRequest, verdict: str, *, reason: str = "", days: int | str = "") -> int:
        said = {"verdict": verdict, "reason": reason} | ({"days": days} if days else {})
        return self._sent(f"access-requests/{request}/decisions", said, if_match="*")

    def withdraw(self, request: AccessRequest) -> int:
        return self._sent(f"access-requests/{request}/withdraw", {})

    def revoke(self, grant: Grant, reason: str) -> int:
        return self._sent(f"grants/{grant}/revoke", {"reason": reason})

    def extend(self, grant: Grant) -> int:
        return self._sent(f"grants/{grant}/extend", {})


class Command(Door):
    def _said(self, *arguments: str) -> int:
        done = self.run(*arguments, user=self.user)
        assert "Traceback" not in done.err
        if done.code == 0:
            return 200
        if "You may not" in done.err:
            return 403
        return 404 if "There is no such thing" in done.err else 422

    def ask(self, *versions: Any, purpose: str = "fraud", why: str = WHY, days: int = 90, mine: bool = False) -> int:
        who = [] if mine else ["--for", "model:fraud-ranker"]
        keys = [str(one) for one in versions]
        return self._said("request-access", *keys, *who, "--purpose", purpose, "--days", str(days), "--why", why)

    def decide(self, request: AccessRequest, verdict: str, *, reason: str = "", days: int | str = "") -> int:
        more = ["--days", str(days)] if days else []
        return self._said("decide", str(request), verdict, "--reason", reason, *more)

    def withdraw(self, request: AccessRequest) -> int:
        return self._said("withdraw", str(request))

    def revoke(self, grant: Grant, reason: str) -> int:
        return self._said("revoke", str(grant), "--reason", reason)

    def extend(self, grant: Grant) -> int:
        return self._said("extend", str(grant))


# The command is another process, which sees only what is committed.
DOORS = (Page, Api, pytest.param(Command, marks=pytest.mark.django_db(transaction=True)))


@pytest.fixture
def through(asking: SimpleNamespace, request: pytest.FixtureRequest) -> Callable[[Any, str], Any]:
    def opened(door: Any, who: str) -> Any:
        run = request.getfixturevalue("charter") if door is Command else None
        return door(asking, getattr(asking.cast, who), run)

    return opened


@pytest.mark.parametrize("door", DOORS)
def test_a_life(through: Any, asking: SimpleNamespace, door: Any) -> None:
    bob, alice, mia = (through(door, who) for who in ("owner_b", "owner_a", "member"))
    assert bob.ask(asking.postcode, asking.amount) == 200
    request = AccessRequest.objects.get()
    assert mia.decide(request, "approve") == 422  # the owner first
    assert alice.decide(request, "approve", days=60) == 200
    assert alice.decide(request, "approve") == 422
    assert mia.decide(request, "approve") == 200
    request.refresh_from_db()
    assert (request.state, Grant.objects.count()) == (RequestState.APPROVED, 2)
    grant = Grant.objects.get(version=asking.postcode)
    assert (grant.lasts.days, grant.consumer) == (60, asking.model)
    assert bob.extend(grant) == 200
    assert bob.withdraw(AccessRequest.objects.get(renews=grant)) == 200
    assert alice.revoke(grant, "no") == 422
    assert alice.revoke(grant, "Nobody needs it any longer.") == 200
    assert alice.revoke(grant, "Nobody needs it any longer.") == 422


# Who asks for what, and how each door answers.
ASKED = [
    ("owner_b", {}, 200), ("viewer", {"mine": True}, 200), ("owner_a", {"mine": True}, 200),
    ("member", {"mine": True}, 200), ("admin", {"mine": True}, 200), ("auditor", {"mine": True}, 403),
    ("owner_b", {"why": "Short."}, 422), ("owner_b", {"days": 181}, 422), ("owner_b", {"days": 0}, 422),
    ("viewer", {}, 422),
]  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
def test_asking(through: Any, asking: SimpleNamespace, door: Any) -> None:
    for who, said, status in ASKED:
        before = AccessRequest.objects.sent().count()
        assert through(door, who).ask(asking.postcode, **said) == status, (who, said)
        assert AccessRequest.objects.sent().count() == before + (status == 200), (who, said)


@pytest.mark.parametrize("door", DOORS)
def test_deciding(through: Any, asking: SimpleNamespace, door: Any) -> None:
    request = ask(asking, asking.postcode)
    for who, verdict, said, status in (
        ("viewer", "approve", {}, 404), ("owner_b", "approve", {}, 403), ("auditor", "approve", {}, 403),
        ("admin", "approve", {}, 403), ("member", "approve", {}, 422), ("owner_a", "yes", {}, 422),
        ("owner_a", "deny", {}, 422), ("owner_a", "approve", {"days": 91}, 422), ("owner_b", "deny", {}, 403),
        ("owner_a", "deny", {"reason": REASON}, 200), ("owner_a", "approve", {}, 422),
    ):  # fmt: skip
        assert through(door, who).decide(request, verdict, **said) == status, (who, verdict, said)
    request.refresh_from_db()
    assert request.state == RequestState.DENIED


@pytest.mark.parametrize("door", DOORS)
def test_ending(through: Any, asking: SimpleNamespace, door: Any) -> None:
    request = ask(asking, asking.postcode)
    assert [through(door, who).withdraw(request) for who in ("viewer", "owner_a", "member")] == [404, 403, 403]
    decide(request, asking.cast.owner_a)
    decide(request, asking.cast.member)
    grant = Grant.objects.get()
    assert through(door, "owner_b").withdraw(request) == 422
    said = [through(door, who).revoke(grant, "Nobody needs it any longer.") for who in ("viewer", "auditor")]
    assert said == [404, 403]
    assert [through(door, who).extend(grant) for who in ("viewer", "owner_a", "auditor")] == [404, 403, 403]
    assert through(door, "owner_b").revoke(grant, "Nobody needs it any longer.") == 200


SEES = {"viewer": 0, "owner_a": 1, "owner_b": 1, "member": 1, "auditor": 1, "admin": 1}


@pytest.mark.django_db(transaction=True)
def test_everybody_reads_the_same_rows(asking: SimpleNamespace, charter: Run) -> None:
    request = ask(asking, asking.postcode)
    decide(request, asking.cast.owner_a)
    decide(request, asking.cast.member)
    for who, sees in SEES.items():
        user = getattr(asking.cast, who)
        for words, path, of in ((("requests", "--all"), "access-requests", "decided"), (("grants",), "grants", "")):
            row = request if path == "access-requests" else Grant.objects.get()
            page = page_as(user).get(f"/{words[0]}/", {"of": of}).content.decode()
            told = api_as(user, "access:request").get(f"{API}/{path}").json()["data"]
            said = json.loads(charter(*words, "--json", user=user).out) if who in ("viewer", "owner_b") else told
            assert [len(told), len(said), int(row.get_absolute_url() in page)] == [sees] * 3, (who, path)
