"""The order of hits: which factor moves what, what stands for what, and pages that fit together."""

from datetime import UTC, datetime, timedelta
from math import prod
from types import SimpleNamespace

import pytest
from django.utils import timezone

from registry.models import Feature, Follow, Version
from registry.search import SORTS, BadCursor, ranking, search
from registry.search.results import Hit
from tests.registry.search_rows import feature, learn_synonyms, names, view_of

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def first_two(cast: SimpleNamespace, text: str) -> list[str]:
    return names(search(cast.viewer, text))[:2]


def test_a_whole_name_comes_before_its_beginning_before_words(cast: SimpleNamespace) -> None:
    feature("total", description="amount amount amount", models_count=20)
    feature("amount_7d", models_count=1)
    feature("amount")
    assert names(search(cast.viewer, "amount")) == ["amount", "amount_7d", "total"]


def test_several_words_may_be_a_name(cast: SimpleNamespace) -> None:
    feature("amount_avg", description="avg amount avg amount", models_count=9)
    feature("avg_amount_30d")
    feature("avg_amount")
    assert names(search(cast.viewer, "avg amount")) == ["avg_amount", "avg_amount_30d", "amount_avg"]


def test_name_before_description_before_source_before_definition(cast: SimpleNamespace) -> None:
    feature("d", definition="select refund from x")
    feature("c", context="refund_events")
    feature("b", description="What a refund cost")
    feature("x_refund")
    assert names(search(cast.viewer, "refund")) == ["x_refund", "b", "c", "d"]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"models_count": 5}, {"models_count": 0}),
        ({"state": "active"}, {"state": "quarantined"}),
        ({"state": "active"}, {"state": "deprecated", "version": {"deprecated_at": NOW}}),
        ({"health": "ok"}, {"health": "warn"}),
        ({"health": "warn"}, {"health": "unknown"}),
        ({"health": "unknown"}, {"health": "crit"}),
        ({"description": "Said", "privacy_class": "none"}, {"description": "Said", "privacy_class": ""}),
    ],
)
def test_each_factor_moves_a_hit(cast: SimpleNamespace, better: dict, worse: dict) -> None:
    view = view_of(owner=cast.risk)
    feature("x_refund_a", view=view, **worse)
    feature("x_refund_b", view=view, **better)
    assert first_two(cast, "refund") == ["x_refund_b", "x_refund_a"]


def test_ones_own_team_and_followed_entities_come_first(cast: SimpleNamespace) -> None:
    feature("x_refund_a", view=view_of("other", owner=cast.risk))
    feature("x_refund_b", view=view_of("payments", owner=cast.payments))
    feature("x_refund_c", view=view_of("other", owner=cast.risk), entity_names=["card"])
    followed = feature("balance", view=view_of("other", owner=cast.risk), entity_names=["card"])
    assert names(search(cast.viewer, "refund"))[0] == "x_refund_a"
    assert names(search(cast.owner_a, "refund"))[0] == "x_refund_b"
    Follow.objects.create(user=cast.viewer, feature=followed)
    assert names(search(cast.viewer, "refund"))[0] == "x_refund_c"


def test_the_score_is_the_product_of_what_is_shown(cast: SimpleNamespace) -> None:
    view = view_of(owner=cast.payments)
    feature("refund_7d", view=view, description="A refund", privacy_class="none", health="warn", models_count=7)
    hit = search(cast.owner_a, "refund").hits[0]
    assert [(factor.label, round(factor.value, 3)) for factor in hit.factors] == [
        ("Text", 2), ("Use", 1.728), ("Health", 0.95), ("Yours", 1.15), ("Care", 1.1),
    ]  # fmt: skip
    assert hit.score == pytest.approx(prod(factor.value for factor in hit.factors))
    assert hit.factors[1].reason == "7 models"


def test_synonyms_find_each_other(cast: SimpleNamespace) -> None:
    learn_synonyms()
    feature("txn_cnt_1h")
    feature("transaction_count_1d")
    for text in ("txn count", "transactions cnt", "trx counts"):
        found = search(cast.viewer, text)
        assert sorted(names(found)) == ["transaction_count_1d", "txn_cnt_1h"], text
    assert "transaction" in search(cast.viewer, "txn").synonyms["txn"]


def replaced(view_name: str = "user_txn_stats") -> tuple[Feature, Feature]:
    """A deprecated feature and the one that replaces it, under another name."""
    view = view_of(name=view_name)
    new = feature("monetary_90d", view=view)
    old = feature("spend_total", view=view, state="deprecated", version={"deprecated_at": NOW})
    Version.objects.filter(feature=old).update(replacement=new.versions.get())
    return old, new


def found(page: object) -> list[tuple[str, str]]:
    return [(hit.name, hit.through) for hit in page.hits]  # type: ignore[attr-defined]


def test_a_deprecated_feature_is_folded_under_its_replacement(cast: SimpleNamespace) -> None:
    old, _ = replaced()
    page = search(cast.viewer, "spend")
    assert found(page) == [("monetary_90d", old.key)]
    assert (page.total, page.hits[0].replaces) == (1, (old.key,))
    assert found(search(cast.viewer, "user")) == [("monetary_90d", "")]


