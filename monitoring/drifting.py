"""Which days of a feature are held against which, and what came of it. Pure: counts of days in, comparisons out.

The last seven whole days against the reference and against the seven days before them; the last whole day against the
same weekday of four weeks. A day that is not over is left out: its nights are missing. Where rows have no time, a day
is the whole table as it was read that day, and one such day is enough.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from common.quantities import count
from monitoring.distances import Distance, distance
from monitoring.models import Against, Baseline

DAY = timedelta(days=1)
LENGTH = 7  # days
WEEKS = 4
REFERENCE_LENGTH = 28
FEWEST_ROWS = 100
BACK = 63  # days that are read to begin with: the reference and what is held against it
AGAIN = 8  # days that are read from then on: late rows change days that were read already

PERSONAL = "Personal data: its values stay in the store, so their distribution is not known."
UNPARTED = "Its values cannot be parted: lists, times, or texts that are nearly all different."
UNREAD = "Its days were never counted."
COMPUTED = "Computed when asked: no store holds days of it."

Days = Mapping[date, tuple[int, ...]]  # counts by part


class Span(NamedTuple):
    """Days in a row, added up. Rows without a value are not among them."""

    first: date
    last: date
    counts: tuple[int, ...]

    @property
    def rows(self) -> int:
        return sum(self.counts)

    @property
    def name(self) -> str:
        return named(self.first, self.last)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`distance` is None where the two cannot be compared; `why` then says it."""

    against: Against
    now: Span | None
    before: Span | None
    distance: Distance | None
    why: str = ""


def named(first: date, last: date) -> str:
    """1–28 Oct, 26 Jun–23 Jul, 3 Aug."""
    if first == last:
        return f"{last.day} {last:%b}"
    start = f"{first.day}" if (first.year, first.month) == (last.year, last.month) else f"{first.day} {first:%b}"
    return f"{start}–{last.day} {last:%b}"


def whole_days(days: Iterable[date], today: date, *, is_snapshot: bool) -> list[date]:
    """Those that are over, in order; of a table without times also today's."""
    return sorted(day for day in days if day < today or is_snapshot)


def added(days: Days, first: date, last: date, parts: int) -> Span:
    within = [counts for day, counts in days.items() if first <= day <= last]
    return Span(first, last, tuple(map(sum, zip(*within, strict=True))) or (0,) * parts)


def first_reference(days: Days, today: date, parts: int, *, is_snapshot: bool) -> Span | None:
    """The reference of those who pinned none: the first 28 whole days there are, as far as they lie before the last
    seven and hold enough rows. None as long as there are none.
    """
    whole = whole_days(days, today, is_snapshot=is_snapshot)
    if not whole:
        return None
    until = whole[-1] - (DAY if is_snapshot else LENGTH * DAY)
    last = min(until, whole[0] + (REFERENCE_LENGTH - 1) * DAY)
    found = added(days, whole[0], last, parts)
    return found if last >= whole[0] and found.rows >= FEWEST_ROWS else None


def comparisons(
    days: Days, baseline: Baseline, method: str, today: date, *, is_snapshot: bool = False
) -> list[Comparison]:
    """One for each thing that the last days can be held against."""
    whole = whole_days(days, today, is_snapshot=is_snapshot)
    if not whole:
        return [Comparison(against, None, None, None, "No day is over yet.") for against in Against]
    parts, last = baseline.parts, whole[-1]
    length = 1 if is_snapshot else LENGTH
    now = added(days, last - (length - 1) * DAY, last, parts)
    earlier = whole[-2] if is_snapshot and len(whole) > 1 else now.first - DAY
    previous = added(days, earlier - (length - 1) * DAY, earlier, parts)
    weekdays = {last - 7 * week * DAY: days.get(last - 7 * week * DAY, ()) for week in range(1, WEEKS + 1)}
    same = added({day: counts for day, counts in weekdays.items() if counts}, min(weekdays), max(weekdays), parts)
    pairs = (
        (Against.REFERENCE, now, _reference(baseline)),
        (Against.PREVIOUS, now, previous),
        (Against.WEEKDAY, added(days, last, last, parts), same),
    )
    return [_compared(against, after, before, method, baseline) for against, after, before in pairs]


def _reference(baseline: Baseline) -> Span | None:
    if not baseline.counts or baseline.first is None or baseline.last is None:
        return None
    return Span(baseline.first, baseline.last, tuple(baseline.counts))


def _compared(against: Against, now: Span, before: Span | None, method: str, baseline: Baseline) -> Comparison:
    if before is None:
        return Comparison(against, now, None, None, _no_reference(baseline))
    if before.last >= now.first:
        return Comparison(against, now, before, None, f"The reference, {before.name}, reaches into the last days.")
    for span in (now, before):
        if span.rows < FEWEST_ROWS:
            few = f"{span.name} has {count(span.rows)} rows with a value; {FEWEST_ROWS} are needed."
            return Comparison(against, now, before, None, few)
    return Comparison(against, now, before, distance(before.counts, now.counts, method, is_ordered=baseline.is_ordered))


def _no_reference(baseline: Baseline) -> str:
    if baseline.first is None or baseline.last is None:
        return "There is no reference yet: too few days were measured."
    return f"The reference, {named(baseline.first, baseline.last)}, has less than {FEWEST_ROWS} rows with a value."
