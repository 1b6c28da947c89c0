"""Facets count what each filter would leave, whether the counts were kept, added up or taken from the matches."""

from types import SimpleNamespace

import pytest

from registry.models import Feature, User
from registry.search import facets, search
from registry.search.results import Facet
from tests.registry.search_rows import count_up, feature, view_of


@pytest.fixture
def shop(cast: SimpleNamespace) -> SimpleNamespace:
    """Six features in two projects, a retired one and another team's draft."""
    pay, risk = view_of("payments", owner=cast.payments), view_of("fraud", owner=cast.risk)
    for number, (view, health, entities, tags) in enumerate(
        [
            (pay, "ok", ["user"], ["tier=1"]),
            (pay, "ok", ["user", "card"], ["tier=1", "gold"]),
            (pay, "crit", ["card"], []),
            (risk, "ok", ["user"], ["gold"]),
            (risk, "unknown", [], []),
            (risk, "unknown", ["card"], []),
        ]
    ):
        feature(f"amount_{number}", view=view, health=health, entity_names=entities, tags=tags, store="shop")
    feature("amount_old", view=pay, state="retired")
    feature("amount_next", view=risk, state="draft", health="warn")
    count_up()
    return cast


def counts(actor: User, text: str, **chosen: list[str]) -> dict[str, dict[str, int]]:
    page = search(actor, text, chosen=chosen, with_facets=True)
    return {facet.name: {option.value: option.count for option in facet.options} for facet in page.facets}


EVERYTHING = {
    "status": {"active": 6, "retired": 1},
    "health": {"ok": 3, "crit": 1, "unknown": 2},
    "pii": {"unclassified": 6},
    "entity": {"card": 3, "user": 3},
    "owner": {"payments": 3, "risk": 3},
    "store": {"shop": 6},
    "online": {"false": 6},
    "project": {"fraud": 3, "payments": 3},
    "tag": {"gold": 2, "tier=1": 2},
}


@pytest.mark.parametrize("text", ["", "amount"])
def test_before_anything_is_chosen(shop: SimpleNamespace, text: str) -> None:
    assert counts(shop.viewer, text) == EVERYTHING


@pytest.mark.parametrize("text", ["", "amount"])
def test_a_facet_is_counted_without_its_own_choice(shop: SimpleNamespace, text: str) -> None:
    found = counts(shop.viewer, text, health=["ok"], project=["payments"])
    assert found["health"] == {"ok": 2, "crit": 1, "unknown": 0}
    assert found["project"] == {"fraud": 1, "payments": 2}
    assert found["entity"] == {"card": 1, "user": 2}
    assert found["owner"] == {"payments": 2, "risk": 0}


@pytest.mark.parametrize("text", ["", "amount"])
def test_values_of_one_facet_are_alternatives(shop: SimpleNamespace, text: str) -> None:
    found = counts(shop.viewer, text, health=["crit", "unknown"])
    assert found["entity"] == {"card": 2, "user": 0}
    assert search(shop.viewer, text, chosen={"health": ["crit", "unknown"]}).total == 3


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [
        ("entity:user", {"entity": ["user"]}),
        ("entity:(user OR card)", {"entity": ["user", "card"]}),
        ("amount owner:payments", {"owner": ["payments"]}),
        ("amount tag:gold", {"tag": ["gold"]}),
        ("pii:unclassified online:false", {"pii": ["unclassified"], "online": ["false"]}),
        ("owner:none", {"owner": ["none"]}),
        ("status:(active OR retired)", {"status": ["active", "retired"]}),
    ],
)
def test_typing_a_filter_is_ticking_it(shop: SimpleNamespace, typed: str, chosen: dict[str, list[str]]) -> None:
    words = "amount" if typed.startswith("amount") else ""
    by_text = search(shop.viewer, typed, with_facets=True)
    by_choice = search(shop.viewer, words, chosen=chosen, with_facets=True)
    assert by_text.choices == by_choice.choices == chosen
    assert (by_text.facets, by_text.hits) == (by_choice.facets, by_choice.hits)


@pytest.mark.parametrize("text", ["", "amount"])
def test_what_is_selected_says_so(shop: SimpleNamespace, text: str) -> None:
    page = search(shop.viewer, text, chosen={"entity": ["user"]}, with_facets=True)
    entity = next(facet for facet in page.facets if facet.name == "entity")
    assert [(option.value, option.is_selected) for option in entity.options] == [("user", True), ("card", False)]


def test_drafts_count_for_their_team(shop: SimpleNamespace) -> None:
    for text in ("", "amount"):
        assert counts(shop.owner_b, text)["status"] == {"active": 6, "retired": 1, "draft": 1}
        assert counts(shop.owner_b, text)["health"]["warn"] == 1
        assert "draft" not in counts(shop.viewer, text)["status"]
        assert counts(shop.admin, text)["status"]["draft"] == 1
        assert "warn" not in counts(shop.viewer, text)["health"]


def test_other_conditions_are_counted_from_the_features(shop: SimpleNamespace) -> None:
    Feature.objects.filter(name="amount_0").update(models_count=4)
    assert counts(shop.viewer, "used:>0")["entity"] == {"user": 1}
    assert counts(shop.viewer, "-entity:user")["entity"] == {"card": 2}


def test_past_the_cap_counts_are_not_called_exact(shop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facets, "MAX_COUNTED", 4)
    found: list[Facet] = search(shop.viewer, "amount", with_facets=True).facets
    assert {facet.is_exact for facet in found} == {False}
    assert {facet.is_exact for facet in search(shop.viewer, "", with_facets=True).facets} == {True}


def test_conditions_that_exclude_each_other_count_nothing(shop: SimpleNamespace) -> None:
    page = search(shop.viewer, "amount owner:@me", with_facets=True)
    assert (page.total, page.hits) == (0, [])
    assert {option.count for facet in page.facets if facet.name != "owner" for option in facet.options} <= {0}


def test_counting_again_does_not_add_up(shop: SimpleNamespace) -> None:
    count_up()
    count_up()
    assert counts(shop.viewer, "") == EVERYTHING
    Feature.objects.filter(name="amount_0").delete()
    count_up()
    assert counts(shop.viewer, "")["health"]["ok"] == 2
