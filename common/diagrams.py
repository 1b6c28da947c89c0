"""Larger pictures drawn on the server as SVG: areas of one rectangle, flows between two columns, months in a row.

As in `common.pictures` each is one `<svg role="img">` with a `label`, and says the same as a table beside it. Places
are in a fixed drawing of `WIDTH` units that scales with its box; words that would not fit are left to the table and the
`<title>` that a pointer finds.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH = 720
_LETTER = 6.8  # about as wide as one letter of the words in the drawing
_SHADES = 5


@dataclass(frozen=True, slots=True)
class Rect:
    """A place in a drawing."""

    x: float
    y: float
    width: float
    height: float


def treemap(parts: Sequence[tuple[str, int]], *, label: str, height: int = 280) -> SafeString:
    """One rectangle for each `(name, size)`, as large as its share. Sizes of nothing are left out."""
    shown = sorted(((name, size) for name, size in parts if size > 0), key=lambda part: -part[1])
    places = squarified([size for _, size in shown], Rect(0, 0, WIDTH, height))
    both = enumerate(zip(shown, places, strict=True))
    cells = joined(_cell(name, size, place, at % _SHADES) for at, ((name, size), place) in both)
    return svg("treemap", label, height, cells)


def squarified(sizes: Sequence[float], box: Rect) -> list[Rect]:
    """Places for sizes in falling order, none of them thinner than it must be (Bruls, Huizing, van Wijk 2000)."""
    total = sum(sizes)
    if not total:
        return []
    areas = [size * box.width * box.height / total for size in sizes]
    places: list[Rect] = []
    while areas:
        row = areas[:1]
        for area in areas[1:]:
            if _worst([*row, area], box) > _worst(row, box):
                break
            row.append(area)
        areas = areas[len(row) :]
        laid, box = _laid(row, box)
        places += laid
    return places


def _worst(row: Sequence[float], box: Rect) -> float:
    """The thinnest of a row along the shorter side: how much longer than wide."""
    side, area = min(box.width, box.height) or 1e-9, sum(row)
    return max(max(side**2 * one / area**2, area**2 / (side**2 * one)) for one in row)


def _laid(row: Sequence[float], box: Rect) -> tuple[list[Rect], Rect]:
    """The row's places, and what is left of the box."""
    places, area, along = [], sum(row), 0.0
    is_wide = box.width >= box.height
    thick = area / ((box.height if is_wide else box.width) or 1e-9)
    for one in row:
        long = one / (thick or 1e-9)
        places.append(Rect(box.x, box.y + along, thick, long) if is_wide else Rect(box.x + along, box.y, long, thick))
        along += long
    if is_wide:
        return places, Rect(box.x + thick, box.y, max(box.width - thick, 0), box.height)
    return places, Rect(box.x, box.y + thick, box.width, max(box.height - thick, 0))


def _cell(name: str, size: int, at: Rect, shade: int) -> SafeString:
    wide, tall = max(at.width - 2, 0.5), max(at.height - 2, 0.5)  # a gap between neighbours
    return format_html(
        '<g class="area shade{}"><title>{}: {}</title><rect x="{}" y="{}" width="{}" height="{}"/>{}</g>',
        shade, name, f"{size:,}", *map(tenth, (at.x, at.y, wide, tall)),
        _words(name, size, at) if tall >= 36 and wide >= 40 else "",
    )  # fmt: skip


