"""Small pictures drawn on the server as SVG: cacheable, printable, themed by the style sheet's classes.

Each returns one `<svg role="img">` whose `label` is its text for those who do not see it: say the latest value and the
limit there. Widths and places are SVG attributes, because the content security policy forbids inline styles.
`None` in a series is a gap: nothing was measured, which is drawn as nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_HEADROOM = 1.15  # a limit line at the very edge would read as a border


def sparkline(
    values: Sequence[float | None], *, label: str, limit: float | None = None, highest: float | None = None,
    width: int = 180, height: int = 28,
) -> SafeString:  # fmt: skip
    """A line over evenly spaced measurements, zero at the foot, with a dashed limit and a dot at the latest one.

    `highest` is the value at the top where several pictures share one scale; without it each has its own.
    """
    own = max([value for value in values if value is not None] + [limit or 0], default=0)
    top = (own if highest is None else highest) * _HEADROOM or 1
    across = (width - 8) / max(len(values) - 1, 1)
    points = [None if v is None else (round(4 + i * across, 1), _y(v, top, height)) for i, v in enumerate(values)]
    line = " ".join(_path(part) for part in _unbroken(points))
    latest = next((point for point in reversed(points) if point), None)
    parts = [
        _limit_line(limit, top, width, height),
        format_html('<path class="spark-line" d="{}"/>', line) if line else _nothing(width, height),
        format_html('<path class="spark-now" d="M{} {}h0"/>', *latest) if latest else "",
    ]
    return _svg("spark", label, width, height, parts)


def _y(value: float, top: float, height: int) -> float:
    return round(height - 3 - max(value, 0) / top * (height - 6), 1)


def _unbroken(points: Iterable[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs = groupby(points, key=lambda point: point is not None)
    return [[point for point in run if point] for is_measured, run in runs if is_measured]


def _path(points: list[tuple[float, float]]) -> str:
    """A lone point becomes a line of no length, which round caps make visible."""
    steps = " ".join(f"{x} {y}" for x, y in points)
    return f"M{steps}" if len(points) > 1 else f"M{steps}h0"


def _limit_line(limit: float | None, top: float, width: int, height: int) -> SafeString | str:
    if limit is None:
        return ""
    return format_html('<path class="spark-limit" d="M0 {}H{}"/>', _y(limit, top, height), width)


def _nothing(width: int, height: int) -> SafeString:
    return format_html('<path class="spark-none" d="M0 {}H{}"/>', height - 3, width)


def distribution(
    counts: Sequence[float], *, label: str, baseline: Sequence[float] = (), width: int = 180, height: int = 28
) -> SafeString:
    """Bars of one histogram; with a `baseline` over the same bins, its bars stay behind and `counts` become a line.

    Both are scaled to shares of their own total, so that samples of different sizes can be compared.
    """
    now, before = _shares(counts), _shares(baseline)
    top = max([*now, *before], default=0) or 1
    if not before:
        return _svg("dist", label, width, height, [_bars(now, "dist-bar", top, width, height)])
    if len(now) != len(before):
        raise ValueError(f"baseline has {len(before)} bins, counts have {len(now)}")
    step = width / len(now)
    outline = "".join(
        f"{'L' if i else 'M'}{i * step:.1f} {height - share / top * (height - 2):.1f}H{(i + 1) * step:.1f}"
        for i, share in enumerate(now)
    )
    line = format_html('<path class="spark-line" d="{}"/>', outline)
    return _svg("dist", label, width, height, [_bars(before, "dist-base", top, width, height), line])


def _shares(counts: Sequence[float]) -> list[float]:
    total = sum(counts)
    return [count / total for count in counts] if total else [0.0] * len(counts)


def _bars(shares: Sequence[float], css: str, top: float, width: int, height: int) -> SafeString:
    step = width / max(len(shares), 1)
    tall = [round(share / top * (height - 2), 1) for share in shares]
    return format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>',
        ((css, round(i * step, 1), round(height - h, 1), round(step - 1, 1), h) for i, h in enumerate(tall)),
    )


def bar(value: float, *, maximum: float, label: str, state: str = "") -> SafeString:
    """One horizontal bar, as wide as its place. `state` (ok, warn, crit) colours it; without one it is the accent."""
    share = min(max(value / maximum, 0), 1) if maximum else 0
    rects = format_html(
        '<rect class="bar-rest" width="100%" height="8" rx="4"/>'
        '<rect class="bar-fill {}" width="{}%" height="8" rx="4"/>',
        state,
        round(share * 100, 1),
    )
    return _svg("bar", label, None, 8, [rects])


def strip(cells: Sequence[tuple[str, str]], *, label: str) -> SafeString:
    """A row of days or runs, oldest first: `(state, text on hover)`. Height repeats the colour, for grey prints."""
    step = 100 / max(len(cells), 1)
    heights = {"ok": 10, "warn": 15, "crit": 20}
    shapes = (
        (state, round(i * step, 2), 20 - heights.get(state, 4), round(step * 0.8, 2), heights.get(state, 4), text)
        for i, (state, text) in enumerate(cells)
    )
    rects = format_html_join(
        "",
        '<rect class="cell {}" x="{}%" y="{}" width="{}%" height="{}" rx="1"><title>{}</title></rect>',
        shapes,
    )
    return _svg("strip", label, None, 20, [rects])


def dots(levels: str, *, label: str, width: int = 180, height: int = 20) -> SafeString:
    """A stroke a day, oldest first: a digit each, 0 none up to 3, taller for more. Empty: nobody knows, a dotted line.

    One path however many days, because lists hold many such pictures.
    """
    step, foot = width / max(len(levels), 1), height - 2
    strokes = "".join(
        f"M{round((i + 0.5) * step, 1)} {foot}v{-round(int(level) / 3 * (height - 6), 1)}"
        for i, level in enumerate(levels) if level != "0"
    )  # fmt: skip
    foot_line = format_html('<path class="dots-foot" d="M0 {}H{}"/>', foot, width)
    line = format_html('<path class="spark-line" d="{}"/>', strokes) if strokes else ""
    return _svg("spark dots", label, width, height, [foot_line if levels else _nothing(width, height), line])


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a row of a timeline: from one moment to another in one state. `end` None is still going on."""

    start: datetime
    end: datetime | None
    text: str
    state: str = "ok"


