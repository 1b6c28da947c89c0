"""How classes flow: wherever values go, lowered only by what is told to mask, and in whatever order it is told."""

from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.flowing import LEVELS, Claim, Column, Evidence, Way, flow, level
from lineage.models import ClaimKind, Sure
from registry.personal import PERSONAL


def at(number: int, column: str = "c") -> Column:
    return UUID(int=number), column


def claim(number: int, privacy_class: str = "direct-identifier", *, of_column: bool = True) -> Claim:
    kind = ClaimKind.COLUMN_TAG if of_column else ClaimKind.TABLE_TAG
    return Claim(at(number), privacy_class, kind, f"pii={privacy_class}", is_of_column=of_column)


def way(source: int, target: int, masking: bool | None = None) -> Way:
    return Way(at(source), at(target), masking)


@pytest.mark.parametrize(
    ("maskings", "privacy_class", "is_masked"),
    [
        ([], "direct-identifier", False),
        ([None], "direct-identifier", False),
        ([False], "direct-identifier", False),
        ([True], "pseudonymous", True),
        ([True, None, False], "pseudonymous", True),
        ([None, False, True], "pseudonymous", True),
    ],
)
def test_only_what_is_told_to_mask_lowers(maskings: list[bool | None], privacy_class: str, is_masked: bool) -> None:
    found = flow([claim(0)], [way(n, n + 1, masking) for n, masking in enumerate(maskings)])
    last = found[at(len(maskings))]
    assert (last.privacy_class, last.is_masked) == (privacy_class, is_masked)


def test_one_way_that_does_not_mask_is_enough() -> None:
    masked, plain = way(0, 1, True), way(0, 1, None)
    assert flow([claim(0)], [masked, plain])[at(1)].privacy_class == "direct-identifier"


def test_how_sure_it_is() -> None:
    found = flow([claim(0), claim(5, of_column=False)], [way(0, 1), way(5, 6)])
    assert [found[at(n)].sure for n in (0, 1, 5, 6)] == [Sure.STATED, Sure.SUSPECTED, Sure.POSSIBLE, Sure.POSSIBLE]


def test_the_path_is_told_column_by_column() -> None:
    found = flow([claim(0)], [way(0, 1, None), Way(at(1), at(2, "email"), None, is_of_view=True)])
    assert [(step["column"], step["told"]) for step in found[at(2, "email")].path] == [
        ("c", ""), ("c", "masking unknown"), ("email", "view"),
    ]  # fmt: skip


def test_what_is_most_sensitive_counts_then_what_is_surest_then_what_is_nearest() -> None:
    ways = [way(0, 9), way(1, 9), way(2, 3), way(3, 9)]
    assert flow([claim(0, "quasi-identifier"), claim(1, PERSONAL)], ways)[at(9)].claim.column == at(0)
    assert flow([claim(0, of_column=False), claim(2)], ways)[at(9)].claim.column == at(2)
    assert len(flow([claim(1), claim(2)], ways)[at(9)].ways) == 1


def test_a_circle_ends() -> None:
    assert len(flow([claim(0)], [way(0, 1), way(1, 2), way(2, 0)])) == 3


_NODES = st.integers(0, 6)
_CLAIMS = st.lists(st.builds(claim, _NODES, st.sampled_from(LEVELS[1:]), of_column=st.booleans()), max_size=4)
_WAYS = st.lists(st.builds(way, _NODES, _NODES, st.sampled_from([None, True, False])), max_size=16)


def by_walking(claims: list[Claim], ways: list[Way]) -> dict[Column, tuple[str, bool]]:
    """The same by saying it again and again until nothing changes."""
    held: dict[Column, tuple[str, bool]] = {}
    for one in claims:
        _say(held, one.column, one.privacy_class, False)
    for _ in range(2 * len(ways)):
        for one in ways:
            if one.source in held:
                privacy_class, is_masked = held[one.source]
                _say(
                    held, one.target, "pseudonymous" if one.masking else privacy_class, is_masked or one.masking is True
                )
    return held


def _say(held: dict[Column, tuple[str, bool]], column: Column, privacy_class: str, is_masked: bool) -> None:
    before = held.get(column, ("", True))
    held[column] = max(before, (privacy_class, is_masked), key=lambda one: (level(one[0]), not one[1]))


@given(claims=_CLAIMS, ways=_WAYS)
def test_the_same_as_by_walking_every_way(claims: list[Claim], ways: list[Way]) -> None:
    found = {column: (one.privacy_class, one.is_masked) for column, one in flow(claims, ways).items()}
    assert found == by_walking(claims, ways)


@given(claims=_CLAIMS, ways=_WAYS, order=st.randoms(use_true_random=False))
def test_any_order_gives_the_same(claims: list[Claim], ways: list[Way], order: object) -> None:
    expected = flow(claims, ways)
    claims, ways = [*claims, *claims], [*ways, *ways]
    order.shuffle(claims)  # type: ignore[attr-defined]
    order.shuffle(ways)  # type: ignore[attr-defined]
    assert flow(claims, ways) == expected


@given(claims=_CLAIMS, ways=_WAYS, more=_WAYS)
def test_more_ways_never_lower_anything(claims: list[Claim], ways: list[Way], more: list[Way]) -> None:
    before, after = flow(claims, ways), flow(claims, [*ways, *more])
    assert all(level(after[column].privacy_class) >= level(one.privacy_class) for column, one in before.items())


@given(claims=_CLAIMS, ways=_WAYS)
def test_every_path_is_one_of_ways_that_were_told(claims: list[Claim], ways: list[Way]) -> None:
    def holds(column: Column, one: Evidence) -> bool:
        walked = all(a.target == b.source for a, b in pairwise(one.ways)) and set(one.ways) <= set(ways)
        return walked and one.claim in claims and one.column == column and len(set(one.ways)) == len(one.ways)

    assert all(holds(column, one) for column, one in flow(claims, ways).items())
