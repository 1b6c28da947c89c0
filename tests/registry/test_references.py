"""References: our keys and Feast's notation, both ways, however odd the names are."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.models import Version
from registry.references import (
    Reference,
    find_features,
    format_feast,
    format_key,
    number_up_to,
    parse_feast,
    parse_key,
    storable,
)
from tests.registry.search_rows import feature, view_of

NAMES = st.text(st.characters(codec="utf-8", exclude_characters=".:@\0"), min_size=1, max_size=20).filter(
    lambda name: name == name.strip() and "__" not in name and not name.startswith("_") and not name.endswith("_")
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("payments.stats.avg", Reference("stats", "avg", "payments")),
        ("payments.stats.avg@2", Reference("stats", "avg", "payments", 2)),
        ("payments.stats.avg@v2", Reference("stats", "avg", "payments", 2)),
        ("  payments.stats.avg  ", Reference("stats", "avg", "payments")),
        ("payments.stats.cost: total $", Reference("stats", "cost: total $", "payments")),
        ("payments.stats.a.b.c@3", Reference("stats", "a.b.c", "payments", 3)),
        ("payments.stats", None),
        ("payments..avg", None),
        ("", None),
    ],
)
def test_keys(text: str, expected: Reference | None) -> None:
    assert parse_key(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stats:avg", [("stats", "avg", None)]),
        ("stats@v2:avg", [("stats", "avg", 2)]),
        ("stats@latest:avg", [("stats", "avg", None)]),
        ("stats__avg", [("stats", "avg", None)]),
        ("a__b__c", [("a", "b__c", None), ("a__b", "c", None)]),
        ("a___b", [("a", "_b", None), ("a_", "b", None)]),
        ("stats:cost: total", [("stats", "cost: total", None)]),
        ("avg", []),
        ("__avg", []),
        ("stats__", []),
        (":", []),
    ],
)
def test_feast_references(text: str, expected: list[tuple[str, str, int | None]]) -> None:
    assert [(one.view, one.feature, one.number) for one in parse_feast(text)] == expected


@given(project=NAMES, view=NAMES, name=NAMES, number=st.none() | st.integers(0, 10**8))
def test_what_is_written_is_read_back(project: str, view: str, name: str, number: int | None) -> None:
    ours = parse_key(format_key(project, view, name, number))
    theirs = parse_feast(format_feast(view, name, number))
    assert ours == Reference(view, name, project, number)
    assert theirs == [Reference(view, name, number=number, is_feast=True)]


@given(st.text())
def test_any_text_can_be_stored(text: str) -> None:
    assert "\0" not in storable(text)
    storable(text).encode()


@pytest.mark.parametrize(
    "text",
    [
        "payments.user_txn_stats.avg_7d", "payments.user_txn_stats.avg_7d@1", "user_txn_stats:avg_7d",
        "user_txn_stats@v1:avg_7d", "user_txn_stats@latest:avg_7d", "user_txn_stats__avg_7d",
    ],
)  # fmt: skip
def test_every_notation_finds_the_feature(cast: SimpleNamespace, text: str) -> None:
    wanted = feature("avg_7d")
    feature("avg_30d")
    assert [(one.feature, one.number) for one in find_features(cast.viewer, text)] == [(wanted, 1)]


def test_a_number_belongs_to_the_key_unless_the_name_has_it(cast: SimpleNamespace) -> None:
    plain, odd = feature("score"), feature("score@1")
    found = find_features(cast.viewer, "payments.user_txn_stats.score@1")
    assert {one.feature for one in found} == {plain, odd}
    assert found[0].feature == odd


def test_feast_means_the_newest_version_up_to_a_number(cast: SimpleNamespace) -> None:
    wanted = feature("avg_7d", number=6)
    for number in (1, 3):
        Version.objects.create(feature=wanted, number=number, dtype="float64", state="active")
    assert [number_up_to(wanted, number) for number in (0, 1, 2, 3, 5, 6, 99)] == [None, 1, 1, 3, 3, 6, 6]
    assert find_features(cast.viewer, "user_txn_stats@v5:avg_7d")[0].number == 3
    assert find_features(cast.viewer, "payments.user_txn_stats.avg_7d@5")[0].number is None


def test_feast_does_not_say_the_project(cast: SimpleNamespace) -> None:
    keys = {feature("avg_7d", view=view_of(project)).key for project in ("payments", "growth")}
    assert {one.feature.key for one in find_features(cast.viewer, "user_txn_stats:avg_7d")} == keys


def test_what_one_does_not_see_is_not_found(cast: SimpleNamespace) -> None:
    feature("avg_7d", view=view_of("hidden", owner=cast.risk, visibility="restricted"))
    for text in ("hidden.user_txn_stats.avg_7d", "user_txn_stats:avg_7d"):
        assert find_features(cast.viewer, text) == []
        assert len(find_features(cast.owner_b, text)) == 1
