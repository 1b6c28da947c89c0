"""Access in a real browser: asked for, decided by keyboard alone, without barriers."""

from types import SimpleNamespace

import pytest

from governance.models import AccessRequest, Grant, RequestState
from tests.browser.conftest import Visit, faults
from tests.governance.asking import WHY, ask, decide, make_asking

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def asking(cast: SimpleNamespace) -> SimpleNamespace:
    return make_asking(cast)


def test_no_barriers_and_nothing_cut_off(visit: Visit, asking: SimpleNamespace) -> None:
    cast = asking.cast
    granted, waiting = ask(asking, asking.postcode), ask(asking, asking.email, asking.health)
    decide(granted, cast.owner_a, days=30)
    decide(granted, cast.member)
    decide(waiting, cast.owner_a)
    mine = ["/inbox/", "/requests/", "/requests/?of=decided", waiting.get_absolute_url(), granted.get_absolute_url(),
            "/grants/", Grant.objects.get().get_absolute_url(), f"{asking.email.feature.get_absolute_url()}access/",
            asking.fraud.get_absolute_url(), "/policies/access/direct-identifier/"]  # fmt: skip
    assert faults(visit, mine, user=cast.member) == {}
    asker = [f"/requests/new?f={asking.amount}", waiting.get_absolute_url()]
    assert faults(visit, asker, user=cast.owner_b) == {}


def test_asked_for_from_the_feature(visit: Visit, asking: SimpleNamespace) -> None:
    page = visit(f"{asking.postcode.feature.get_absolute_url()}access/", user=asking.cast.owner_b, width=390)
    page.get_by_role("main").get_by_role("link", name="Request access").first.click()
    page.get_by_label("Purpose").select_option(label="fraud")
    page.get_by_label("What will you do with it?").fill(WHY)
    page.get_by_label("Who will read it?").select_option(label="model:fraud-ranker")
    page.get_by_role("button", name="Send the request").click()
    page.get_by_text("Those who decide are told.").wait_for()
    assert AccessRequest.objects.get().state == RequestState.REVIEW


def test_decided_by_keyboard_alone(visit: Visit, asking: SimpleNamespace) -> None:
    """From the inbox through two requests: j and Enter open, a approves, ] goes on, r writes why, d denies."""
    cast = asking.cast
    first, second = ask(asking, asking.postcode), ask(asking, asking.email, consumer=None)
    for one in (first, second):
        decide(one, cast.owner_a)
    page = visit("/", user=cast.member)
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/inbox/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=f"{first} ·").wait_for()
    page.keyboard.press("a")
    page.get_by_text("You have decided.").wait_for()
    assert Grant.objects.active().count() == 1
    page.keyboard.press("]")
    page.get_by_role("heading", name=f"{second} ·").wait_for()
    page.keyboard.press("r")
    page.keyboard.type("Use the hash of it instead.")
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.get_by_text("You have decided.").wait_for()
    second.refresh_from_db()
    assert second.state == RequestState.DENIED
    page.keyboard.press("u")
    page.get_by_role("button", name="Approve 1 feature").wait_for()
    second.refresh_from_db()
    assert second.state == RequestState.REVIEW
