"""Pictures: they say what they show, leave gaps where nothing was measured, and cannot be broken out of."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.pictures import Stretch, bar, distribution, dots, sparkline, strip, timeline

HOSTILE = "\"><script>alert('x')</script>&amp;"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
STRETCHES = [[Stretch(NOW - timedelta(days=30), NOW, HOSTILE)]]


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314  our own output


@pytest.mark.parametrize(
    "svg",
    [
        sparkline([1, 2], label=HOSTILE),
        distribution([1, 2], label=HOSTILE),
        bar(1, maximum=2, label=HOSTILE, state=HOSTILE),
        strip([("ok", HOSTILE), (HOSTILE, "x")], label=HOSTILE),
        timeline(STRETCHES, label=HOSTILE, now=NOW, marks=[(NOW, HOSTILE)]),
    ],
    ids=["sparkline", "distribution", "bar", "strip", "timeline"],
)
def test_labels_are_text_whatever_they_hold(svg: str) -> None:
    root = parsed(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == HOSTILE
    assert "<script" not in svg
    assert "style=" not in svg


def test_sparkline_breaks_where_nothing_was_measured() -> None:
    line = parsed(sparkline([1, 2, None, 3, 4], label="age")).find("path[@class='spark-line']")
    assert line is not None
    assert line.get("d", "").count("M") == 2


def test_sparkline_shows_a_lone_measurement() -> None:
    line = parsed(sparkline([None, 2, None], label="age")).find("path[@class='spark-line']")
    assert line is not None
    assert line.get("d", "").endswith("h0")


@pytest.mark.parametrize("values", [[], [None, None]])
def test_sparkline_of_nothing_claims_nothing(values: list[None]) -> None:
    root = parsed(sparkline(values, label="never measured", limit=5))
    assert root.find("path[@class='spark-none']") is not None
    assert root.find("path[@class='spark-line']") is None


def test_sparkline_draws_the_limit_inside_the_picture() -> None:
    limit = parsed(sparkline([1, 2], label="age", limit=10, height=28)).find("path[@class='spark-limit']")
    assert limit is not None
    assert 0 < float(limit.get("d", "").split()[1].split("H")[0]) < 28


@given(st.lists(st.none() | st.floats(min_value=0, max_value=1e12), max_size=40))
def test_sparkline_stays_inside_its_box(values: list[float | None]) -> None:
    root = parsed(sparkline(values, label="x", width=100, height=28))
    numbers = [
        float(n) for p in root.iter("path") for n in p.get("d", "").translate(str.maketrans("MHh", "   ")).split()
    ]
    assert all(0 <= number <= 100 for number in numbers)


def test_distribution_compares_shares_not_counts() -> None:
    """The same shape from ten times the rows is the same line."""
    now = parsed(distribution([1, 3, 1], baseline=[10, 30, 10], label="x"))
    before = parsed(distribution([10, 30, 10], baseline=[10, 30, 10], label="x"))
    assert ElementTree.tostring(now) == ElementTree.tostring(before)


def test_distribution_refuses_other_bins() -> None:
    with pytest.raises(ValueError, match="baseline has 2 bins, counts have 3"):
        distribution([1, 2, 3], baseline=[1, 2], label="x")


def test_distribution_of_no_rows_is_drawn() -> None:
    assert len(parsed(distribution([0, 0], label="no rows"))) == 2


@pytest.mark.parametrize(("value", "width"), [(-1, "0%"), (21, "84.0%"), (99, "100%"), (0, "0%")])
def test_bar_is_never_wider_than_its_place(value: float, width: str) -> None:
    fill = parsed(bar(value, maximum=25, label="x"))[1]
    assert float(fill.get("width", "").rstrip("%")) == float(width.rstrip("%"))


def test_bar_of_nothing_is_empty() -> None:
    assert parsed(bar(0, maximum=0, label="x"))[1].get("width") == "0%"


def test_strip_repeats_the_state_as_height() -> None:
    heights = [cell.get("height") for cell in parsed(strip([("ok", ""), ("warn", ""), ("crit", "")], label="x"))]
    assert heights == sorted(heights, key=lambda height: int(height or 0))
    assert len(set(heights)) == 3


def test_timeline_places_stretches_by_time() -> None:
    half = [
        [Stretch(NOW - timedelta(days=10), NOW - timedelta(days=5), "v1"), Stretch(NOW - timedelta(days=5), None, "v2")]
    ]
    first, second = parsed(timeline(half, label="x", now=NOW)).findall("svg")
    assert (first.get("x"), second.get("x")) == ("0.0%", "49.75%")
    assert first.get("width") == second.get("width")


def test_dots_are_one_path_a_stroke_a_day() -> None:
    drawn = dots("0120", label="Read on two days")
    assert 'aria-label="Read on two days"' in drawn
    assert drawn.count("<path") == 2
    assert drawn.count("v-") == 2
    assert "spark-none" in dots("", label="Nobody reports")
