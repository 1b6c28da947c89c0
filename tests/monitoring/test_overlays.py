"""Two histograms over the same bins."""

import pytest

from monitoring.overlays import BINS, overlay


def numbers(*bins: tuple[float, float, int]) -> list[dict[str, float]]:
    return [{"lower": lower, "upper": upper, "count": count} for lower, upper, count in bins]


def words(**counts: int) -> list[dict[str, object]]:
    return [{"label": label, "count": count} for label, count in counts.items()]


def test_numbers_share_bins_of_one_width() -> None:
    shared = overlay(numbers((0, 10, 1), (10, 20, 3)), numbers((10, 40, 90)))
    assert (len(shared), shared[0].name, shared[-1].name) == (BINS, "0 to 2", "38 to 40")
    assert [round(one.before, 3) for one in shared[:11]] == [0.05] * 5 + [0.15] * 5 + [0]
    assert [round(one.after, 3) for one in shared] == [0] * 5 + [round(1 / 15, 3)] * 15
    for side in ("before", "after"):
        assert sum(getattr(one, side) for one in shared) == pytest.approx(1)


def test_a_single_value_lies_in_one_bin() -> None:
    shared = overlay(numbers((7, 7, 5)), numbers((0, 7, 1), (7, 7, 1)))
    assert [one.before for one in shared] == [0.0] * (BINS - 1) + [1.0]
    assert sum(one.after for one in shared) == pytest.approx(1)
    assert overlay(numbers((7, 7, 5)), numbers((7, 7, 2))) == [("7 to 7", 1.0, 1.0)]


def test_words_of_either_have_a_bin() -> None:
    assert overlay(words(card=3, cash=1), words(cash=1, wire=1)) == [
        ("card", 0.75, 0), ("cash", 0.25, 0.5), ("wire", 0, 0.5),
    ]  # fmt: skip


def test_what_cannot_be_laid_over_is_not() -> None:
    assert overlay([], numbers((0, 1, 1))) == overlay(numbers((0, 1, 1)), []) == []
    assert overlay(words(a=1), numbers((0, 1, 1))) == []


def test_no_rows_are_no_shares() -> None:
    assert {(one.before, one.after) for one in overlay(numbers((0, 1, 0)), numbers((0, 1, 0)))} == {(0, 0)}
