"""What people have tried elsewhere to get access that nobody gave them. Each of it is refused, and changes nothing."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import Error, IntegrityError, transaction
from django.utils import timezone

from governance.actions.emergencies import break_glass
from governance.actions.granting import revoke_grant
from governance.models import AccessRequest, Grant, GrantState, RequestItem, RequestState
from registry.choices import Visibility
from registry.models import Message
from tests.cast import api_as, page_as
from tests.factories import ProjectFactory, ViewFactory
from tests.governance.asking import WHY, ask, decide, personal

pytestmark = pytest.mark.django_db
API = "/api/v1/access-requests"
REASON = "Use the region instead of it."


def api(user: Any) -> Any:
    return api_as(user, "features:read", "access:request", "access:decide")


def said(request: AccessRequest, user: Any, body: dict[str, Any], tag: str = "*") -> Any:
    return api(user).post(f"{API}/{request}/decisions", body, format="json", headers={"If-Match": tag})


def granted(asking: SimpleNamespace, *versions: Any, **more: Any) -> AccessRequest:
    request = ask(asking, *(versions or (asking.postcode,)), **more)
    decide(request, asking.cast.owner_a)
    decide(request, asking.second)
    request.refresh_from_db()
    return request


def pointers(answer: Any) -> list[str]:
    return [one["pointer"] for one in answer.json()["errors"]]


@pytest.mark.parametrize("verdict", ["yes", "approved", "Approve", "APPROVE", "", "3", None, ["approve"], True])
def test_an_unknown_verdict_is_no_approval(asking: SimpleNamespace, verdict: Any) -> None:
    request = ask(asking, asking.postcode)
    answer = said(request, asking.cast.owner_a, {"verdict": verdict})
    assert (answer.status_code, pointers(answer)) == (422, ["/verdict"])
    assert page_as(asking.cast.owner_a).post(request.get_absolute_url(), {"verdict": verdict or ""}).status_code == 422
    assert not request.decisions.exists()


def test_a_denial_that_names_what_it_approves_is_refused(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    for more in ({"features": [str(asking.postcode)]}, {"days": 30}, {"setting": "offline"}, {"conditions": ["x"]}):
        answer = said(request, asking.cast.owner_a, {"verdict": "deny", "reason": REASON, **more})
        assert (answer.status_code, pointers(answer)) == (422, [f"/{next(iter(more))}"])
    assert not request.decisions.exists()


@pytest.mark.parametrize(
    "forged", [{"state": "approved"}, {"decided_at": "2026-01-01T00:00:00Z"}, {"requester": "alice"}, {"round": 9},
               {"is_emergency": True}, {"items": [{"outcome": "approved"}]}, {"team": "payments"}]
)  # fmt: skip
def test_nothing_is_forged_by_a_patch_or_when_it_is_made(asking: SimpleNamespace, forged: dict[str, Any]) -> None:
    request = ask(asking, asking.postcode)
    decide(request, asking.cast.owner_a, "changes", reason="Ninety days will do.")
    bob = api(asking.cast.owner_b)
    patched = bob.patch(f"{API}/{request}", forged, format="json", headers={"If-Match": "*"})
    body = {"features": [str(asking.amount)], "purpose": "fraud", "why": WHY, "days": 9}
    made = bob.post(API, body | forged, format="json")
    for answer in (patched, made):
        assert answer.status_code == 422
        assert {one["code"] for one in answer.json()["errors"]} == {"unknown_field"}
    request.refresh_from_db()
    assert request.state == RequestState.CHANGES
    assert AccessRequest.objects.count() == 1


@pytest.mark.parametrize("is_granted", [False, True])
def test_what_was_asked_is_frozen(asking: SimpleNamespace, is_granted: bool) -> None:
    """Offline cannot become online, nor thirty days a year, while others decide or after they have."""
    request = granted(asking) if is_granted else ask(asking, asking.postcode)
    for changed in (
        {"setting": "online"},
        {"days": 180},
        {"purpose": "marketing"},
        {"features": [str(asking.postcode)]},
    ):
        answer = api(asking.cast.owner_b).patch(f"{API}/{request}", changed, format="json", headers={"If-Match": "*"})
        assert answer.status_code == 422
        assert "stays as it is" in answer.json()["errors"][0]["detail"]
    for column, value in {"setting": "online", "days": 180, "purpose": asking.marketing}.items():
        with pytest.raises(Error, match="sent_request_is_frozen"), transaction.atomic():
            AccessRequest.objects.filter(pk=request.pk).update(**{column: value})


def test_a_change_adds_no_feature(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode, asking.amount)
    decide(request, asking.cast.owner_a, "changes", reason="Without the amount.")
    bob = api(asking.cast.owner_b)
    more = {"features": [str(asking.postcode), str(asking.email)]}
    refused = bob.patch(f"{API}/{request}", more, format="json", headers={"If-Match": "*"})
    assert (refused.status_code, pointers(refused)) == (422, ["/features/1"])
    less = bob.patch(
        f"{API}/{request}", {"features": [str(asking.postcode)], "days": 30}, format="json", headers={"If-Match": "*"}
    )
    assert (less.status_code, less.json()["features"], less.json()["round"]) == (200, [str(asking.postcode)], 2)


def test_what_was_granted_ends_only_by_revoking(asking: SimpleNamespace) -> None:
    request = granted(asking)
    assert api(asking.cast.owner_b).post(f"{API}/{request}/withdraw", {}, format="json").status_code == 422
    assert said(request, asking.cast.owner_a, {"verdict": "deny", "reason": REASON}).status_code == 422
    with pytest.raises(Error, match="request_states"), transaction.atomic():
        AccessRequest.objects.filter(pk=request.pk).update(state="withdrawn")
    assert Grant.objects.active().count() == 1
    revoke_grant(Grant.objects.get(), actor=asking.cast.owner_b, reason="The model is switched off.")
    assert not Grant.objects.active().exists()


def test_the_same_is_never_asked_for_twice(asking: SimpleNamespace) -> None:
    """Not by a second request, nor past the action; at once in tests/governance/test_access_race.py."""
    request = ask(asking, asking.postcode)
    body = {"features": [str(asking.postcode)], "purpose": "fraud", "why": WHY, "days": 9,
            "consumer": "model:fraud-ranker"}  # fmt: skip
    answer = api(asking.bella).post(API, body, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["code"], pointers(answer)) == (422, "asked", ["/features/0"])
    item = request.items.get()
    item.pk, item.request = None, AccessRequest.objects.create(requester=asking.bella)
    with pytest.raises(IntegrityError, match="one_open_request_each"), transaction.atomic():
        RequestItem.objects.bulk_create([item])


def test_who_asks_is_no_reviewer(asking: SimpleNamespace) -> None:
    """Also on the committee, and also as owner; nor is one told that one should decide."""
    for who in (asking.cast.member, asking.cast.owner_a):
        request = ask(asking, asking.postcode, actor=who, consumer=None)
        assert said(request, who, {"verdict": "approve"}).status_code == 403
        told = Message.objects.filter(event="access.requested", data__request=str(request))
        assert who.email not in {one.address for message in told for one in message.deliveries.all()}
    inbox = api(asking.cast.member).get("/api/v1/me/inbox").json()
    assert [one["id"] for one in inbox["decide"]] == []


def test_a_denial_says_why(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    for verdict in ("deny", "changes", "recuse"):
        for reason in ("", "   ", "no"):
            answer = said(request, asking.cast.owner_a, {"verdict": verdict, "reason": reason})
            assert (answer.status_code, pointers(answer)) == (422, ["/reason"])
    assert not request.decisions.exists()


def test_others_and_later_ones_may_ask_for_the_same(asking: SimpleNamespace) -> None:
    first = ask(asking, asking.postcode)
    ask(asking, asking.postcode, actor=asking.cast.viewer, consumer=None)  # somebody else
    ask(asking, asking.amount)  # something else
    ask(asking, asking.postcode, purpose=asking.marketing)  # for something else
    decide(first, asking.cast.owner_a, "deny", reason=REASON)
    again = ask(asking, asking.postcode)  # after the end of the first
    assert again.state == RequestState.REVIEW


def test_a_denial_stays_a_denial(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    decide(request, asking.cast.owner_a, "deny", reason=REASON)
    for who in (asking.cast.owner_a, asking.arno, asking.cast.member):
        assert said(request, who, {"verdict": "approve"}).status_code == 422
    assert not Grant.objects.exists()


def test_eligibility_is_asked_again_with_each_decision(asking: SimpleNamespace) -> None:
    """A token outlives the role and the team of its owner; what it may decide does not."""
    request = ask(asking, asking.postcode)
    alice, mia = api(asking.cast.owner_a), api(asking.cast.member)
    path = f"{API}/{request}/decisions"
    asking.cast.owner_a.memberships.all().delete()
    assert alice.post(path, {"verdict": "approve"}, format="json", headers={"If-Match": "*"}).status_code == 404
    decide(request, asking.arno)
    asking.cast.member.groups.clear()
    assert mia.post(path, {"verdict": "approve"}, format="json", headers={"If-Match": "*"}).status_code == 404
    assert not Grant.objects.exists()


def test_the_number_of_a_grant_is_no_key(asking: SimpleNamespace) -> None:
    """Who knows it has nothing by it, and it gives nothing once what it was given to has changed."""
    grant = Grant.objects.get(item__request=granted(asking))
    vera, path = api(asking.cast.viewer), f"/api/v1/grants/{grant}"
    assert vera.get(path).status_code == 404
    for verb in ("extend", "revoke"):
        assert vera.post(f"{path}/{verb}", {}, format="json").status_code == 404
    bob = api(asking.cast.owner_b)
    assert bob.get(f"/api/v1/grants/{grant}").json()["holds"] is True
    asking.model.team = asking.cast.payments
    asking.model.save()
    assert bob.get(f"/api/v1/grants/{grant}").json()["holds"] is False


def test_an_emergency_is_short_and_never_reviewed_by_who_took_it(asking: SimpleNamespace) -> None:
    said_ = {"features": [str(asking.email)], "purpose": "fraud", "why": WHY, "incident": "INC-7", "days": 90}
    alice = api(asking.cast.owner_a)
    assert alice.post(f"{API}/emergency", said_, format="json").status_code == 422  # nobody says how long
    del said_["days"]
    taken = alice.post(f"{API}/emergency", said_, format="json")
    assert (taken.status_code, taken.json()["is_emergency"]) == (201, True)
    assert Grant.objects.get().lasts == timedelta(hours=4)
    path, found = f"{API}/{taken.json()['id']}/review", {"is_right": True, "reason": "It was needed."}
    assert alice.post(path, found, format="json").status_code == 403
    assert api(asking.cast.member).post(path, found | {"is_right": False}, format="json").status_code == 200
    assert Grant.objects.get().state == GrantState.REVOKED


def test_an_emergency_is_no_way_round_what_is_hidden(asking: SimpleNamespace) -> None:
    project = ProjectFactory(name="secret", owner=asking.cast.risk, visibility=Visibility.RESTRICTED)
    hidden = personal(ViewFactory(project=project, name="v"), "phone", "direct-identifier").versions.get()
    body = {"features": [str(hidden)], "purpose": "fraud", "why": WHY}
    alice = api(asking.cast.owner_a)
    for path, more in ((API, {"days": 9}), (f"{API}/emergency", {"incident": "INC-7"})):
        answer = alice.post(path, body | more, format="json")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unknown_version")
    assert not AccessRequest.objects.exists()


def test_who_owns_one_feature_of_a_basket_sees_no_restricted_one(asking: SimpleNamespace) -> None:
    project = ProjectFactory(name="secret", owner=asking.cast.risk, visibility=Visibility.RESTRICTED)
    hidden = personal(ViewFactory(project=project, name="v"), "phone", "direct-identifier").versions.get()
    request = ask(asking, asking.postcode, hidden)
    for who, seen in ((asking.cast.owner_a, 1), (asking.cast.owner_b, 2), (asking.cast.member, 2)):
        told = api(who).get(f"{API}/{request}?expand=items,decisions").json()
        assert [len(told["features"]), len(told["items"]), told["features_count"]] == [seen, seen, 2]
        page = page_as(who).get(request.get_absolute_url()).content.decode()
        assert ("secret" in page) is (seen == 2)
    assert api(asking.cast.owner_a).get(f"{API}?feature={hidden}").json()["data"] == []
    assert len(api(asking.cast.owner_b).get(f"{API}?feature={hidden}").json()["data"]) == 1


def test_only_the_own_decision_is_taken_back_and_only_at_once(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    [vote] = decide(request, asking.cast.owner_a)
    path = f"{API}/{request}/decisions/{vote.pk}"
    assert api(asking.cast.chair).delete(path).status_code == 403
    assert api(asking.cast.viewer).delete(path).status_code == 404
    other = ask(asking, asking.amount)
    assert api(asking.cast.owner_a).delete(f"{API}/{other}/decisions/{vote.pk}").status_code == 404
    alice = api(asking.cast.owner_a)
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert alice.delete(path).status_code == 422
    assert alice.delete(path).status_code == 200
    assert alice.delete(path).status_code == 422


def test_a_decision_is_about_what_was_read(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode, days=180)
    alice, path = api(asking.cast.owner_a), f"{API}/{request}"
    read = alice.get(path)["ETag"]
    assert alice.post(f"{path}/decisions", {"verdict": "approve"}, format="json").status_code == 428
    decide(request, asking.arno, "changes", reason="Ninety days will do.")
    bob = api(asking.cast.owner_b)
    stale = bob.patch(path, {"days": 90}, format="json", headers={"If-Match": read})
    assert stale.status_code == 412
    again = bob.patch(path, {"days": 90}, format="json", headers={"If-Match": bob.get(path)["ETag"]})
    assert again.status_code == 200
    assert said(request, asking.cast.owner_a, {"verdict": "approve"}, read).status_code == 412
    assert said(request, asking.cast.owner_a, {"verdict": "approve"}, alice.get(path)["ETag"]).status_code == 201


def test_sent_again_it_is_done_once(asking: SimpleNamespace) -> None:
    body = {"features": [str(asking.postcode)], "purpose": "fraud", "why": WHY, "days": 9}
    bob = api(asking.cast.owner_b)
    answers = [bob.post(API, body, format="json", headers={"Idempotency-Key": "one"}) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert AccessRequest.objects.count() == 1
    tried = bob.post(f"{API}?dry_run=true", body | {"features": [str(asking.email)]}, format="json")
    assert (tried.status_code, AccessRequest.objects.count()) == (201, 1)


def test_each_feature_that_cannot_be_asked_for_is_named_at_its_place(asking: SimpleNamespace) -> None:
    ask(asking, asking.postcode, actor=asking.cast.viewer, consumer=None)
    keys = [str(asking.amount), str(asking.postcode), "pay.users.none@1", str(asking.email)]
    body = {"features": keys, "purpose": "fraud", "why": WHY, "days": 9}
    vera = api(asking.cast.viewer)
    assert pointers(vera.post(API, body, format="json")) == ["/features/2"]
    del keys[2]
    assert pointers(vera.post(API, body, format="json")) == ["/features/1"]
    keys.pop(1)
    assert vera.post(API, body | {"purpose": "nothing"}, format="json").json()["errors"][0]["pointer"] == "/purpose"
    assert vera.post(API, body | {"consumer": "model:x"}, format="json").json()["errors"][0]["pointer"] == "/consumer"
    assert vera.post(API, body | {"features": keys * 16}, format="json").status_code == 422
    assert vera.post(API, body, format="json").status_code == 201


def test_break_glass_of_an_ended_purpose_gives_nothing(asking: SimpleNamespace) -> None:
    """It would be refused by every decision anyway, so nobody is left to believe that it helps."""
    from django.core.exceptions import ValidationError

    asking.fraud.ended_at = timezone.now()
    asking.fraud.save()
    with pytest.raises(ValidationError, match="has ended"):
        break_glass(
            None, actor=asking.cast.owner_a, versions=[asking.email], purpose=asking.fraud, incident="INC-7", why=WHY
        )  # fmt: skip