def timeline(
    rows: Sequence[Sequence[Stretch]], *, label: str, now: datetime, marks: Sequence[tuple[datetime, str]] = ()
) -> SafeString:
    """Rows of stretches over one axis with a line at `now`. `marks` are dated lines across, such as a sunset.

    Places are percentages and text is not scaled, so the words stay readable on a phone.
    """
    moments = [m for row in rows for s in row for m in (s.start, s.end or now)] + [now] + [at for at, _ in marks]
    first, last = min(moments), max(moments)
    length = (last - first).total_seconds() or 1

    def place(at: datetime) -> float:
        return round((at - first).total_seconds() / length * 99.5, 2)  # the last line stays inside

    height = 18 + 26 * len(rows) + 18
    parts = [_line(place(now), "today", "line-now", height, 12)]
    parts += [_stretch(s, place, 18 + 26 * i, now) for i, row in enumerate(rows) for s in row]
    parts += [_line(place(at), text, "line-mark", height, height - 4) for at, text in marks]
    parts.append(format_html('<text class="line-text" y="{}">{}</text>', height - 4, f"{first:%b %Y}"))
    return _svg("timeline", label, None, height, parts)


def _stretch(stretch: Stretch, place: Callable[[datetime], float], top: int, now: datetime) -> SafeString:
    left, right = place(stretch.start), place(stretch.end or now)
    # The inner svg cuts off text that is longer than its stretch.
    return format_html(
        '<svg class="stretch {}" x="{}%" y="{}" width="{}%" height="20"><title>{}</title>'
        '<rect width="100%" height="20" rx="4"/><text x="8" y="14">{}</text></svg>',
        stretch.state, left, top, max(round(right - left, 2), 0.5), stretch.text, stretch.text,
    )  # fmt: skip


def _line(left: float, text: str, css: str, height: int, text_at: int) -> SafeString:
    """The text stands on the side with more room."""
    anchor, gap = ("start", 4) if left < 50 else ("end", -4)
    return format_html(
        '<line class="{}" x1="{}%" x2="{}%" y1="2" y2="{}"/>'
        '<text class="line-text" x="{}%" dx="{}" y="{}" text-anchor="{}">{}</text>',
        css, left, left, height - 16, left, gap, text_at, anchor, text,
    )  # fmt: skip


def _svg(css: str, label: str, width: int | None, height: int, parts: Iterable[SafeString | str]) -> SafeString:
    """With a width the drawing stretches to its box; without one its parts place themselves by percentage."""
    if width is None:
        size = format_html('width="100%" height="{}"', height)
    else:
        size = format_html('viewBox="0 0 {} {}" preserveAspectRatio="none"', width, height)
    return format_html(
        '<svg class="{}" role="img" aria-label="{}" {}>{}</svg>',
        css, label, size, format_html_join("", "{}", ((part,) for part in parts)),
    )  # fmt: skip
