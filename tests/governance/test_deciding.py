"""Decisions: who may, in which order, how many; less than was asked; taken back; under race."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import Error, transaction
from django.utils import timezone

from governance.actions.committee import change_seat, declare_conflict, name_delegate
from governance.actions.deciding import undo_decision
from governance.models import AccessRequest, Committee, Decision, Grant, GrantState, Outcome, RequestState, Seat
from registry.models import AuditEntry, Membership, Message
from tests.factories import FeatureFactory
from tests.governance.asking import ask, decide, in_days, personal

pytestmark = pytest.mark.django_db


def granted(request: AccessRequest) -> list[Grant]:
    return list(Grant.objects.active().filter(item__request=request))


def test_owner_then_committee_then_granted(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    with pytest.raises(ValidationError, match="others decide first"):
        decide(request, asking.cast.member)
    decide(request, asking.cast.owner_a)
    assert not granted(request)
    decide(request, asking.cast.member, days=30, conditions=["Keep it no longer than the case."])
    [grant] = granted(request)
    assert (grant.consumer, grant.user, grant.team) == (asking.model, None, asking.cast.risk)
    assert grant.ends_at - grant.starts_at == timedelta(days=30)
    assert grant.conditions == ["Keep it no longer than the case."]
    request.refresh_from_db()
    assert request.state == RequestState.APPROVED
    assert Message.objects.filter(event="access.approved").count() == 1


def test_direct_identifiers_need_two_of_the_committee(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.email)
    decide(request, asking.cast.owner_a)
    decide(request, asking.cast.member)
    with pytest.raises(ValidationError, match="does not wait for you"):
        decide(request, asking.cast.owner_a)
    assert not granted(request)
    decide(request, asking.second)
    assert len(granted(request)) == 1


def test_nobody_counts_twice(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.email)
    decide(request, asking.cast.owner_a)
    decide(request, asking.cast.member)
    with pytest.raises(ValidationError, match="already"):
        decide(request, asking.cast.member)
    assert not granted(request)


def test_special_categories_need_the_officer(asking: SimpleNamespace) -> None:
    change_seat(asking.third, actor=asking.cast.chair, starts_on=in_days(-1), is_officer=True)
    request = ask(asking, asking.health)
    for who in (asking.cast.owner_a, asking.cast.member, asking.second):
        decide(request, who)
    assert not granted(request)
    decide(request, asking.third)
    assert len(granted(request)) == 1


def test_the_committees_own_quorum_is_a_floor(asking: SimpleNamespace) -> None:
    Committee.objects.update_or_create(pk=1, defaults={"quorum": 2})
    request = ask(asking, asking.postcode)
    decide(request, asking.cast.owner_a)
    decide(request, asking.cast.member)
    assert not granted(request)
    decide(request, asking.second)
    assert granted(request)


@pytest.mark.parametrize("who", ["viewer", "owner_b", "auditor", "admin", "service"])
def test_who_never_decides(asking: SimpleNamespace, who: str) -> None:
    request = ask(asking, asking.postcode)
    with pytest.raises(PermissionDenied):
        decide(request, getattr(asking.cast, who))
    decide(request, asking.cast.owner_a)
    with pytest.raises(PermissionDenied):
        decide(request, getattr(asking.cast, who))


def test_four_eyes(asking: SimpleNamespace) -> None:
    """Who asks, who runs what would read, who is in a team with them, reports to them, or has an interest."""
    cast = asking.cast
    Membership.objects.create(user=cast.member, team=cast.risk)
    declare_conflict(asking.second, actor=cast.chair, kind="reports-to", person=cast.owner_b)
    declare_conflict(asking.third, actor=asking.third, team=cast.risk, reason="Worked there until May.")
    request = ask(asking, asking.postcode)
    decide(request, cast.owner_a)
    for who, says in ((cast.member, "your own team's"), (asking.second, "reports to"), (asking.third, "declared")):
        with pytest.raises(PermissionDenied):
            decide(request, who)
        from governance.queries.committee import standing

        assert says in standing(who, request, []).why_not
    decide(request, cast.chair)
    assert granted(request)


def test_an_owner_who_asks_does_not_approve(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode, actor=asking.cast.owner_a, consumer=None)
    with pytest.raises(PermissionDenied):
        decide(request, asking.cast.owner_a)
    decide(request, asking.arno)
    decide(request, asking.cast.member)
    assert [grant.user for grant in granted(request)] == [asking.cast.owner_a]


def test_one_more_of_the_committee_where_no_owner_can_decide(asking: SimpleNamespace) -> None:
    orphan = personal(asking.view, "plate", "quasi-identifier")
    type(asking.view).objects.filter(pk=asking.view.pk).update(owner=asking.cast.risk)
    type(orphan).objects.filter(pk=orphan.pk).update(owner=asking.cast.risk)
    request = ask(asking, orphan.versions.get())
    assert "what it runs itself" in request.items.get().owner_skipped
    decide(request, asking.cast.member)
    assert not granted(request)
    decide(request, asking.second)
    assert granted(request)


def test_nobody_on_the_committee_decides_about_the_own_teams_feature(asking: SimpleNamespace) -> None:
    Membership.objects.create(user=asking.cast.member, team=asking.cast.payments)
    request = ask(asking, asking.email)
    decide(request, asking.cast.member)  # as its owner
    with pytest.raises(ValidationError):
        decide(request, asking.cast.member)
    assert [one.slot for one in request.decisions.all()] == ["owner"]


def test_a_denial_ends_it(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    with pytest.raises(ValidationError, match="needs to know why"):
        decide(request, asking.cast.owner_a, "deny")
    decide(request, asking.cast.owner_a, "deny", reason="Use the region instead.")
    request.refresh_from_db()
    assert (request.state, request.items.get().outcome) == (RequestState.DENIED, Outcome.DENIED)
    assert "Use the region instead." in str(Message.objects.get(event="access.denied").letter)


def test_some_of_it(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode, asking.email)
    yes = request.items.get(version=asking.postcode)
    with pytest.raises(ValidationError, match="why some are denied"):
        decide(request, asking.cast.owner_a, items=[yes.pk])
    decide(request, asking.cast.owner_a, items=[yes.pk], reason="No mail address for this.")
    decide(request, asking.cast.member)
    assert [grant.version for grant in granted(request)] == [asking.postcode]
    request.refresh_from_db()
    assert request.state == RequestState.APPROVED


def test_features_of_two_owners(asking: SimpleNamespace) -> None:
    from tests.cast import person
    from tests.factories import ProjectFactory, TeamFactory, ViewFactory

    other = TeamFactory(slug="crm")
    carla = person("carla", team=other)
    theirs = personal(ViewFactory(project=ProjectFactory(owner=other)), "city", "quasi-identifier").versions.get()
    request = ask(asking, asking.postcode, theirs)
    with pytest.raises(ValidationError, match="wait for you"):
        decide(request, carla, items=[request.items.get(version=asking.postcode).pk])
    decide(request, carla)
    decide(request, asking.cast.owner_a)
    decide(request, asking.cast.member)
    assert {grant.version for grant in granted(request)} == {asking.postcode, theirs}


def test_never_more_than_was_asked(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode, days=30)
    for said in ({"days": 31}, {"days": 0}, {"setting": "online"}, {"setting": "x"}, {"conditions": [""]}):
        with pytest.raises(ValidationError):
            decide(request, asking.cast.owner_a, **said)


def test_offline_only(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode, setting="online")
    decide(request, asking.cast.owner_a, setting="offline")
    decide(request, asking.cast.member)
    assert [grant.setting for grant in granted(request)] == ["offline"]


def test_not_for_a_purpose_that_the_contract_does_not_name(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode, purpose=asking.marketing)
    with pytest.raises(ValidationError, match="may not be used for marketing"):
        decide(request, asking.cast.owner_a, reason="I think that it is fine.")


def test_what_has_changed_is_asked_for_again(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    type(asking.postcode).objects.filter(pk=asking.postcode.pk).update(privacy_class="direct-identifier")
    with pytest.raises(ValidationError, match="has changed since"):
        decide(request, asking.cast.owner_a)


def test_who_lost_the_role_a_second_ago_votes_no_more(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    decide(request, asking.cast.owner_a)
    mia = asking.cast.member
    assert mia.role_names  # as a session remembers it
    mia.groups.clear()
    with pytest.raises(PermissionDenied):
        decide(request, mia)
    mia.groups.add(Group.objects.get(name="committee"))
    Seat.objects.create(user=mia, starts_on=in_days(-30), ends_on=in_days(-1))
    with pytest.raises(PermissionDenied):
        decide(request, mia)


def test_who_left_the_team_a_second_ago_is_no_owner(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    alice = asking.cast.owner_a
    assert alice.team_ids
    Membership.objects.filter(user=alice).delete()
    with pytest.raises(PermissionDenied):
        decide(request, alice)


def test_a_delegate_votes_in_somebodys_place(asking: SimpleNamespace) -> None:
    cast = asking.cast
    name_delegate(cast.member, actor=cast.member, delegate=cast.viewer, until=in_days(7))
    request = ask(asking, asking.email)
    decide(request, cast.owner_a)
    decide(request, cast.viewer)
    vote = request.decisions.get(voter=cast.viewer)
    assert vote.on_behalf_of == cast.member
    decide(request, cast.member)  # the same place: it counts once
    assert not granted(request)
    decide(request, asking.second)
    assert granted(request)


def test_a_delegate_of_a_party_does_not_vote(asking: SimpleNamespace) -> None:
    cast = asking.cast
    declare_conflict(cast.member, actor=cast.member, team=cast.risk)
    name_delegate(cast.member, actor=cast.member, delegate=cast.viewer, until=in_days(7))
    request = ask(asking, asking.postcode)
    decide(request, cast.owner_a)
    with pytest.raises(PermissionDenied):
        decide(request, cast.viewer)


def test_taken_back_within_a_minute(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    decide(request, asking.cast.owner_a)
    [last] = decide(request, asking.cast.member)
    undo_decision(last, actor=asking.cast.member)
    request.refresh_from_db()
    assert (request.state, granted(request)) == (RequestState.REVIEW, [])
    assert Grant.objects.get().state == GrantState.REVOKED
    assert AuditEntry.objects.filter(action="governance.undo_decision").count() == 1
    decide(request, asking.second)
    assert len(granted(request)) == 1


def test_not_taken_back_later_or_by_others(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    [vote] = decide(request, asking.cast.owner_a)
    with pytest.raises(PermissionDenied):
        undo_decision(vote, actor=asking.cast.chair)
    with time_machine.travel(timezone.now() + timedelta(minutes=2)), pytest.raises(ValidationError, match="a minute"):
        undo_decision(vote, actor=asking.cast.owner_a)


def test_decisions_stay_as_they_are(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    [vote] = decide(request, asking.cast.owner_a)
    with pytest.raises(Error, match="decision_is_immutable"), transaction.atomic():
        Decision.objects.filter(pk=vote.pk).update(verdict="deny")
    with pytest.raises(Error, match="decision_is_kept"), transaction.atomic():
        Decision.objects.filter(pk=vote.pk).delete()


def test_standing_aside_decides_nothing(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    decide(request, asking.cast.owner_a)
    decide(request, asking.cast.member, "recuse", reason="My sister works there.")
    assert not granted(request)
    decide(request, asking.second)
    assert granted(request)


def test_what_reviewers_were_shown_is_kept(asking: SimpleNamespace) -> None:
    FeatureFactory(view=asking.view)
    request = ask(asking, asking.postcode)
    [vote] = decide(request, asking.cast.owner_a)
    request.refresh_from_db()
    kept: dict[str, Any] = request.evidence[str(vote.pk)]
    assert kept["verdict"] == vote.recommended == "approve"
    assert {rule["check"] for rule in kept["rules"]} >= {"purpose", "setting", "outputs"}


def test_timestamps_are_of_the_decision(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    decide(request, asking.cast.owner_a, "deny", reason="Use the region instead.")
    request.refresh_from_db()
    assert request.decided_at <= timezone.now()


@pytest.mark.parametrize("who", ["admin", "auditor", "chair", "service"])
def test_who_is_no_delegate(asking: SimpleNamespace, who: str) -> None:
    mia = asking.cast.member
    with pytest.raises(ValidationError):
        name_delegate(mia, actor=mia, delegate=getattr(asking.cast, who), until=in_days(7))
