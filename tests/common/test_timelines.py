"""Pictures over days: bars where their days are, columns as tall as their counts, names escaped."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from common.diagrams import WIDTH
from common.timelines import Bar, burndown, timeline

TODAY = date(2026, 11, 30)


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg[svg.index("<svg") : svg.index("</svg>") + 6])  # noqa: S314  our own output


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def test_bars_stand_where_their_days_are() -> None:
    svg = timeline([Bar("a", in_days(-10), in_days(10)), Bar("b", TODAY, in_days(10))], today=TODAY, label="x")
    first, second = drawn(svg).findall("g[@class='span']/rect")
    ends = [float(one.get("x", 0)) + float(one.get("width", 0)) for one in (first, second)]
    assert ends[0] == pytest.approx(ends[1], abs=0.2)
    assert float(first.get("x", 0)) < float(second.get("x", 0))
    assert float(first.get("width", 0)) / float(second.get("width", 1)) == pytest.approx(2, abs=0.01)
    mark = drawn(svg).find("g[@class='mark']/path")
    assert mark is not None
    assert mark.get("d", "").startswith(f"M{second.get('x')} ")


def test_nothing_is_drawn_of_nothing() -> None:
    assert timeline([], today=TODAY, label="x") == ""
    empty = drawn(burndown({}, first=in_days(-5), last=in_days(5), ends={"today": TODAY}, label="x"))
    assert empty.findall("rect") == []
    assert empty.find("g[@class='mark']") is not None


def test_columns_stand_on_each_other_inside_the_picture() -> None:
    counts = {"a": {TODAY: 30, in_days(1): 10}, "b": {TODAY: 10}}
    svg = drawn(burndown(counts, first=in_days(-1), last=in_days(3), ends={}, label="x", height=200))
    rects = svg.findall("rect")
    tall = [float(one.get("height", 0)) for one in rects]
    assert round(tall[0] / tall[1], 1) == 3
    assert round(tall[0] / tall[2], 1) == 3
    assert rects[0].get("x") == rects[1].get("x")
    assert float(rects[1].get("y", 0)) + tall[1] == float(rects[0].get("y", 0))
    for one in rects:
        assert float(one.get("y", -1)) >= 0
        assert float(one.get("x", 0)) + float(one.get("width", 0)) <= WIDTH
    assert [one.text for one in svg.findall("g[@class='key']/text")] == ["a", "b"]


def test_a_day_outside_is_not_marked() -> None:
    svg = burndown({"a": {TODAY: 1}}, first=TODAY, last=in_days(2), ends={"late": in_days(9)}, label="x")
    assert "late" not in svg


def test_names_are_text() -> None:
    svg = timeline([Bar("<b>&", TODAY, in_days(1))], today=TODAY, label='"x"')
    svg += burndown({"<i>": {TODAY: 1}}, first=TODAY, last=in_days(1), ends={"<u>": TODAY}, label="x")
    assert not re.search(r"<[biu]>", svg)
