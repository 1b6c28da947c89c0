"""Asking for access: what is refused at once, what is frozen, and what may be taken back."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import Error, transaction
from django.utils import timezone

from governance.actions.deciding import decide_request
from governance.actions.policies import approve_beforehand
from governance.actions.requesting import (
    add_to_basket,
    comment_request,
    fill_request,
    send_request,
    take_from_basket,
    withdraw_request,
)
from governance.models import AccessRequest, Grant, Outcome, RequestState, Slot
from registry.models import AuditEntry, Delivery, Message, User
from tests.factories import FeatureFactory
from tests.governance.asking import WHY, ask, decide, in_days

pytestmark = pytest.mark.django_db


def refusal(**wrong: object) -> dict[str, list[str]]:
    asking = wrong.pop("asking")
    versions = wrong.pop("versions", None) or [asking.postcode]
    with pytest.raises(ValidationError) as refused:
        ask(asking, *versions, **wrong)
    return refused.value.message_dict


def test_what_is_sent_waits_for_the_owner_first(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    item = request.items.get()
    assert (request.state, request.team, item.owner) == (RequestState.REVIEW, asking.cast.risk, asking.cast.payments)
    assert item.policy.name == "quasi-identifier"
    told = Message.objects.get(event="access.requested")
    assert [team.slug for team in told.teams.all()] == ["payments"]
    entry = AuditEntry.objects.get(action="governance.request_access")
    assert (entry.object_id, entry.changes["state"]) == (str(request), [None, "in-review"])


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        ({"why": "Because."}, "why", "20 characters"),
        ({"days": 181}, "days", "at most 180"),
        ({"days": 0}, "days", "1 to 730"),
        ({"setting": "everywhere"}, "setting", "offline, online"),
        ({"environment": "p" * 41}, "environment", "40"),
    ],
)
def test_wrong_terms_are_named(asking: SimpleNamespace, wrong: dict[str, object], field: str, says: str) -> None:
    assert says in refusal(asking=asking, **wrong)[field][0]
    assert not AccessRequest.objects.exists()


def test_only_its_team_asks_for_a_consumer(asking: SimpleNamespace) -> None:
    assert "Only the team" in refusal(asking=asking, actor=asking.cast.viewer)["consumer"][0]


def test_an_ended_purpose_is_no_purpose(asking: SimpleNamespace) -> None:
    asking.fraud.review_on = in_days(-1)
    asking.fraud.save()
    assert "waits for its review" in refusal(asking=asking)["purpose"][0]


def test_what_nobody_needs_to_ask_for(asking: SimpleNamespace) -> None:
    plain = FeatureFactory(view=asking.view, name="count", version__privacy_class="none").versions.get()
    unsaid = FeatureFactory(view=asking.view, name="phone", looks_personal=True).versions.get()
    said = refusal(asking=asking, versions=[plain, unsaid])["items"]
    assert "not personal" in said[0]
    assert "Its owner has to classify it" in said[1]


def test_what_goes_away_is_not_granted_anew(asking: SimpleNamespace) -> None:
    type(asking.postcode).objects.filter(pk=asking.postcode.pk).update(
        state="deprecated", deprecated_at=timezone.now(), sunset_on=in_days(90)
    )
    asking.postcode.refresh_from_db()
    assert "goes away" in refusal(asking=asking)["items"][0]


@pytest.mark.parametrize("who", ["auditor", "service"])
def test_who_asks_for_nothing(asking: SimpleNamespace, who: str) -> None:
    with pytest.raises(PermissionDenied):
        ask(asking, asking.postcode, actor=getattr(asking.cast, who))


def test_the_same_is_asked_for_once(asking: SimpleNamespace) -> None:
    first = ask(asking, asking.postcode)
    assert str(first) in refusal(asking=asking, actor=asking.bella)["items"][0]
    ask(asking, asking.postcode, consumer=None)  # for oneself is another reader
    withdraw_request(first, actor=asking.cast.owner_b)
    ask(asking, asking.postcode, actor=asking.bella)


def test_the_database_lets_nobody_ask_twice(asking: SimpleNamespace) -> None:
    item = ask(asking, asking.postcode).items.get()
    item.pk, item.request = None, ask(asking, asking.email)
    with pytest.raises(Error, match="one_open_request_each"), transaction.atomic():
        item.save(force_insert=True)


def test_a_basket_is_filled_and_sent(asking: SimpleNamespace) -> None:
    bob = asking.cast.owner_b
    basket = add_to_basket(asking.postcode, actor=bob)
    assert add_to_basket(asking.email, actor=bob) == basket
    take_from_basket(basket, actor=bob, version=asking.email)
    fill_request(basket, actor=bob, purpose=asking.fraud, why=WHY, consumer=asking.model)
    sent = send_request(basket, actor=bob)
    assert [item.version for item in sent.items.all()] == [asking.postcode]
    assert add_to_basket(asking.email, actor=bob) != basket


def test_nobody_fills_somebody_elses_basket(asking: SimpleNamespace) -> None:
    basket = add_to_basket(asking.postcode, actor=asking.cast.owner_b)
    for who in (asking.cast.viewer, asking.cast.admin, asking.cast.chair):
        with pytest.raises(PermissionDenied):
            fill_request(basket, actor=who, why=WHY)
    assert not AccessRequest.objects.visible_to(asking.cast.chair).exists()


def test_what_was_sent_is_frozen(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    with pytest.raises(ValidationError, match="stays as it is"):
        fill_request(request, actor=asking.cast.owner_b, days=10)
    for name, value in {"days": 30, "setting": "online", "purpose": asking.marketing, "why": "Else."}.items():
        with pytest.raises(Error, match="sent_request_is_frozen"), transaction.atomic():
            AccessRequest.objects.filter(pk=request.pk).update(**{name: value})
    with pytest.raises(Error, match="request_states"), transaction.atomic():
        AccessRequest.objects.filter(pk=request.pk).update(state="draft")


def test_changes_are_asked_for_and_sent_again(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode, days=180)
    due = request.due_at
    decide(request, asking.cast.owner_a, "changes", reason="Ninety days will do.")
    request.refresh_from_db()
    assert (request.state, request.paused_at is not None) == (RequestState.CHANGES, True)
    request = send_request(fill_request(request, actor=asking.cast.owner_b, days=90), actor=asking.cast.owner_b)
    assert (request.state, request.round, request.days) == (RequestState.REVIEW, 2, 90)
    assert request.due_at > due  # the clock stood still meanwhile
    decide(request, asking.cast.owner_a)
    assert request.decisions.count() == 2


def test_taken_back(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    withdraw_request(request, actor=asking.cast.owner_b)
    assert request.items.get().outcome == Outcome.WITHDRAWN
    with pytest.raises(ValidationError, match="not in review"):
        decide(request, asking.cast.owner_a)
    with pytest.raises(ValidationError, match="not open any longer"):
        withdraw_request(request, actor=asking.cast.owner_b)


def test_granted_at_once_where_the_owner_has_agreed_beforehand(asking: SimpleNamespace) -> None:
    approve_beforehand(asking.view, actor=asking.cast.owner_a, reason="Statistics of cards, for fraud.")
    request = ask(asking, asking.amount, asking.postcode, days=90)
    outcomes = {item.version: item.outcome for item in request.items.all()}
    assert outcomes == {asking.amount: Outcome.APPROVED, asking.postcode: Outcome.PENDING}
    assert request.decisions.get().slot == Slot.AUTOMATIC
    assert Grant.objects.active().get().version == asking.amount


def test_not_at_once_for_a_purpose_that_the_contract_does_not_name(asking: SimpleNamespace) -> None:
    approve_beforehand(asking.view, actor=asking.cast.owner_a, reason="Statistics of cards, for fraud.")
    assert ask(asking, asking.amount, purpose=asking.marketing).state == RequestState.REVIEW
    assert ask(asking, asking.amount, setting="online").state == RequestState.REVIEW


def test_comments_reach_the_other_side(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    comment_request(request, actor=asking.cast.owner_a, text="How long do you keep it?")
    assert Delivery.objects.filter(message__event="access.commented", address="bob@example.org").count() == 1
    with pytest.raises(PermissionDenied):
        comment_request(request, actor=asking.cast.viewer, text="What is this?")


def test_who_sees_it(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    people = {name: one for name, one in vars(asking.cast).items() if isinstance(one, User)}
    seen = {name for name, one in people.items() if AccessRequest.objects.visible_to(one).exists()}
    assert AccessRequest.objects.get() == request
    assert seen == {"owner_a", "owner_b", "member", "chair", "auditor", "admin"}


def test_an_unknown_verdict_is_no_approval(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    with pytest.raises(ValidationError, match="Choose from"):
        decide_request(request, actor=asking.cast.owner_a, verdict="approved")
    assert not request.decisions.exists()


def test_nobody_asks_for_what_they_do_not_see(asking: SimpleNamespace) -> None:
    type(asking.view.project).objects.filter(pk=asking.view.project_id).update(visibility="restricted")
    with pytest.raises(PermissionDenied):
        ask(asking, asking.postcode)
    assert not AccessRequest.objects.exists()
