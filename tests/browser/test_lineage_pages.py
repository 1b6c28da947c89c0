"""Lineage in a real browser: without barriers, and walked by its boxes."""

from types import SimpleNamespace

import pytest

from lineage.models import Node
from registry.models import Message
from tests.browser.conftest import Visit, faults
from tests.lineage.orders import CLEAN, RAW, make_orders
from tests.lineage.sent import forget

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def orders(cast: SimpleNamespace) -> SimpleNamespace:
    forget()  # nothing empties the table of events, which no model manages, and an event is told once
    return make_orders(cast)


def test_no_barriers_and_nothing_cut_off(visit: Visit, cast: SimpleNamespace, orders: SimpleNamespace) -> None:
    table, job = (Node.objects.get(name=name).pk for name in (CLEAN, "clean"))
    run = Node.objects.get(pk=job).runs.get().pk
    pages = (
        "/lineage/", f"/lineage/?node={CLEAN}", f"/lineage/?node={RAW}&to=model:fraud",
        f"/a/{table}/", f"/a/{table}/impact/tell/", f"/a/{job}/", f"/a/{job}/runs/{run}/",
        "/f/shop/order_stats/amount/lineage/",
    )  # fmt: skip
    answer = faults(
        lambda *given, **how: visit(*given, **how), [one for one in pages if "nothing" not in one], user=cast.owner_a
    )
    assert answer == {}


def test_walking_by_boxes(visit: Visit, cast: SimpleNamespace, orders: SimpleNamespace) -> None:
    page = visit(f"/lineage/?node={CLEAN}", user=cast.owner_a)
    page.locator(".lineage a", has_text="raw.orders").click()
    page.get_by_role("heading", name="Lineage of raw.orders").wait_for()
    assert page.locator(".lineage .start text").first.text_content() == "raw.orders"
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.get_by_role("heading", name="Lineage", exact=True).wait_for()


def test_telling_who_is_hit(visit: Visit, cast: SimpleNamespace, orders: SimpleNamespace) -> None:
    page = visit(f"/a/{Node.objects.get(name=RAW).pk}/", user=cast.owner_a)
    page.get_by_role("link", name="Tell them").click()
    page.get_by_role("heading", name="Tell who is hit").wait_for()
    page.get_by_label("What they are told").fill("Since nine no orders arrive.")
    page.get_by_role("button", name="Send to 2 teams").click()
    page.get_by_text("All who are hit are told.").wait_for()
    assert Message.objects.count() == 2
