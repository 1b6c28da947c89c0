"""Misspelled and half-typed words: what is searched instead, said plainly, and never past what was found anyway."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.models import WordUse
from registry.search import search
from registry.search.vocabulary import distance, humps_of, words_of
from tests.registry.search_rows import count_up, feature, learn_synonyms, names, view_of


@pytest.fixture
def shop(cast: SimpleNamespace) -> SimpleNamespace:
    for name in ("refund_ratio_7d", "transaction_count_1h", "merchantCategory", "temperature_max", "is_new"):
        feature(name, view=view_of(name="stats"), description="Of a customer")
    count_up()
    learn_synonyms()
    return cast


@pytest.mark.parametrize(
    ("typed", "meant", "found"),
    [
        ("refnud", "refund", "refund_ratio_7d"),
        ("reffund", "refund", "refund_ratio_7d"),
        ("transction", "transaction", "transaction_count_1h"),
        ("tempertaure", "temperature", "temperature_max"),
        ("merchnat", "merchant", "merchantCategory"),
        ("ratoi refnud", "ratio refund", "refund_ratio_7d"),
        ("categ", "categ*", "merchantCategory"),
        ("transac", "transac", "transaction_count_1h"),  # a name begins so: nothing to correct
        ("merchantcat", "merchantcat", "merchantCategory"),
    ],
)
def test_a_slip_is_forgiven_and_said(shop: SimpleNamespace, typed: str, meant: str, found: str) -> None:
    page = search(shop.viewer, typed)
    assert names(page) == found.split()
    assert (page.correction.query if page.correction else typed) == meant


def test_filters_stay_when_a_word_is_corrected(shop: SimpleNamespace) -> None:
    page = search(shop.viewer, "refnud project:payments -status:retired")
    assert page.correction is not None
    assert page.correction.words == (("refnud", "refund"),)
    assert page.correction.query == "refund -status:retired project:payments"
    assert names(page) == ["refund_ratio_7d"]


def test_what_was_typed_can_be_searched_instead(shop: SimpleNamespace) -> None:
    page = search(shop.viewer, "refnud", as_typed=True)
    assert (page.total, page.correction, page.nearest) == (0, None, [])


def test_known_words_are_left_alone(shop: SimpleNamespace) -> None:
    for text in ("ratio", "customer", "txn", '"refnud"', "refund.ratio", "7d"):
        assert search(shop.viewer, text).correction is None, text


def test_enough_hits_are_left_alone(shop: SimpleNamespace) -> None:
    for number in range(5):
        feature(f"score_{number}", description="refundable")
    assert search(shop.viewer, "refundable").correction is None


def test_a_correction_that_finds_no_more_is_not_made(shop: SimpleNamespace) -> None:
    page = search(shop.viewer, "refnud entity:ghost")
    assert (page.total, page.correction) == (0, None)
    assert page.nearest == ["refund"]


def test_any_word_will_do_where_none_has_all(shop: SimpleNamespace) -> None:
    page = search(shop.viewer, "temperature refnud")
    assert sorted(names(page)) == ["refund_ratio_7d", "temperature_max"]
    assert page.notes == ["No feature has all of these words. These have at least one of them."]
    assert page.correction is not None
    assert page.correction.words == (("refnud", "refund"),)


def test_later_pages_are_of_the_corrected_search(shop: SimpleNamespace) -> None:
    for number in range(8):
        feature(f"x_refund_{number}")
    first = search(shop.viewer, "refnud", limit=5)
    second = search(shop.viewer, "refnud", limit=5, cursor=first.next_cursor)
    assert len({*names(first), *names(second)}) == 9


def test_stop_words_are_searched_when_there_is_nothing_else(shop: SimpleNamespace) -> None:
    assert names(search(shop.viewer, "is new")) == ["is_new"]
    assert names(search(shop.viewer, "is")) == ["is_new"]
    assert names(search(shop.viewer, "is of the refund")) == ["refund_ratio_7d"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("merchant", "merchantCategory"),
        ("merchantCategory", "merchantCategory"),
        ("transactions", "transaction_count_1h"),
        ("transactio*", "transaction_count_1h"),
        ("1h", "transaction_count_1h"),
        ('"ratio 7d"', "refund_ratio_7d"),
        ('"7d ratio"', ""),
        ("refund -ratio", ""),
        ("refund OR temperature", "refund_ratio_7d temperature_max"),
        ("(refund OR count) -1h", "refund_ratio_7d"),
        ("REFUND", "refund_ratio_7d"),
        ("refund_ratio_7d@1", "refund_ratio_7d"),
    ],
)
def test_words_phrases_and_beginnings(shop: SimpleNamespace, text: str, found: str) -> None:
    assert sorted(names(search(shop.viewer, text, as_typed=True))) == found.split()


def test_words_of_other_scripts(cast: SimpleNamespace) -> None:
    feature("größe_計数", description="Übermäßig große Beträge")
    count_up()
    for text in ("größe", "計数", "GRÖßE", "beträge"):
        assert names(search(cast.viewer, text)) == ["größe_計数"], text


def test_the_vocabulary_follows_the_names(shop: SimpleNamespace) -> None:
    words = set(WordUse.objects.values_list("word__word", flat=True))
    assert words == {"refund", "ratio", "transaction", "count", "merchant", "category", "temperature", "max", "new"}
    view_of(name="stats").features.filter(name="temperature_max").delete()
    feature("refund_max", state="draft")
    count_up()
    uses = dict(WordUse.objects.values_list("word__word", "features"))
    assert "temperature" not in uses
    assert uses["refund"] == 1


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("refund", "refund", 0), ("refnud", "refund", 1), ("refun", "refund", 1), ("rfnudx", "refund", 3), ("", "abc", 3)],
)
def test_slips(one: str, other: str, slips: int) -> None:
    assert distance(one, other) == slips


@given(st.text("abc", max_size=8), st.text("abc", max_size=8))
def test_slips_are_symmetric_and_bounded(one: str, other: str) -> None:
    assert distance(one, other) == distance(other, one)
    assert abs(len(one) - len(other)) <= distance(one, other) <= max(len(one), len(other))


def test_splitting() -> None:
    assert words_of("avg_txnAmount.7d, x-y") == ["avg", "txnAmount", "7d", "x", "y"]
    assert humps_of("txnAmountEUR") == ["txn", "Amount", "EUR"]
    assert humps_of("HTTPServer") == ["HTTP", "Server"]
    assert humps_of("plain") == ["plain"]
