"""Lineage in a real browser: without barriers, and walked by its boxes."""

from types import SimpleNamespace

import pytest

from lineage.models import Node
from registry.models import Message
from tests.browser.conftest import WIDTHS, Visit, faults
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


def test_walking_by_arrows(visit: Visit, cast: SimpleNamespace, orders: SimpleNamespace) -> None:
    page = visit(f"/lineage/?node={CLEAN}&up=2&down=5", user=cast.owner_a)
    here = page.locator(".lineage a:focus text").first
    page.locator(".lineage .start a").first.focus()
    walked = []
    for key in ("ArrowLeft", "ArrowLeft", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
        walked.append(here.text_content())
    assert walked[:3] == ["raw.orders", "raw.orders", "clean.orders"], "there is nothing further upstream"
    assert {walked[3], walked[4]} == {"order_stats", "scores"}
    assert walked[5] == walked[3]
    assert page.locator(".lineage .lit").count() > 0
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=f"Lineage of {walked[5]}").wait_for()


@pytest.mark.parametrize("width", WIDTHS)
def test_it_opens_at_what_was_asked_for(
    visit: Visit, cast: SimpleNamespace, orders: SimpleNamespace, width: int
) -> None:
    page = visit(f"/lineage/?node={CLEAN}&up=2&down=5", user=cast.owner_a, width=width)
    box, frame = page.locator(".lineage .start rect").bounding_box(), page.locator(".graph-box").bounding_box()
    assert box
    assert frame
    assert frame["x"] <= box["x"]
    assert box["x"] + box["width"] <= frame["x"] + frame["width"]


def test_telling_who_is_hit(visit: Visit, cast: SimpleNamespace, orders: SimpleNamespace) -> None:
    page = visit(f"/a/{Node.objects.get(name=RAW).pk}/", user=cast.owner_a)
    page.get_by_role("link", name="Tell them").click()
    page.get_by_role("heading", name="Tell who is hit").wait_for()
    page.get_by_label("What they are told").fill("Since nine no orders arrive.")
    page.get_by_role("button", name="Send to 2 teams").click()
    page.get_by_text("All who are hit are told.").wait_for()
    assert Message.objects.count() == 2
