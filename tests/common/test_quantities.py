"""Quantities as people read them: exact, with a unit, never better or worse than they are."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.quantities import absolute, compact, count, duration, figure, percent, relative, size

NOW = datetime(2026, 11, 20, 12, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (None, "unknown"),
        (float("inf"), "unknown"),
        (0, "0 s"),
        (0.0004, "<1 ms"),
        (0.85, "850 ms"),
        (59.9, "59 s"),
        (61, "1 m 01 s"),
        (timedelta(hours=1, minutes=4), "1 h 04 m"),
        (7199, "1 h 59 m"),
        (7200, "2 h"),
        (100_000, "1 d 3 h"),
        (14 * 86400 + 5000, "14 d"),
        (-300, "-5 m"),
    ],
)
def test_duration_names_its_two_largest_units(span: float | timedelta | None, words: str) -> None:
    assert duration(span) == words


@pytest.mark.parametrize(
    ("fraction", "words"),
    [
        (None, "unknown"),
        (0, "0 %"),
        (0.00001, "<0.1 %"),
        (0.0072, "0.7 %"),
        (0.05, "5 %"),
        (0.1234, "12.3 %"),
        (0.99999, ">99.9 %"),
        (1, "100 %"),
    ],
)
def test_percent_rounds_neither_to_nothing_nor_to_everything(fraction: float | None, words: str) -> None:
    assert percent(fraction) == words


@given(st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True))
def test_only_none_is_zero_and_only_all_is_a_hundred(fraction: float) -> None:
    assert percent(fraction) not in {"0 %", "100 %"}


@pytest.mark.parametrize(
    ("amount", "words"),
    [(None, "unknown"), (1284, "1,284"), (9_999, "9,999"), (12_345, "12.3 k"), (999_960, "1 M"), (-45_000, "-45 k")],
)
def test_compact_is_exact_while_it_can_be(amount: int | None, words: str) -> None:
    assert compact(amount) == words


@given(st.integers(min_value=-(10**14), max_value=10**14))
def test_compact_never_shows_a_thousand_of_a_smaller_unit(amount: int) -> None:
    assert not compact(amount).lstrip("-").startswith(("1000", "1,000 "))


@pytest.mark.parametrize(
    ("value", "words"),
    [(41.8712, "41.87"), (0.00123, "0.00123"), (3.0, "3"), (1e300, "1e+300"), (float("nan"), "unknown")],
)
def test_figure_has_four_digits(value: float, words: str) -> None:
    assert figure(value) == words


def test_count_is_exact() -> None:
    assert count(1_234_567) == "1,234,567"


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(minutes=64), "1 h ago"),
        (timedelta(hours=-5), "in 5 h"),
        (timedelta(days=12, hours=3), "12 d ago"),
        (timedelta(days=365), "20 Nov 2025"),
    ],
)
def test_relative_uses_one_unit_and_then_the_day(ago: timedelta, words: str) -> None:
    assert relative(NOW - ago, now=NOW) == words


def test_a_moment_that_never_was_is_said_so() -> None:
    assert relative(None) == "never"


def test_absolute_is_in_utc() -> None:
    from zoneinfo import ZoneInfo

    assert absolute(NOW.astimezone(ZoneInfo("Asia/Tokyo"))) == "20 Nov 2026, 12:04 UTC"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (None, "unknown"), (float("nan"), "unknown"), (0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.5 KiB"),
        (1_048_575, "1 MiB"), (3 * 2**30, "3 GiB"), (2**50, "1024 TiB"),
    ],
)  # fmt: skip
def test_size_counts_in_steps_of_1024(amount: float | None, words: str) -> None:
    assert size(amount) == words
