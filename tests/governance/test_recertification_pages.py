"""Pages of reviews: started, answered by row and in bulk, reported; what each person is shown."""

from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.models import signals
from django.test.utils import CaptureQueriesContext

from governance.models import Answer, Recertification, RecertificationItem, ReviewState
from governance.queries.inbox import waiting_count
from governance.queries.recertification import reviewer, waiting_for
from registry.models import User
from tests.cast import api_as, page_as
from tests.governance.asking import in_days
from tests.governance.reviewing import begin, item_of, make_reviewing, many, say

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def made(cast: SimpleNamespace) -> SimpleNamespace:
    return make_reviewing(cast)


def test_started_on_its_page(made: SimpleNamespace) -> None:
    mia = page_as(made.cast.member)
    assert "Start a review" in mia.get("/reviews/").content.decode()
    said = {"title": "2026 Q4", "due_on": in_days(14), "owners_decide": "on", "classes": ["direct-identifier"]}
    tried = mia.post("/reviews/new/", said | {"try": "1"}).content.decode()
    assert "1 grant would be looked at" in tried
    assert not Recertification.objects.exists()
    mia.post("/reviews/new/", said)
    assert Recertification.objects.get().items.count() == 1
    wrong = mia.post("/reviews/new/", said | {"due_on": "2020-01-01", "classes": []})
    assert wrong.status_code == 422
    assert "Choose a day from tomorrow" in wrong.content.decode()
    assert page_as(made.cast.owner_a).get("/reviews/new/").status_code == 403


def test_a_row_is_answered_by_its_button(made: SimpleNamespace) -> None:
    review, alice = begin(made), page_as(made.cast.owner_a)
    page = alice.get(review.get_absolute_url()).content.decode()
    assert "To answer" in page
    assert page.count('data-key="k"') == 4
    address = f"{review.get_absolute_url()}answer"
    unused = item_of(review, made.unused).pk
    asked = alice.post(address, {"keep": unused}, **HTMX).content.decode()
    assert f'name="reason-{unused}"' in asked
    assert item_of(review, made.unused).answer == Answer.OPEN
    mia = page_as(made.cast.member)
    mia.post(address, {"revoke": item_of(review, made.unknown).pk})
    assert alice.post(address, {"keep": item_of(review, made.unknown).pk}, **HTMX).status_code == 422  # too late
    kept = alice.post(address, {"keep": unused, f"reason-{unused}": "Once a year it is."}, **HTMX).content.decode()
    assert "Kept" in kept
    assert 'id="progress" hx-swap-oob="true"' in kept
    assert alice.post(address, {"keep": "4000000"}, **HTMX).status_code == 404
    plain = alice.post(address, {"keep": item_of(review, made.used).pk}, follow=True).content.decode()
    assert "1 grant answered" in plain


def test_ticked_ones_and_nonsense(made: SimpleNamespace) -> None:
    review, alice = begin(made), page_as(made.cast.owner_a)
    address = f"{review.get_absolute_url()}answer"
    items = [item_of(review, one).pk for one in (made.unused, made.unknown)]
    said = alice.post(address, {"item": [*items, "x", "9" * 30], "answer": "revoke"}, follow=True).content.decode()
    assert "2 grants answered" in said
    assert "2 not answered" in said or "1 not answered" in said
    assert "Tick some grants first" in alice.post(address, {"answer": "keep"}, follow=True).content.decode()
    assert "Choose from keep, revoke" in alice.post(
        address, {"item": item_of(review, made.used).pk, "answer": "maybe"}, follow=True
    ).content.decode()  # fmt: skip


def test_following_the_suggestion_shows_each_first(made: SimpleNamespace) -> None:
    review, alice = begin(made), page_as(made.cast.owner_a)
    page = alice.get(review.get_absolute_url()).content.decode()
    assert "Apply the suggestion to the 1 to revoke" in page
    preview = alice.get(f"{review.get_absolute_url()}follow/?suggested=revoke").content.decode()
    assert str(made.unused.version) in preview
    assert str(made.used.version) not in preview
    alice.post(f"{review.get_absolute_url()}answer", {"item": item_of(review, made.unused).pk, "answer": "revoke"})
    assert item_of(review, made.unused).answer == Answer.REVOKE
    assert alice.get(f"{review.get_absolute_url()}follow/?suggested=all").status_code == 404


def test_who_may_not_answer_is_told_why(made: SimpleNamespace) -> None:
    review, cast = begin(made), made.cast
    for who in (cast.owner_b, cast.viewer):
        for path in ("", "report/", "follow/?suggested=keep"):
            assert page_as(who).get(f"{review.get_absolute_url()}{path}").status_code == 404
        assert page_as(who).post(f"{review.get_absolute_url()}answer", {"keep": "1"}).status_code == 404
    for who in (cast.auditor, cast.admin):
        assert b'data-key="k"' not in page_as(who).get(review.get_absolute_url()).content
        assert page_as(who).post(f"{review.get_absolute_url()}answer", {"keep": "1"}).status_code == 403
        assert page_as(who).post(f"{review.get_absolute_url()}cancel", {"reason": "Because."}).status_code == 403


def test_called_off_on_its_page(made: SimpleNamespace) -> None:
    review, chen = begin(made), page_as(made.cast.chair)
    chen.post(f"{review.get_absolute_url()}cancel", {"reason": "The scope was wrong."})
    review.refresh_from_db()
    assert review.state == ReviewState.CANCELLED
    assert "The scope was wrong." in chen.get(review.get_absolute_url()).content.decode()


