"""Reviews, the committee, policies and purposes in a real browser: without barriers, and answered by keys."""

from types import SimpleNamespace

import pytest

from governance.models import Answer
from tests.browser.conftest import Visit, faults
from tests.governance.asking import ask, decide
from tests.governance.reviewing import begin, item_of, make_reviewing, say

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def made(cast: SimpleNamespace) -> SimpleNamespace:
    return make_reviewing(cast)


def test_no_barriers_and_nothing_cut_off(visit: Visit, made: SimpleNamespace) -> None:
    review = begin(made)
    say(review, made.cast.owner_a, "revoke", made.unused)
    request = ask(made.asking, made.asking.email)
    decide(request, made.cast.owner_a)
    pages = (
        "/committee/", "/committee/?of=agenda", "/committee/?of=conflicts", "/committee/minutes/", "/purposes/",
        "/purposes/fraud/", "/policies/?of=access", "/policies/access/quasi-identifier/", "/policies/access/new/",
        "/reviews/", "/reviews/new/", f"/reviews/{review}/", f"/reviews/{review}/follow/?suggested=keep",
        f"/reviews/{review}/report/",
    )  # fmt: skip
    assert faults(visit, pages, user=made.cast.chair) == {}


def test_answered_by_keys(visit: Visit, made: SimpleNamespace) -> None:
    review = begin(made)
    page = visit(f"/reviews/{review}/", user=made.cast.owner_a)
    page.keyboard.press("j")
    page.keyboard.press("r")  # what was unused is first
    page.get_by_text("1 revoked").wait_for()
    page.keyboard.press(" ")
    page.keyboard.press("k")
    page.get_by_text("1 kept, 1 revoked").wait_for()
    page.keyboard.press(" ")
    page.keyboard.press(" ")
    page.keyboard.press("r")  # against the suggestion
    page.locator("[name^=reason-]").fill("Nobody knows this reader.")
    page.get_by_role("button", name="Revoke it").click()
    page.get_by_text("1 kept, 2 revoked").wait_for()
    assert item_of(review, made.used).answer == Answer.REVOKE
    assert item_of(review, made.fresh).answer == Answer.KEEP


def test_a_policy_is_tried_before_it_is_saved(visit: Visit, made: SimpleNamespace) -> None:
    page = visit("/policies/access/quasi-identifier/", user=made.cast.chair)
    page.get_by_label("Votes of the committee").fill("2")
    page.get_by_role("button", name="Try it on past decisions").click()
    page.get_by_text("would have altered 1 of the last 4 requests").wait_for()
    assert page.get_by_label("Votes of the committee").input_value() == "2"


def test_the_suggestion_is_seen_before_it_is_applied(visit: Visit, made: SimpleNamespace) -> None:
    review = begin(made)
    page = visit(f"/reviews/{review}/", user=made.cast.owner_a, width=390)
    page.get_by_role("link", name="Apply it to the 2 to keep").click()
    page.get_by_role("button", name="Keep those that are ticked").click()
    page.get_by_text("2 grants answered.").wait_for()
    assert item_of(review, made.used).answer == Answer.KEEP