def test_it_is_shown_by_its_whole_name_or_its_state(cast: SimpleNamespace) -> None:
    replaced()
    assert found(search(cast.viewer, "spend_total")) == [("spend_total", "")]
    assert found(search(cast.viewer, "status:deprecated")) == [("spend_total", "")]


def test_with_filters_nothing_stands_in_that_does_not_pass_them(cast: SimpleNamespace) -> None:
    old, new = replaced()
    Feature.objects.filter(pk=old.pk).update(health="crit")
    assert found(search(cast.viewer, "spend health:crit")) == [("spend_total", "")]
    Feature.objects.filter(pk=new.pk).update(health="crit")
    assert found(search(cast.viewer, "stats health:crit")) == [("monetary_90d", "")]


def test_a_hidden_replacement_stands_for_nothing(cast: SimpleNamespace) -> None:
    old, new = replaced()
    Feature.objects.filter(pk=new.pk).update(
        project=view_of("secret", owner=cast.risk, visibility="restricted").project
    )
    page = search(cast.viewer, "spend")
    assert found(page) == [("spend_total", "")]
    assert page.hits[0].replaces == ()


def test_retired_and_gone_features_are_not_found_unless_asked_for(cast: SimpleNamespace) -> None:
    feature("refund_old", state="retired")
    feature("refund_gone", gone_at=timezone.now())
    assert names(search(cast.viewer, "refund")) == []
    assert names(search(cast.viewer, "refund status:retired")) == ["refund_old"]
    assert names(search(cast.viewer, "refund is:gone")) == ["refund_gone"]


def test_drafts_are_found_by_their_team_alone(cast: SimpleNamespace) -> None:
    feature("refund_next", view=view_of(owner=cast.payments), state="draft")
    assert names(search(cast.owner_a, "refund")) == ["refund_next"]
    for other in (cast.viewer, cast.owner_b, cast.admin):
        assert names(search(other, "refund")) == []
    assert names(search(cast.admin, "refund status:draft")) == ["refund_next"]
    assert names(search(cast.viewer, "refund status:draft")) == []


@pytest.fixture
def thirty(cast: SimpleNamespace) -> list[Feature]:
    """Thirty features with the same words, some of equal rank."""
    made = []
    for number in range(30):
        view = view_of(name=f"view{number % 4}", source_until=NOW - timedelta(hours=number % 4))
        made.append(feature(f"x_refund_{number:02}", view=view, models_count=number % 5))
        Feature.objects.filter(pk=made[-1].pk).update(changed_at=NOW - timedelta(days=number % 7))
    return made


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("text", ["refund", "project:payments"])
def test_pages_fit_together_in_every_order(cast: SimpleNamespace, thirty: list[Feature], sort: str, text: str) -> None:
    whole = search(cast.viewer, text, sort=sort, limit=100)
    pages, cursor = [], ""
    while True:
        page = search(cast.viewer, text, sort=sort, limit=7, cursor=cursor)
        pages += page.hits
        assert (page.total, page.is_total_exact) == (30, True)
        if not (cursor := page.next_cursor):
            break
    assert [hit.id for hit in pages] == [hit.id for hit in whole.hits]
    assert len({hit.id for hit in pages}) == 30


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        ("used", lambda hit: -hit.models_count),
        ("changed", lambda hit: -hit.changed_at.timestamp()),
        ("name", lambda hit: hit.key),
        ("fresh", lambda hit: hit.view),
        ("best", lambda hit: -hit.score),
    ],
)
def test_orders(cast: SimpleNamespace, thirty: list[Feature], sort: str, value: object) -> None:
    hits: list[Hit] = search(cast.viewer, "refund", sort=sort, limit=50).hits
    assert hits == sorted(hits, key=value)  # type: ignore[call-overload]


def test_a_page_goes_on_where_it_ended_when_rows_are_added(cast: SimpleNamespace, thirty: list[Feature]) -> None:
    first = search(cast.viewer, "refund", limit=10)
    feature("x_refund_new", models_count=99)
    second = search(cast.viewer, "refund", limit=10, cursor=first.next_cursor)
    assert not {hit.id for hit in first.hits} & {hit.id for hit in second.hits}
    assert "x_refund_new" not in names(second)


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "bnVsbA", "é", "A" * 5000])
def test_a_made_up_cursor_is_refused(cast: SimpleNamespace, cursor: str) -> None:
    with pytest.raises(BadCursor):
        search(cast.viewer, "refund", cursor=cursor)


def test_a_cursor_belongs_to_its_sort(cast: SimpleNamespace, thirty: list[Feature]) -> None:
    cursor = search(cast.viewer, "refund", limit=5).next_cursor
    with pytest.raises(BadCursor, match="another sort"):
        search(cast.viewer, "refund", sort="name", cursor=cursor)
    with pytest.raises(ValueError, match="best, used, fresh, changed, name"):
        search(cast.viewer, "refund", sort="colour")


def test_beyond_the_cap_names_as_typed_are_still_there(
    cast: SimpleNamespace, thirty: list[Feature], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "MAX_CANDIDATES", 10)
    feature("refund")
    page = search(cast.viewer, "refund", limit=3)
    assert page.hits[0].name == "refund"
    assert (page.total, page.is_total_exact) == (10, False)
    assert search(cast.viewer, "x_refund_07").total == 1
