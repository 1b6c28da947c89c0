"""Where the values of a feature are parted so that days can be added up and held against other days.

A part of numbers holds about a fortieth of them when the cuts were learned, so that rare and common values are told
apart alike; a value that is common by itself has a part of its own. Cuts are kept: what a reference counted with them
is held against any later day without reading the reference again. Words are parted by their MD5, so that none of them
leaves its store.
"""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from connectors.bins import Binning, binning
from connectors.records import Cuts, DayCount

PARTS = 40
WORD_PARTS = 32
MOST_WORDS = 1_000  # a text with more different values is an identifier or prose, of which no distribution is asked
FEWEST_PARTS = 8  # with less of them an outlier has stretched the bins: look closer
ZOOMS = 3
DAY = timedelta(days=1)
DAY_MICROS = 86_400_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

BOOLEAN = Cuts(parts=2)
WORDS = Cuts(parts=WORD_PARTS)
Counts = Mapping[int, int]
Counted = tuple[int, int | None, int]  # which day, which part (None: no value), how many rows


class Days(NamedTuple):
    """Whole days in UTC, from the first up to but without `until`."""

    first: date
    until: date

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, datetime.min.time(), UTC)

    @property
    def end(self) -> datetime:
        return datetime.combine(self.until, datetime.min.time(), UTC)

    @property
    def start_micros(self) -> int:
        return (self.start - EPOCH) // timedelta(microseconds=1)


def days_until(newest: datetime | None, back: int, first: date | None, now: datetime) -> Days | None:
    """The day of the newest event, or today where that lies in the future, and `back` days before it; from `first` on
    where that is earlier. None where no day is known."""
    if newest is None or not back:
        return None
    last = min(newest, now).date()
    start = last - timedelta(days=back)
    return Days(min(start, first) if first else start, last + DAY)


def learn(bins: Binning, counts: Counts, again: Callable[[Binning], Counts]) -> Cuts:
    """Cuts for numbers that were counted into narrow bins; `again` counts into others, where one bin holds too much."""
    edges = _edges(bins, counts)
    for _ in range(ZOOMS):
        closer = _closer(bins, counts) if len(edges) < FEWEST_PARTS else None
        if closer is None or not (found := again(closer)):
            break
        bins, counts = closer, found
        edges = sorted({*edges, *_edges(bins, counts)})
    if not edges:  # one value alone: whatever else comes is another
        edges = [bins.minimum, math.nextafter(bins.maximum, math.inf)]
    return Cuts(tuple(edges), len(edges) + 1)


def _edges(bins: Binning, counts: Counts) -> list[float]:
    """Inner edges between groups of narrow bins that each hold a fortieth, or are one bin that holds that alone."""
    wanted = sum(counts.values()) / PARTS
    edges, held = [], 0
    for position in sorted(position for position, count in counts.items() if count):
        if held and (held >= wanted or counts[position] >= wanted):
            edges.append(bins.edge(position))
            held = 0
        held += counts[position]
    return edges


def _closer(bins: Binning, counts: Counts) -> Binning | None:
    """Around the fullest bin and its neighbours, where that bin is wide enough to hold more than one value."""
    fullest = max(counts, key=lambda position: counts[position])
    if counts[fullest] <= sum(counts.values()) / FEWEST_PARTS or (bins.is_integer and bins.width <= 1):
        return None
    closer = binning(bins.edge(fullest), bins.edge(fullest + 1), is_integer=bins.is_integer)
    return closer if closer and closer.count > 1 else None


def day_counts(found: list[Counted], days: Days, parts: int) -> tuple[DayCount, ...]:
    """The days that hold any row, in order."""
    rows: dict[int, list[int]] = {}
    for slot, part, count in found:
        held = rows.setdefault(slot, [0] * (parts + 1))
        held[parts if part is None else part] += count
    return tuple(
        DayCount(days.first + slot * DAY, nulls=held[parts], counts=tuple(held[:parts]))
        for slot, held in sorted(rows.items())
    )
