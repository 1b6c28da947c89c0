"""Four eyes on policies: proposed by one of the committee, read by another, and only then so."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from governance.actions.policies import change_policy
from governance.actions.proposing import agree_policy, propose_end, propose_policy, reject_policy, withdraw_policy
from governance.models import Committee, Policy, PolicyProposal, PolicyVote, ProposalState
from governance.queries.committee import members
from governance.queries.inbox import waiting_count
from governance.queries.proposals import tried
from registry.actions.action import decided_by
from registry.models import AuditEntry, User
from tests.cast import api_as, page_as
from tests.governance.asking import ask

pytestmark = pytest.mark.django_db
WHY = "Too many were granted."
QUASI = {"privacy_class": "quasi-identifier"}


def proposed(asking: SimpleNamespace, **said: Any) -> PolicyProposal:
    terms = {"committee_votes": 2, "most_days": 30} | said
    return propose_policy(None, actor=asking.cast.member, **QUASI, reason=WHY, **terms)


def current() -> Policy:
    return Policy.objects.current().get(**QUASI)


def third(asking: SimpleNamespace) -> User:
    """One more of the committee."""
    made = User.objects.create(username="thea")
    made.groups.set(asking.cast.member.groups.all())
    return made


def refused(work: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        work()
    return " ".join(caught.value.messages)


def test_nothing_changes_until_a_second_one_agrees(asking: SimpleNamespace) -> None:
    row = proposed(asking)
    assert (current().number, row.state, row.former) == (1, ProposalState.OPEN, current())
    done = agree_policy(row, actor=asking.cast.chair)
    assert (done.state, done.made, done.decided_by) == (ProposalState.TAKEN, current(), asking.cast.chair)
    now = current()
    assert (now.number, now.committee_votes, now.most_days, now.created_by) == (2, 2, 30, asking.cast.member)
    assert "is decided" in refused(lambda: agree_policy(row, actor=asking.cast.chair))
    entries = dict(AuditEntry.objects.filter(action__contains="policy").values_list("action", "reason"))
    assert entries == {"governance.propose_policy": WHY, "governance.change_policy": WHY, "governance.agree_policy": ""}


@pytest.mark.parametrize("who", ["viewer", "owner_a", "auditor", "admin", "member"])
def test_who_agrees_is_somebody_else_of_the_committee(asking: SimpleNamespace, who: str) -> None:
    row, actor = proposed(asking), getattr(asking.cast, who)
    with pytest.raises(PermissionDenied):
        agree_policy(row, actor=actor)
    with pytest.raises(PermissionDenied):
        reject_policy(row, actor=actor, reason=WHY)
    assert current().number == 1


def test_the_action_refuses_too(asking: SimpleNamespace) -> None:
    """Should a rule ever let the one who proposes it through."""
    row = proposed(asking)
    with decided_by("a test"):
        assert "somebody else reads it" in refused(lambda: agree_policy(row, actor=asking.cast.member))


@pytest.mark.parametrize("who", ["member", "chair", "admin"])
def test_nobody_changes_a_policy_alone(asking: SimpleNamespace, who: str) -> None:
    with pytest.raises(PermissionDenied):
        change_policy(None, actor=getattr(asking.cast, who), proposed_by=asking.cast.member, **QUASI, reason=WHY)


def test_the_quorum_may_ask_for_more(asking: SimpleNamespace) -> None:
    Committee.objects.update_or_create(pk=1, defaults={"quorum": 3})
    row, thea = proposed(asking), third(asking)
    assert agree_policy(row, actor=asking.cast.chair).state == ProposalState.OPEN
    assert "already" in refused(lambda: agree_policy(row, actor=asking.cast.chair))
    assert agree_policy(row, actor=thea).state == ProposalState.TAKEN


def test_who_left_the_committee_stands_behind_nothing(asking: SimpleNamespace) -> None:
    row, thea = proposed(asking), third(asking)
    asking.cast.member.groups.clear()
    assert agree_policy(row, actor=asking.cast.chair).state == ProposalState.OPEN
    assert agree_policy(row, actor=thea).state == ProposalState.TAKEN


def test_a_committee_of_one_says_so(asking: SimpleNamespace) -> None:
    for other in members().exclude(pk=asking.cast.member.pk):
        other.groups.clear()
    row = proposed(asking)
    assert (row.state, row.is_alone, current().number) == (ProposalState.TAKEN, True, 2)
    entry = AuditEntry.objects.get(action="governance.propose_policy")
    assert entry.changes["read_by_nobody_else"][1].startswith("Nobody else is on the committee")
    page = page_as(asking.cast.member).get(row.get_absolute_url()).content.decode()
    assert "Nobody else has read it." in page
    Committee.objects.update_or_create(pk=1, defaults={"quorum": 2})
    assert proposed(asking, most_days=20).state == ProposalState.OPEN  # the committee says that one is not enough


def test_rejected_and_withdrawn_with_a_reason(asking: SimpleNamespace) -> None:
    row, no = proposed(asking), "It would stop all work."
    refused(lambda: reject_policy(row, actor=asking.cast.chair, reason="No."))
    assert reject_policy(row, actor=asking.cast.chair, reason=no).why == no
    again = proposed(asking)
    with pytest.raises(PermissionDenied):
        withdraw_policy(again, actor=asking.cast.chair, reason=WHY)
    assert withdraw_policy(again, actor=asking.cast.member, reason=WHY).state == ProposalState.WITHDRAWN
    assert current().number == 1


def test_one_at_a_time(asking: SimpleNamespace) -> None:
    row = proposed(asking)
    assert str(row) in refused(lambda: proposed(asking, most_days=7))
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyProposal.objects.create(**QUASI, reason=WHY, proposed_by=asking.cast.chair)


def test_what_was_read_is_what_takes_effect(asking: SimpleNamespace) -> None:
    """Another version meanwhile, or other terms than those that were read: neither."""
    row = proposed(asking)
    with pytest.raises(DatabaseError), transaction.atomic():
        PolicyProposal.objects.update(terms={"most_days": 700})
    former = current()
    Policy.objects.filter(pk=former.pk).update(ended_at=timezone.now())
    terms = {name: getattr(former, name) for name in ("owner_votes", "committee_votes", "most_days")}
    Policy.objects.create(**QUASI, number=2, **terms)
    assert "Another version decides" in refused(lambda: agree_policy(row, actor=asking.cast.chair))


def test_the_database_knows_four_eyes(asking: SimpleNamespace) -> None:
    row, mia = proposed(asking), asking.cast.member
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyProposal.objects.update(state="taken", decided_by=mia, decided_at=timezone.now())
    PolicyVote.objects.create(proposal=row, voter=asking.cast.chair)
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyVote.objects.create(proposal=row, voter=asking.cast.chair)


def test_the_second_reader_sees_what_it_would_have_altered(asking: SimpleNamespace) -> None:
    ask(asking, asking.postcode, days=90)
    row = proposed(asking)
    page = page_as(asking.cast.chair).get(row.get_absolute_url()).content.decode()
    assert "would have altered 1 of the last 1 requests" in page
    assert "It was for 90 days, and 30 would be the most." in page
    assert "<td>180</td><td>30</td>" in page
    assert "I have read it and agree" in page
    assert "I have read it and agree" not in page_as(asking.cast.member).get(row.get_absolute_url()).content.decode()


def test_the_end_of_a_policy_is_tried_as_well(asking: SimpleNamespace) -> None:
    special = propose_policy(
        None, actor=asking.cast.member, **QUASI, setting="offline", owner_votes=1, committee_votes=3, most_days=90,
        reason=WHY,
    )  # fmt: skip
    agree_policy(special, actor=asking.cast.chair)
    ask(asking, asking.postcode, days=90)
    policy = Policy.objects.current().get(setting="offline", **QUASI)
    end = propose_end(policy, actor=asking.cast.member, reason=WHY)
    [altered] = tried(end).altered
    assert [one.text for one in altered.effects] == ["1 of the committee, not 3."]
    agree_policy(end, actor=asking.cast.chair)
    policy.refresh_from_db()
    assert policy.ended_at is not None


def test_it_waits_in_the_inbox_and_on_the_agenda(asking: SimpleNamespace) -> None:
    before = waiting_count(asking.cast.chair)
    row = proposed(asking)
    assert waiting_count(asking.cast.chair) == before + 1
    for path in ("/inbox/", "/committee/?of=agenda", "/policies/?of=access"):
        assert str(row) in page_as(asking.cast.chair).get(path).content.decode(), path
    assert str(row) not in page_as(asking.cast.member).get("/inbox/").content.decode()
    assert str(row) not in page_as(asking.cast.owner_a).get("/policies/?of=access").content.decode()
    assert page_as(asking.cast.owner_a).get(row.get_absolute_url()).status_code == 404
    inbox = api_as(asking.cast.chair, "access:decide").get("/api/v1/me/inbox").json()
    assert [one["id"] for one in inbox["policies"]] == [str(row)]


def by_page(user: User, row: PolicyProposal, verb: str, **said: str) -> int:
    status = page_as(user).post(f"{row.get_absolute_url()}{verb}", said).status_code
    return 200 if status == 302 else status


def by_api(user: User, row: PolicyProposal, verb: str, **said: str) -> int:
    client = api_as(user, "access:decide")
    return client.post(f"/api/v1/policy-proposals/{row}/{verb}", said or None, format="json").status_code


@pytest.mark.parametrize("door", [by_page, by_api])
@pytest.mark.parametrize(
    ("who", "verb", "said", "status", "state"),
    [
        ("chair", "agree", {}, 200, "taken"), ("member", "agree", {}, 403, "open"),
        ("viewer", "agree", {}, 404, "open"), ("chair", "reject", {"reason": WHY}, 200, "rejected"),
        ("chair", "reject", {"reason": "No."}, 422, "open"),
        ("member", "reject", {"reason": WHY}, 403, "open"), ("admin", "agree", {}, 403, "open"),
        ("member", "withdraw", {"reason": WHY}, 200, "withdrawn"),
        ("chair", "withdraw", {"reason": WHY}, 403, "open"),
    ],
)  # fmt: skip
def test_every_door_answers_alike(
    asking: SimpleNamespace, door: Any, who: str, verb: str, said: dict[str, str], status: int, state: str
) -> None:
    row = proposed(asking)
    assert door(getattr(asking.cast, who), row, verb, **said) == status
    row.refresh_from_db()
    assert row.state == state


def test_through_the_api(asking: SimpleNamespace) -> None:
    row = proposed(asking)
    chair = api_as(asking.cast.chair, "access:decide")
    told = chair.get(f"/api/v1/policy-proposals/{row}").json()
    assert (told["policy"], told["state"], told["terms"]["most_days"]) == ("quasi-identifier", "open", 30)
    assert chair.get(f"/api/v1/policy-proposals/{row}/dry-run").json()["altered"] == 0
    assert len(chair.get("/api/v1/policy-proposals?state=open").json()["data"]) == 1
    assert api_as(asking.cast.owner_a, "access:decide").get("/api/v1/policy-proposals").json()["data"] == []
