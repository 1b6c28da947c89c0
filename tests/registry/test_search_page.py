"""The search page: one query in box, filters and address; it works without JavaScript, at a fixed price."""

from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tests.cast import page_as
from tests.registry.search_rows import count_up, feature, learn_synonyms, view_of

# A list may cost eight statements, signing in included.
PLAIN = {"/search?q=refund": 9}
PART = {"HTTP_HX_REQUEST": "true", "HTTP_HX_REQUEST_TYPE": "partial"}


@pytest.fixture
def shop(cast: SimpleNamespace) -> SimpleNamespace:
    view = view_of(owner=cast.payments)
    for number in range(3):
        feature(
            f"x_refund_{number}", view=view, entity_names=["user"] if number else ["card"], health="ok",
            description="Refunds <b>of</b> a user", privacy_class="pseudonymous", models_count=number,
        )  # fmt: skip
    count_up()
    learn_synonyms()
    return cast


def body(client: Client, address: str, **how: Any) -> str:
    response = client.get(address, **how)
    assert response.status_code == 200
    return response.content.decode()


class _Boxes(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.ticked: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "input" and said.get("type") == "checkbox" and "checked" in said:
            self.ticked.append((said["name"] or "", said["value"] or ""))


def test_a_hit_shows_what_one_judges_it_by(shop: SimpleNamespace) -> None:
    page = body(page_as(shop.owner_a), "/search?q=refund")
    for text in (
        "x_<mark>refund</mark>_2", "<mark>Refunds</mark> &lt;b&gt;of&lt;/b&gt; a user", "3 features", "2 models",
        "reads not measured", "Payments Features", "v1", "Pseudonymous", "Why this order", "Use 1.385 (2 models)",
        "Yours 1.15", 'value="payments.user_txn_stats.x_refund_2@1"', 'id="freshness-',
    ):  # fmt: skip
        assert text in page, text


def test_before_anything_is_asked(shop: SimpleNamespace) -> None:
    page = body(page_as(shop.owner_a), "/search")
    for text in ("You follow", "Your team’s", "Most used", "New this week", "Follow a feature on its page"):
        assert text in page
    assert page.count("x_refund_2") >= 3
    assert "data-select" not in page


def test_filters_come_back_ticked_from_the_text(shop: SimpleNamespace) -> None:
    page = body(page_as(shop.viewer), "/search?q=refund+entity:(user OR card) health:ok")
    assert sorted(_Boxes(page).ticked) == [("entity", "card"), ("entity", "user"), ("health", "ok")]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("q=refund&entity=user", "refund entity:user"),
        ("q=refund+entity:user&in=entity:user", "refund"),
        ("q=refund+entity:user&in=entity:user&entity=user&entity=card", "refund entity:(user OR card)"),
        ("q=&health=ok", "health:ok"),
    ],
)
def test_the_filters_form_works_without_javascript(shop: SimpleNamespace, form: str, text: str) -> None:
    response = page_as(shop.viewer).get(f"/search?{form}&sort=name", follow=True)
    assert response.redirect_chain[0][1] == 302
    assert response.context["asked"].text == text
    assert response.context["asked"].sort == "name"


def test_each_active_filter_can_be_removed(shop: SimpleNamespace) -> None:
    page = body(page_as(shop.viewer), "/search?q=refund+entity:user+null:>5%25+-status:retired")
    for text in ("entity:user", "null:&gt;5%", "-status:retired"):
        assert f">{text}</a>" in page
    assert 'href="/search?q=refund+null%3A%3E5%25+-status%3Aretired"' in page


def test_a_part_is_sent_to_htmx(shop: SimpleNamespace) -> None:
    part = body(page_as(shop.viewer), "/search?q=refund", **PART)
    assert "<html" not in part
    for text in ('hx-target="#facets"', 'hx-target="#found"', "3 features", 'data-query="refund"'):
        assert text in part
    assert page_as(shop.viewer).get("/search?q=refund").headers["Vary"].startswith("HX-Request-Type")