def _words(name: str, size: int, at: Rect) -> SafeString:
    return format_html(
        '<text x="{0}" y="{1}">{3}</text><text x="{0}" y="{2}">{4}</text>',
        tenth(at.x + 6), tenth(at.y + 17), tenth(at.y + 32), short(name, at.width - 12), f"{size:,}",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Flow:
    """How much goes from one name on the left to one on the right."""

    source: str
    target: str
    size: int


def sankey(flows: Sequence[Flow], *, label: str, row: int = 26) -> SafeString:
    """Bands between two columns, as thick as what goes from left to right. The largest sources are on top."""
    left, right = _columns(flows)
    height = max(len(left), len(right), 1) * row + 8
    unit = (height - 8 - 6 * max(len(left), len(right))) / max(sum(flow.size for flow in flows), 1)
    starts, ends = _stacked(left, unit), _stacked(right, unit)
    bars = [_bar(name, size, starts[name], unit, is_left=True) for name, size in left.items()]
    bars += [_bar(name, size, ends[name], unit, is_left=False) for name, size in right.items()]
    bands = []
    for flow in sorted(flows, key=lambda one: (list(left).index(one.source), list(right).index(one.target))):
        thick = flow.size * unit
        bands.append(_band(flow, starts[flow.source], ends[flow.target], thick))
        starts[flow.source] += thick
        ends[flow.target] += thick
    return svg("sankey", label, height, joined((*bands, *bars)))


_EDGE = 210  # where the columns stand, so that their names have room beside them


def _columns(flows: Sequence[Flow]) -> tuple[dict[str, int], dict[str, int]]:
    """What goes out of each name and into each: the largest sources first, the targets near what feeds them."""
    out, into, pull = Counter[str](), Counter[str](), Counter[str]()
    for flow in flows:
        out[flow.source] += flow.size
        into[flow.target] += flow.size
    left = dict(sorted(out.items(), key=lambda one: (-one[1], one[0])))
    places = {name: at for at, name in enumerate(left)}
    for flow in flows:
        pull[flow.target] += flow.size * places[flow.source]
    return left, dict(sorted(into.items(), key=lambda one: (pull[one[0]] / one[1], one[0])))


def _stacked(column: dict[str, int], unit: float) -> dict[str, float]:
    places, at = {}, 4.0
    for name, size in column.items():
        places[name] = at
        at += size * unit + 6
    return places


def _bar(name: str, size: int, y: float, unit: float, *, is_left: bool) -> SafeString:
    x, tall = (_EDGE, WIDTH - _EDGE - 8)[not is_left], max(size * unit, 1)
    word, anchor = (x - 6, "end") if is_left else (x + 14, "start")
    return format_html(
        '<g class="node"><title>{}: {}</title><rect x="{}" y="{}" width="8" height="{}"/>'
        '<text x="{}" y="{}" text-anchor="{}">{}</text></g>',
        name, f"{size:,}", x, round(y, 1), round(tall, 1), word, round(y + tall / 2 + 4, 1), anchor,
        short(name, _EDGE - 8),
    )  # fmt: skip


def _band(flow: Flow, start: float, end: float, thick: float) -> SafeString:
    x0, x1, middle = _EDGE + 8, WIDTH - _EDGE - 8, WIDTH / 2
    y0, y1 = start + thick / 2, end + thick / 2
    return format_html(
        '<path class="flow" d="M{} {}C{} {} {} {} {} {}" stroke-width="{}"><title>{} → {}: {}</title></path>',
        x0, round(y0, 1), middle, round(y0, 1), middle, round(y1, 1), x1, round(y1, 1), round(max(thick, 1), 1),
        flow.source, flow.target, f"{flow.size:,}",
    )  # fmt: skip


def growth(points: Sequence[tuple[str, int, float | None]], *, label: str, height: int = 180) -> SafeString:
    """Columns of a number, and a line of a share between 0 and 1 where it is known: `(name, number, share)` each."""
    top = max((number for _, number, _ in points), default=0) or 1
    step, room = WIDTH / max(len(points), 1), height - 38
    columns = joined(
        _month(name, number, at * step, step, number / top * (room - 14), room)
        for at, (name, number, _) in enumerate(points)
    )
    places = [
        None if share is None else ((at + 0.5) * step, 14 + (1 - share) * (room - 14))
        for at, (_, _, share) in enumerate(points)
    ]
    steps = ((*a, *b) for a, b in pairwise(places) if a and b)
    drawn = joined(format_html('<path class="share" d="M{} {}L{} {}"/>', *map(tenth, step)) for step in steps)
    known = (place for place in places if place)
    dots = joined(format_html('<circle class="share-at" cx="{}" cy="{}" r="3.5"/>', *map(tenth, at)) for at in known)
    return svg("growth", label, height, format_html("{}{}{}", columns, drawn, dots))


def _month(name: str, number: int, x: float, step: float, tall: float, room: float) -> SafeString:
    middle = tenth(x + step / 2)
    return format_html(
        '<g class="month"><title>{}: {}</title><rect x="{}" y="{}" width="{}" height="{}"/>'
        '<text x="{}" y="{}" text-anchor="middle">{}</text><text x="{}" y="{}" text-anchor="middle">{}</text></g>',
        name, f"{number:,}", tenth(x + 6), tenth(room - tall), tenth(max(step - 12, 1)), tenth(tall),
        middle, room + 15, f"{number:,}", middle, room + 31, name,
    )  # fmt: skip


def tenth(value: float) -> float:
    return round(value, 1)


def short(text: str, room: float) -> str:
    """As much of the text as has room; what is cut ends in …"""
    most = max(int(room / _LETTER), 1)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def svg(css: str, label: str, height: float, parts: SafeString) -> SafeString:
    return format_html(
        '<div class="diagram-box" tabindex="0" role="region" aria-label="{}"><svg class="diagram {}" role="img" '
        'aria-label="{}" viewBox="0 0 {} {}">{}</svg></div>',
        f"Picture: {label}", css, label, WIDTH, round(height), parts,
    )  # fmt: skip
