"""Durations as people type them."""

from datetime import timedelta

import pytest

from common.durations import compact_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2h", timedelta(hours=2)),
        (" 90 m ", timedelta(minutes=90)),
        ("1d 4h", timedelta(days=1, hours=4)),
        ("1d4h", timedelta(days=1, hours=4)),
        ("2 Hours, 30 mins", timedelta(hours=2, minutes=30)),
        ("1.5h", timedelta(minutes=90)),
        ("45s", timedelta(seconds=45)),
        ("2 weeks", timedelta(days=14)),
        ("0s", timedelta()),
    ],
)
def test_reads(text: str, span: timedelta) -> None:
    assert parse_duration(text) == span


@pytest.mark.parametrize("text", ["", "soon", "2", "h", "-2h", "2h tomorrow", "1e9h", "2 fortnights", "9" * 40 + "d"])
def test_refuses_with_a_way_out(text: str) -> None:
    with pytest.raises(ValueError, match="Write it as 2h|Use s, m, h, d or w"):
        parse_duration(text)


@pytest.mark.parametrize("hours", [0, 0.5, 2, 25, 26.5, 168])
def test_there_and_back(hours: float) -> None:
    span = timedelta(hours=hours)
    assert parse_duration(compact_duration(span)) == span
