"""Pages of policies and purposes: changed by the committee, tried on what was decided, agreed to beforehand."""

from types import SimpleNamespace

import pytest

from governance.actions.proposing import agree_policy
from governance.models import Grant, Policy, PolicyProposal, Purpose, StandingApproval
from registry.models import User
from tests.cast import page_as
from tests.governance.asking import ask, decide, in_days

pytestmark = pytest.mark.django_db
QUASI = "/policies/access/quasi-identifier/"
SAID = {
    "owner_votes": "1", "committee_votes": "2", "most_days": "30", "emergency_hours": "2", "silence": "revoke",
    "conditions": "Delete after training.\nNo copies.", "reason": "Too many were granted.",
}  # fmt: skip


def agreed(second: User) -> None:
    """The second reader agrees to what is proposed."""
    agree_policy(PolicyProposal.objects.open().get(), actor=second)


def test_everybody_reads_policies_and_the_committee_changes_them(asking: SimpleNamespace) -> None:
    listed = page_as(asking.cast.viewer).get("/policies/?of=access").content.decode()
    assert "The owner and 1 of the committee" in listed
    assert b"Change it" not in page_as(asking.cast.viewer).get(QUASI).content
    assert page_as(asking.cast.owner_a).post(QUASI, SAID).status_code == 403
    mia = page_as(asking.cast.member)
    assert mia.post(QUASI, SAID | {"reason": "No."}).status_code == 422
    assert mia.post(QUASI, SAID | {"committee_votes": "9"}).status_code == 422
    mia.post(QUASI, SAID)
    assert "waits for a second reader" in mia.get(QUASI).content.decode()
    agreed(asking.cast.chair)
    made = Policy.objects.current().get(privacy_class="quasi-identifier")
    assert (made.number, made.committee_votes, made.most_days) == (2, 2, 30)
    assert made.conditions == ["Delete after training.", "No copies."]
    assert "Too many were granted." in mia.get(QUASI).content.decode()
    assert mia.get("/policies/access/nothing/").status_code == 404
    assert mia.get("/policies/?of=purposes").status_code == 302


def test_tried_first_it_says_what_it_would_have_altered(asking: SimpleNamespace) -> None:
    for days, verdict in ((90, "approve"), (20, "approve"), (90, "deny")):
        request = ask(asking, asking.postcode, days=days)
        reason = "" if verdict == "approve" else "Use the region instead."
        decide(request, asking.cast.owner_a)
        decide(request, asking.cast.member, verdict, reason=reason)
        Grant.objects.filter(state="active").update(state="revoked", ended_at="2026-01-01T00:00:00Z")
    page = page_as(asking.cast.member).post(QUASI, SAID | {"try": "1"}).content.decode()
    assert "would have altered 3 of the last 3 requests" in page
    assert "2 of the committee, not 1." in page
    assert "It was for 90 days, and 30 would be the most." in page
    assert Policy.objects.filter(privacy_class="quasi-identifier").count() == 1


def test_a_policy_of_an_environment_comes_and_goes(asking: SimpleNamespace) -> None:
    mia = page_as(asking.cast.member)
    place = {"privacy_class": "quasi-identifier", "setting": "online", "environment": "staging"}
    assert (
        "Nothing has been asked for yet"
        in mia.post("/policies/access/new/", SAID | place | {"try": "1"}).content.decode()
    )
    mia.post("/policies/access/new/", SAID | place)
    agreed(asking.cast.chair)
    address = "/policies/access/quasi-identifier.online.staging/"
    assert mia.get(address).status_code == 200
    assert mia.post(f"{QUASI}end", {"reason": "It is not needed."}).status_code == 422
    mia.post(f"{address}end", {"reason": "It is not needed."})
    agreed(asking.cast.chair)
    assert not Policy.objects.current().filter(environment="staging").exists()
    assert page_as(asking.cast.viewer).get("/policies/access/new/").status_code == 403


def test_the_owner_agrees_beforehand_and_stops(asking: SimpleNamespace) -> None:
    tab = f"{asking.amount.feature.get_absolute_url()}access/"
    alice = page_as(asking.cast.owner_a)
    assert "Agree beforehand" in alice.get(tab).content.decode()
    assert "Agree beforehand" not in page_as(asking.cast.owner_b).get(tab).content.decode()
    address = "/v/pay/users/beforehand"
    assert page_as(asking.cast.owner_b).post(address, {"reason": "For all of us, please."}).status_code == 403
    back = alice.post(address, {"reason": "Amounts are harmless.", "feature": "amount"})
    assert back["Location"] == tab
    assert StandingApproval.objects.get().reason == "Amounts are harmless."
    assert "Amounts are harmless." in page_as(asking.cast.owner_b).get(tab).content.decode()
    assert ask(asking, asking.amount).state == "approved"
    alice.post(address, {"stop": "1", "feature": "\0"})
    assert StandingApproval.objects.get().ended_at is not None


def test_purposes_are_listed_with_who_uses_them(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    decide(request, asking.cast.owner_a)
    decide(request, asking.cast.member)
    lines = b"".join(page_as(asking.cast.auditor).get("/purposes/?format=csv")).decode()  # type: ignore[call-overload]
    fraud = next(line for line in lines.splitlines() if line.startswith("fraud"))
    assert fraud.endswith(",4,1")
    page = page_as(asking.cast.auditor).get("/purposes/fraud/").content.decode()
    assert "model:fraud-ranker" in page
    assert str(asking.postcode) in page
    assert "model:fraud-ranker" not in page_as(asking.cast.viewer).get("/purposes/fraud/").content.decode()
    assert page_as(asking.cast.viewer).get("/purposes/").status_code == 200


def test_registered_changed_and_ended(asking: SimpleNamespace) -> None:
    said = {"description": "Tell people that theirs was used.", "legal_basis": "contract", "review_on": in_days(90)}
    mia = page_as(asking.cast.member)
    assert page_as(asking.cast.owner_a).get("/purposes/new/").status_code == 403
    assert mia.post("/purposes/new/", said | {"name": "Service Messages"}).status_code == 422
    mia.post("/purposes/new/", said | {"name": "service_messages"})
    made = Purpose.objects.get(name="service_messages")
    mia.post(made.get_absolute_url(), said | {"review_on": in_days(120)})
    made.refresh_from_db()
    assert made.review_on == in_days(120)
    assert mia.post(made.get_absolute_url(), said | {"review_on": in_days(-1)}).status_code == 422
    for who in (asking.cast.owner_a, asking.cast.admin, asking.cast.viewer):
        assert page_as(who).post(f"{made.get_absolute_url()}end", {"reason": "It is over."}).status_code == 403
    assert mia.post(f"{made.get_absolute_url()}end", {"reason": "No."}).status_code == 422
    mia.post(f"{made.get_absolute_url()}end", {"reason": "It is over now."})
    made.refresh_from_db()
    assert made.ended_at is not None
    assert b"Change it" not in mia.get(made.get_absolute_url()).content
