"""Pages of requests, grants and the inbox: asked, decided, taken back; what each person is shown."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.models import AccessRequest, Grant, RequestState
from tests.cast import page_as
from tests.governance.asking import WHY, ask, decide

pytestmark = pytest.mark.django_db


def test_from_the_feature_to_the_grant(asking: SimpleNamespace) -> None:
    cast, feature = asking.cast, asking.postcode.feature
    bob = page_as(cast.owner_b)
    tab = bob.get(f"{feature.get_absolute_url()}access/").content.decode()
    assert f"/requests/new?f={asking.postcode}" in tab
    basket = bob.get(f"/requests/new?f={asking.postcode}", follow=True).content.decode()
    assert "1 of the committee" in basket
    said = {"purpose": asking.fraud.pk, "why": WHY, "consumer": asking.model.pk, "setting": "offline", "days": "90"}
    sent = bob.post("/requests/new", said, follow=True)
    request = AccessRequest.objects.get()
    assert sent.redirect_chain[-1][0] == request.get_absolute_url()
    for who in (cast.owner_a, cast.member):
        page = page_as(who).get(request.get_absolute_url()).content.decode()
        assert "Approve 1 feature" in page
        item = request.items.get().pk
        page_as(who).post(request.get_absolute_url(), {"verdict": "approve", "items": item, "days": "60"})
    grant = Grant.objects.get()
    assert grant.lasts.days == 60
    assert "Your access" in bob.get(f"{feature.get_absolute_url()}access/").content.decode()
    assert "Active" in bob.get(grant.get_absolute_url()).content.decode()


def test_wrong_answers_come_back_with_what_was_written(asking: SimpleNamespace) -> None:
    bob = page_as(asking.cast.owner_b)
    bob.get(f"/requests/new?f={asking.postcode}")
    page = bob.post("/requests/new", {"purpose": asking.fraud.pk, "why": "Short.", "setting": "offline", "days": "999"})
    assert page.status_code == 422
    assert "Short." in page.content.decode()
    page = bob.post("/requests/new", {"purpose": asking.fraud.pk, "why": "Short.", "setting": "offline", "days": "200"})
    text = page.content.decode()
    assert "20 characters or more" in text
    assert "at most 180 days" in text
    assert not AccessRequest.objects.exclude(state=RequestState.DRAFT).exists()


def test_who_may_not_decide_has_no_bar_and_is_told_why(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    for who in (asking.cast.owner_b, asking.cast.admin, asking.cast.auditor):
        page = page_as(who).get(request.get_absolute_url())
        assert b'value="approve"' not in page.content
        assert page_as(who).post(request.get_absolute_url(), {"verdict": "approve"}).status_code == 403
    assert b"others decide" not in page_as(asking.cast.owner_b).get(request.get_absolute_url()).content
    assert page_as(asking.cast.viewer).get(request.get_absolute_url()).status_code == 404


def test_an_unknown_verdict_is_an_error(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    page = page_as(asking.cast.owner_a).post(request.get_absolute_url(), {"verdict": "yes"})
    assert page.status_code == 422
    assert "Choose from" in page.content.decode()


def test_taken_back_on_the_page(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    alice = page_as(asking.cast.owner_a)
    alice.post(request.get_absolute_url(), {"verdict": "deny", "reason": "Use the region instead."})
    assert "Take it back" in alice.get(request.get_absolute_url()).content.decode()
    alice.post(f"{request.get_absolute_url()}undo")
    request.refresh_from_db()
    assert request.state == RequestState.REVIEW


def test_changes_are_made_on_their_page(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode, days=180)
    decide(request, asking.cast.owner_a, "changes", reason="Ninety days will do.")
    bob = page_as(asking.cast.owner_b)
    assert "Ninety days will do." in bob.get(f"{request.get_absolute_url()}edit").content.decode()
    said = {"purpose": asking.fraud.pk, "why": WHY, "consumer": asking.model.pk, "setting": "offline", "days": "90"}
    bob.post(f"{request.get_absolute_url()}edit", said)
    request.refresh_from_db()
    assert (request.round, request.days) == (2, 90)


def test_the_inbox_of_each(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    cast = asking.cast
    assert str(request) in page_as(cast.owner_a).get("/inbox/").content.decode()
    assert "Nothing waits for you" in page_as(cast.member).get("/inbox/").content.decode()
    assert str(request) in page_as(cast.owner_b).get("/inbox/?of=others").content.decode()
    decide(request, cast.owner_a)
    assert str(request) in page_as(cast.member).get("/inbox/").content.decode()
    assert page_as(cast.member).get("/inbox/count").content == b"1"
    assert page_as(cast.owner_a).get("/inbox/count").content == b""
    assert str(request) in page_as(cast.owner_a).get("/inbox/?of=done").content.decode()
    for of in ("acknowledge", "fix"):
        assert page_as(cast.owner_a).get(f"/inbox/?of={of}").status_code == 200
    assert page_as(cast.owner_a).get("/inbox/?of=x").status_code == 404


def test_lists_are_spreadsheets_too(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    decide(request, asking.cast.owner_a)
    decide(request, asking.cast.member)
    anna = page_as(asking.cast.auditor)
    csv = b"".join(anna.get("/grants/?format=csv")).decode()  # type: ignore[call-overload]
    assert "model:fraud-ranker" in csv
    assert "fraud-ranker" in b"".join(anna.get("/requests/?of=decided&format=csv")).decode()  # type: ignore[call-overload]
    assert "No grant is like that" in anna.get("/grants/?as_of=2020-01-01").content.decode()
    assert "That is no day" in anna.get("/grants/?as_of=soon").content.decode()


def test_revoked_and_renewed_on_its_page(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    decide(request, asking.cast.owner_a)
    decide(request, asking.cast.member)
    grant, bob = Grant.objects.get(), page_as(asking.cast.owner_b)
    assert bob.post(f"{grant.get_absolute_url()}revoke", {"reason": "No."}).status_code == 422
    renewed = bob.post(f"{grant.get_absolute_url()}renew", follow=True)
    assert renewed.redirect_chain[-1][0] == f"/requests/AR-{AccessRequest.objects.latest('pk').pk}/"
    bob.post(f"{grant.get_absolute_url()}revoke", {"reason": "The model is switched off."})
    grant.refresh_from_db()
    assert grant.state == "revoked"
    assert page_as(asking.cast.viewer).get(grant.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("address", ["/inbox/", "/inbox/count", "/requests/"])
def test_as_many_queries_for_one_as_for_many(
    asking: SimpleNamespace, address: str, django_assert_max_num_queries: Any
) -> None:
    client = page_as(asking.cast.owner_a)
    ask(asking, asking.postcode)
    client.get(address)  # what is asked once a process
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for version in (asking.amount, asking.email, asking.health):
        ask(asking, version)
        ask(asking, version, actor=asking.cast.viewer, consumer=None)
    with django_assert_max_num_queries(len(one)):
        client.get(address)