def test_a_correction_offers_what_was_typed(shop: SimpleNamespace) -> None:
    page = body(page_as(shop.viewer), "/search?q=refnud")
    assert "Showing results for <strong>refund</strong>" in page
    assert "/search?q=refnud&amp;typed=1" in page
    typed = body(page_as(shop.viewer), "/search?q=refnud&typed=1")
    assert "No feature found" in typed


def test_no_hits_say_what_was_tried(shop: SimpleNamespace) -> None:
    page = body(page_as(shop.viewer), "/search?q=txn+refnud+entity:ghost")
    for text in ("No feature found", "Did you mean", ">refund</a>", "transaction", "the next pull brings it here"):
        assert text in page
    assert 'id="found">No features found' in page


def test_an_unreadable_query_is_no_error_page(shop: SimpleNamespace) -> None:
    page = body(page_as(shop.viewer), "/search?q=(refund")
    assert "A bracket is not closed." in page
    assert "3 features" in page


def test_a_reference_leads_to_its_page(shop: SimpleNamespace) -> None:
    page = body(page_as(shop.viewer), "/search?q=user_txn_stats:x_refund_1")
    assert 'Go to <a class="mono" href="/f/payments/user_txn_stats/x_refund_1/"' in page


def test_export_and_api_answer_the_same_query(shop: SimpleNamespace) -> None:
    client = page_as(shop.viewer)
    page = body(client, "/search?q=refund+entity:user&sort=name")
    assert "/search?q=refund+entity%3Auser&amp;sort=name&amp;format=csv" in page
    assert "/api/v1/features?q=refund+entity%3Auser&amp;sort=key" in page
    lines = b"".join(client.get("/search?q=refund+entity:user&format=csv").streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert [line.split(",")[0] for line in lines] == [
        "key", "payments.user_txn_stats.x_refund_1", "payments.user_txn_stats.x_refund_2",
    ]  # fmt: skip
    for sort in ("best", "used", "fresh", "changed", "name"):
        address = client.get(f"/search?q=refund&sort={sort}").context["api"]
        assert client.get(address).status_code == 200, address


def test_more_rows_are_one_link_away(shop: SimpleNamespace) -> None:
    for number in range(40):
        feature(f"y_refund_{number}", description="")
    client = page_as(shop.viewer)
    first = client.get("/search?q=refund")
    more = first.context["more"]
    assert f'href="{more}"'.replace("&", "&amp;") in first.content.decode()
    second = client.get(more)
    assert len(second.context["found"].hits) == 13
    assert client.get("/search?q=refund&cursor=nonsense").status_code == 404


def test_suggestions_for_box_and_palette(shop: SimpleNamespace) -> None:
    client = page_as(shop.viewer)
    options = body(client, "/search/suggest?q=refund")
    assert 'role="option"' in options
    assert "/f/payments/user_txn_stats/x_refund_1/" in options
    assert 'data-insert="entity:user"' in body(client, "/search/suggest?q=entity:u")
    assert body(client, "/search/suggest?q=").strip() == ""


@pytest.mark.parametrize("address", ["/search", "/search?q=x", "/search/suggest?q=x"])
def test_strangers_are_asked_to_sign_in(client: Client, db: None, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("address", ["/search?q=refund", "/search", "/search/suggest?q=refund"])
def test_as_many_statements_for_twenty_rows_as_for_one(
    cast: SimpleNamespace, django_assert_max_num_queries: Any, address: str
) -> None:
    client = page_as(cast.viewer)
    view = view_of(owner=cast.payments)
    feature("x_refund", view=view, models_count=1)
    for number in range(4):
        feature(f"z_refund_{number}", view=view, models_count=1)
    count_up()
    client.get(address)
    with django_assert_max_num_queries(PLAIN.get(address, 20)) as few:
        client.get(address)
    for number in range(20):
        feature(f"y_refund_{number}", view=view_of(f"p{number}", owner=cast.risk), tags=[f"t{number}"], models_count=1)
    count_up()
    with django_assert_max_num_queries(len(few)):
        client.get(address)
