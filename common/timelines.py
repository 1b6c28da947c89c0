"""Pictures over days: bars between two days, and what is counted each day against the day it should end.

They are drawn as those of `common.diagrams` are, and say the same as a table beside them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.diagrams import WIDTH, joined, short, svg, tenth

_NAMES, _ROW, _FOOT, _LINE = 250, 26, 22, 18
_SHADES = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """A name, and the days between which something goes on."""

    name: str
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class _Days:
    """Where a day stands between the edges of a drawing."""

    first: date
    last: date
    left: float

    def at(self, day: date) -> float:
        whole = max((self.last - self.first).days, 1)
        return self.left + (WIDTH - self.left) * min(max((day - self.first).days / whole, 0), 1)


def timeline(bars: Sequence[Bar], *, today: date, label: str) -> SafeString:
    """One bar a row, and a line at today."""
    if not bars:
        return SafeString("")
    days = _Days(
        min([*(one.start for one in bars), today]), max([*(one.end for one in bars), today]) + timedelta(days=3), _NAMES
    )
    rows = joined(_row(bar, at, days) for at, bar in enumerate(bars))
    height = len(bars) * _ROW + _FOOT
    return svg("timeline", label, height, format_html("{}{}", rows, _line("today", today, days, height)))


def _row(bar: Bar, at: int, days: _Days) -> SafeString:
    start, end = days.at(bar.start), days.at(bar.end)
    return format_html(
        '<g class="span"><title>{}: {} to {}</title><text x="{}" y="{}" text-anchor="end">{}</text>'
        '<rect x="{}" y="{}" width="{}" height="12"/></g>',
        bar.name, bar.start, bar.end, _NAMES - 8, at * _ROW + 17, short(bar.name, _NAMES - 10),
        tenth(start), at * _ROW + 7, tenth(max(end - start, 2)),
    )  # fmt: skip


def burndown(
    counts: Mapping[str, Mapping[date, int]], *, first: date, last: date, ends: Mapping[str, date], label: str,
    height: int = 200,
) -> SafeString:  # fmt: skip
    """What each name counts on each day, one on the other, a line at each day that `ends` names, and a key."""
    days = _Days(first, last, 0)
    top = max((sum(one.get(day, 0) for one in counts.values()) for day in _between(first, last)), default=0) or 1
    step, room = WIDTH / max((last - first).days, 1), height - _FOOT
    columns = joined(_column(counts, day, days.at(day), step, room, top) for day in _between(first, last))
    lines = joined(_line(name, day, days, height) for name, day in ends.items() if first <= day <= last)
    key = joined(_key(name, at, height) for at, name in enumerate(counts))
    tall = height + len(counts) * _LINE
    return svg("burndown", label, tall, format_html("{}{}{}", columns, lines, key))


def _key(name: str, at: int, top: float) -> SafeString:
    """A patch of its shade, and the name."""
    y = top + at * _LINE
    return format_html(
        '<g class="key"><rect class="shade{}" x="0" y="{}" width="12" height="12"/><text x="18" y="{}">{}</text></g>',
        at % _SHADES, y, y + 7, name,
    )  # fmt: skip


def _column(
    counts: Mapping[str, Mapping[date, int]], day: date, x: float, step: float, room: float, top: int
) -> SafeString:
    parts, under = [], 0.0
    for at, (name, held) in enumerate(counts.items()):
        tall = held.get(day, 0) / top * (room - 8)
        if tall:
            under += tall
            parts.append(
                format_html(
                    '<rect class="shade{}" x="{}" y="{}" width="{}" height="{}"><title>{}, {}: {}</title></rect>',
                    at % _SHADES,
                    tenth(x - step),
                    tenth(room - under),
                    tenth(max(step - 0.5, 1)),
                    tenth(tall),
                    name,
                    day,
                    f"{held[day]:,}",
                )  # fmt: skip
            )
    return joined(parts)


def _line(name: str, day: date, days: _Days, height: float) -> SafeString:
    x = tenth(days.at(day))
    anchor = "end" if x > WIDTH - 60 else "start" if x < 60 else "middle"
    return format_html(
        '<g class="mark"><path d="M{0} 0V{1}"/><text x="{0}" y="{2}" text-anchor="{3}">{4}</text></g>',
        x, height - _FOOT, height - 6, anchor, name,
    )  # fmt: skip


def _between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=at) for at in range((last - first).days + 1)]