def test_the_report_names_the_audit_entry_of_each_answer(made: SimpleNamespace) -> None:
    review = begin(made)
    say(review, made.cast.owner_a, "revoke", made.unused)
    anna = page_as(made.cast.auditor)
    assert "alice" in anna.get(f"{review.get_absolute_url()}report/").content.decode()
    lines = b"".join(anna.get(f"{review.get_absolute_url()}report/?format=csv")).decode().splitlines()  # type: ignore[call-overload]
    assert len(lines) == 5
    revoked = next(line for line in lines if str(made.unused.version) in line)
    assert revoked.rpartition(",")[2].isdecimal()
    assert str(review) in b"".join(anna.get("/reviews/?format=csv")).decode()  # type: ignore[call-overload]


def test_in_the_inbox_and_on_the_grant(made: SimpleNamespace) -> None:
    review, alice = begin(made), page_as(made.cast.owner_a)
    assert str(review) in alice.get("/inbox/").content.decode()
    assert alice.get("/inbox/count").content == b"1"
    assert page_as(made.cast.owner_b).get("/inbox/count").content == b""
    say(review, made.cast.owner_a, "revoke", made.unused)
    assert "It is to be revoked" in page_as(made.cast.owner_b).get(made.unused.get_absolute_url()).content.decode()


@pytest.mark.parametrize("count", [1, 60])
def test_the_page_takes_few_statements(made: SimpleNamespace, count: int) -> None:
    many(made, count)
    review = begin(made)
    for who in (made.cast.owner_a, made.cast.chair):
        client = page_as(who)
        for address, most in ((review.get_absolute_url(), 12), ("/reviews/", 8)):
            with CaptureQueriesContext(
                connection,
            ) as taken:
                page = client.get(address)
            assert page.status_code == 200
            assert len(taken) <= most, [one["sql"][:120] for one in taken]
    assert page_as(made.cast.owner_a).get(review.get_absolute_url()).content.count(b"<") < 3_000


@pytest.mark.parametrize("count", [1, 60])
def test_the_count_costs_the_same_for_many(made: SimpleNamespace, count: int) -> None:
    """Grants that are held alike are counted where they are: none of them comes here."""
    many(made, count)
    review, fetched = begin(made), list[object]()
    keep = lambda sender, **_: fetched.append(sender)  # noqa: E731
    for who in (made.cast.owner_a, made.cast.owner_b, made.cast.member):
        me = User.objects.get(pk=who.pk)
        one_by_one = [reviewer(me).why_not(review, one) for one in review.items.open().with_names()].count("")
        assert sum(one.count for one in waiting_for(me)) == one_by_one
        signals.post_init.connect(keep, sender=RecertificationItem)
        with CaptureQueriesContext(connection) as taken:
            assert waiting_count(me) == bool(one_by_one)
        signals.post_init.disconnect(keep, sender=RecertificationItem)
        assert fetched == []
        assert len(taken) <= 18


def test_the_same_by_api(made: SimpleNamespace) -> None:
    mia = api_as(made.cast.member, "features:read", "access:decide")
    body = {"title": "2026 Q4", "due_on": str(in_days(14)), "classes": ["quasi-identifier", "direct-identifier"]}
    dry = mia.post("/api/v1/reviews?dry_run=true", body, format="json")
    assert (dry.status_code, dry.json()["grants"], Recertification.objects.count()) == (201, 2, 0)
    started = mia.post("/api/v1/reviews", body, format="json").json()
    assert (started["grants"], started["open"], started["state"]) == (2, 2, "running")
    alice = api_as(made.cast.owner_a, "features:read", "access:decide")
    items = alice.get(f"/api/v1/reviews/{started['id']}/items?unused=true").json()["data"]
    assert [(one["grant"], one["suggested"]) for one in items] == [(str(made.unused), "revoke")]
    assert items[0]["version"] == str(made.unused.version)
    assert items[0]["reader"] == "model:fraud-ranker"
    other = alice.get(f"/api/v1/reviews/{started['id']}/items?answer=open&unused=false").json()["data"][0]
    asked = ((items[0]["id"], "revoke"), (other["id"], "keep"), (99_999_999, "keep"))
    said = [{"id": number, "answer": answer} for number, answer in asked]
    answered = alice.post(f"/api/v1/reviews/{started['id']}/items/decide", {"items": said}, format="json").json()
    assert [one["status"] for one in answered["data"]] == [200, 200, 422]
    assert alice.get(f"/api/v1/reviews/{started['id']}").json()["state"] == "completed"
    assert b"fraud-ranker" in b"".join(alice.get(f"/api/v1/reviews/{started['id']}/items?format=csv"))


def test_refused_by_api_as_on_pages(made: SimpleNamespace) -> None:
    review, cast = begin(made), made.cast
    item = item_of(review, made.used).pk
    body = {"items": [{"id": item, "answer": "keep"}]}
    address = f"/api/v1/reviews/{review}/items/decide"
    scopes = ("features:read", "access:decide")
    answers = {who.username: api_as(who, *scopes).post(address, body, format="json").status_code for who in
               (cast.owner_b, cast.viewer, cast.auditor, cast.admin, cast.owner_a)}  # fmt: skip
    assert answers == {"bob": 404, "vera": 404, "anna": 403, "adam": 403, "alice": 200}
    for who in (cast.owner_b, cast.viewer):
        for path in ("", "/items"):
            assert api_as(who).get(f"/api/v1/reviews/{review}{path}").status_code == 404
        assert api_as(who).get("/api/v1/reviews").json()["data"] == []
    assert api_as(cast.owner_a, "features:read").post(address, body, format="json").status_code == 403
    wrong = api_as(cast.owner_a, *scopes).post(address, {"items": [{"id": item, "answer": "x"}]}, format="json")
    assert wrong.status_code == 422
    assert api_as(cast.owner_a, *scopes).post("/api/v1/reviews", {"title": "x"}, format="json").status_code == 403
