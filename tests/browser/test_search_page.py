"""Search in a real browser: results while typing, filters and box as one query, rows walked and compared by keys."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, faults
from tests.registry.search_rows import count_up, feature, view_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop(cast: SimpleNamespace) -> SimpleNamespace:
    view = view_of(owner=cast.payments)
    for number in range(40):
        feature(
            f"x_refund_{number:02}", view=view, entity_names=["user" if number % 4 else "card"],
            health="ok" if number % 3 else "crit", description="Refunds of a customer, settled rows only",
            privacy_class="pseudonymous" if number % 2 else "", models_count=number % 5, tags=["tier=1"],
        )  # fmt: skip
    count_up()
    return cast


def test_no_barriers(shop: SimpleNamespace, visit: Visit) -> None:
    addresses = ("/search", "/search?q=refund+entity:user", "/search?q=refnud", "/search?q=ghost+entity:nobody")
    assert faults(visit, addresses, user=shop.viewer) == {}
    page = visit(addresses[0], user=shop.viewer)
    for address in addresses:
        page.goto(address)
        assert page.evaluate("document.querySelectorAll('*').length") <= 1_500


def test_results_follow_what_is_typed(shop: SimpleNamespace, visit: Visit) -> None:
    page = visit("/search", user=shop.viewer)
    page.keyboard.press("/")
    page.keyboard.type("refund entity:card", delay=20)
    expect(page.locator("#found")).to_have_text("10 features")
    expect(page.locator("#q")).to_be_focused()
    assert "q=refund+entity%3Acard" in page.url
    expect(page.get_by_role("checkbox", name="card")).to_be_checked()


def test_filters_and_box_are_one_query(shop: SimpleNamespace, visit: Visit) -> None:
    page = visit("/search?q=refund", user=shop.viewer)
    page.locator("#facets input[name=entity][value=card]").check()
    expect(page.locator("#q")).to_have_value("refund entity:card")
    page.locator("#facets input[name=health][value=crit]").check()
    expect(page.locator("#q")).to_have_value("refund entity:card health:crit")
    expect(page.locator("#found")).to_have_text("4 features")
    page.locator("#facets input[name=entity][value=card]").uncheck()
    expect(page.locator("#q")).to_have_value("refund health:crit")
    page.get_by_role("link", name="health:crit").click()
    expect(page.locator("#q")).to_have_value("refund")
    page.go_back()
    expect(page.locator("#q")).to_have_value("refund health:crit")


def test_rows_are_walked_ticked_and_compared_by_keys(shop: SimpleNamespace, visit: Visit) -> None:
    page = visit("/search?q=refund&sort=name", user=shop.viewer)
    for key in "jxjx":
        page.keyboard.press(key)
    expect(page.locator(".selection")).to_contain_text("2 features selected")
    page.keyboard.press("c")
    page.wait_for_url("**/compare?**")
    assert page.url.count("x_refund_") == 2


def test_more_rows_come_in_place(shop: SimpleNamespace, visit: Visit) -> None:
    page = visit("/search?q=refund", user=shop.viewer)
    expect(page.locator("#rows > .hit")).to_have_count(30)
    page.get_by_role("link", name="Show more").click()
    expect(page.locator("#rows > .hit")).to_have_count(40)
    expect(page.get_by_role("link", name="Show more")).to_have_count(0)


def test_it_works_without_javascript(shop: SimpleNamespace, visit: Visit) -> None:
    page = visit("/search", user=shop.viewer, java_script_enabled=False)
    page.locator("#q").fill("refund")
    page.keyboard.press("Enter")
    page.locator("#facets input[name=entity][value=card]").check()
    page.get_by_role("button", name="Apply filters").click()
    assert "q=refund+entity%3Acard" in page.url
    page.get_by_label("Sort", exact=True).select_option("name")
    page.get_by_role("button", name="Sort").click()
    assert page.locator("#rows h2").first.inner_text().endswith("x_refund_00")
