"""Ownership moves only to a team that has accepted it."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from registry.actions.owners import answer_offer, offer_owner, withdraw_offer
from registry.models import AuditEntry, Feature, FeatureView, Message, OwnerOffer
from tests.cast import api_as, page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory

pytestmark = pytest.mark.django_db
KEY = "/api/v1/features/pay.stats.amount"


@pytest.fixture
def feature(cast: SimpleNamespace) -> Feature:
    view = ViewFactory(project=ProjectFactory(name="pay", owner=cast.payments), name="stats", owner=cast.payments)
    cast.risk.email = "risk@example.org"
    cast.risk.save()
    return FeatureFactory(view=view, name="amount", owner=cast.payments)


@pytest.fixture
def offer(cast: SimpleNamespace, feature: Feature) -> OwnerOffer:
    made = offer_owner(feature, team=cast.risk, actor=cast.owner_a, reason="You compute it.")
    assert made is not None
    return made


def owner_of(feature: Feature) -> str:
    feature.refresh_from_db()
    return str(feature.owner.slug) if feature.owner else ""


def test_nothing_changes_until_the_team_accepts(cast: SimpleNamespace, feature: Feature, offer: OwnerOffer) -> None:
    assert owner_of(feature) == "payments"
    assert Message.objects.get().deliveries.get().address == "risk@example.org"
    answer_offer(offer, actor=cast.owner_b, is_accepted=True)
    assert owner_of(feature) == "risk"
    entry = AuditEntry.objects.get(action="registry.assign_owner")
    assert (entry.actor, entry.changes) == (cast.owner_b, {"owner": ["payments", "risk"]})
    assert Message.objects.filter(event="ownership.answered").exists()
    with pytest.raises(ValidationError, match="accepted already"):
        answer_offer(offer, actor=cast.owner_b, is_accepted=True)


def test_declined_with_a_reason_or_taken_back(cast: SimpleNamespace, feature: Feature, offer: OwnerOffer) -> None:
    with pytest.raises(ValidationError, match="Say why not"):
        answer_offer(offer, actor=cast.owner_b, is_accepted=False, reason=" ")
    answer_offer(offer, actor=cast.owner_b, is_accepted=False, reason="We only read it.")
    again = offer_owner(feature, team=cast.risk, actor=cast.owner_a)
    assert again is not None
    withdraw_offer(again, actor=cast.owner_a)
    assert owner_of(feature) == "payments"
    assert sorted(OwnerOffer.objects.values_list("state", flat=True)) == ["declined", "withdrawn"]


def test_only_the_receiver_accepts(cast: SimpleNamespace, offer: OwnerOffer) -> None:
    for who in (cast.owner_a, cast.viewer, cast.admin, cast.chair):
        with pytest.raises(PermissionDenied):
            answer_offer(offer, actor=who, is_accepted=True)
    for who in (cast.owner_b, cast.viewer):
        with pytest.raises(PermissionDenied):
            withdraw_offer(offer, actor=who)
        with pytest.raises(PermissionDenied):
            offer_owner(offer.thing, team=cast.risk, actor=who)


def test_one_offer_at_a_time_and_none_to_who_has_it(cast: SimpleNamespace, feature: Feature, offer: OwnerOffer) -> None:
    for team in (cast.risk, cast.payments):
        with pytest.raises(ValidationError):
            offer_owner(feature, team=team, actor=cast.owner_a)


def test_administrators_and_members_of_both_teams_move_it_at_once(cast: SimpleNamespace, feature: Feature) -> None:
    assert offer_owner(feature, team=cast.risk, actor=cast.admin) is None
    assert owner_of(feature) == "risk"
    cast.owner_b.memberships.create(team=cast.payments)
    assert offer_owner(feature, team=cast.payments, actor=type(cast.owner_b).objects.get(pk=cast.owner_b.pk)) is None
    assert owner_of(feature) == "payments"


def test_a_view_takes_its_features_along(cast: SimpleNamespace, feature: Feature) -> None:
    made = offer_owner(feature.view, team=cast.risk, actor=cast.owner_a)
    assert made is not None
    answer_offer(made, actor=cast.owner_b, is_accepted=True)
    assert owner_of(feature) == "risk"
    assert FeatureView.objects.get().owner == cast.risk


def test_programs_are_told_that_it_waits(cast: SimpleNamespace, feature: Feature) -> None:
    alice, bob = api_as(cast.owner_a), api_as(cast.owner_b)
    answer = alice.patch(KEY, {"owner": "risk"}, format="json", HTTP_IF_MATCH="*")
    assert (answer.status_code, answer.json()["owner"]) == (202, "payments")
    path = answer["Location"]
    assert [one["key"] for one in bob.get("/api/v1/ownership-offers?state=open").json()["data"]] == ["pay.stats.amount"]
    assert api_as(cast.viewer).get(path).status_code == 404
    assert alice.post(f"{path}/answer", {"accepted": True}, format="json").status_code == 403
    assert bob.post(f"{path}/answer", {"accepted": False}, format="json").status_code == 422
    assert bob.post(f"{path}/answer", {"accepted": True}, format="json").json()["state"] == "accepted"
    assert bob.get(KEY).json()["owner"] == "risk"
    assert bob.delete(path).status_code == 403
    again = bob.patch(KEY, {"owner": "payments"}, format="json", HTTP_IF_MATCH="*")["Location"]
    assert bob.delete(again).status_code == 204


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_pages_ask_and_answer(cast: SimpleNamespace, feature: Feature) -> None:
    alice, bob, path = page_as(cast.owner_a), page_as(cast.owner_b), "/f/pay/stats/amount/give/"
    assert path in text_of(alice.get("/f/pay/stats/amount/"))
    assert alice.post(path, {"team": "payments", "reason": "x"}).status_code == 422
    assert alice.post(path, {"team": "risk", "reason": "You compute it."}).status_code == 302
    assert "is asked already" in text_of(alice.get(path))
    assert bob.get(path).status_code == 403
    assert "Offered to this team" in text_of(bob.get("/teams/risk/"))
    assert "Offered to this team" not in text_of(alice.get("/teams/risk/"))
    number = OwnerOffer.objects.get().pk
    bob.post(f"/offers/{number}/answer", {"answer": "accept"})
    assert owner_of(feature) == "risk"
    assert bob.post("/v/pay/stats/give/", {"team": "payments", "reason": "x"}).status_code == 403
    assert alice.post("/v/pay/stats/give/", {"team": "risk", "reason": "All of it."}).status_code == 302
    alice.post(f"/offers/{OwnerOffer.objects.get(state='open').pk}/withdraw")
    assert not OwnerOffer.objects.open().exists()
    assert page_as(cast.viewer).post(f"/offers/{number}/withdraw").status_code == 404
