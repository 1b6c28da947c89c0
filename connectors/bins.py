"""Equal-width bins: how a store is asked to count, and the histogram and quantiles that its counts give.

A store counts into as many as 4,096 narrow bins, which costs it no more than 64 do. The narrow bins give quantiles that
are right to within one narrow bin; folded together they are the 64 wide bins that are kept. Bins of integers start and
end at integers, so that no bin holds more of them than its neighbour by accident.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.records import Bin

NARROW = 4096
WIDE = 64
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Binning:
    """`count` narrow bins from `minimum`, each `width` wide; `fold` of them make one wide bin."""

    minimum: float
    maximum: float
    width: float
    count: int
    is_integer: bool

    @property
    def fold(self) -> int:
        return math.ceil(self.count / WIDE)

    def edge(self, position: int) -> float:
        return self.minimum + position * self.width


def binning(minimum: float, maximum: float, *, is_integer: bool) -> Binning | None:
    """None where the bounds are so far apart that their distance is not a number."""
    span = maximum - minimum
    if not math.isfinite(span):
        return None
    if is_integer:
        width = max(1.0, math.ceil((span + 1) / NARROW))
        return Binning(minimum, maximum, width, math.ceil((span + 1) / width), is_integer)
    width = span / NARROW
    if minimum + width == minimum or maximum - width == maximum:  # one value, or floats too close to tell apart
        return Binning(minimum, maximum, span or 1.0, 1, is_integer)
    return Binning(minimum, maximum, width, NARROW, is_integer)


def histogram(bins: Binning, counts: Mapping[int, int]) -> tuple[Bin, ...]:
    """At most 64 bins over the whole range, empty ones included. `counts` maps a narrow bin to its rows."""
    wide = [0] * math.ceil(bins.count / bins.fold)
    for position, count in counts.items():
        wide[position // bins.fold] += count
    edges = [bins.edge(position * bins.fold) for position in range(len(wide) + 1)]
    if not bins.is_integer:
        edges[-1] = bins.maximum
    return tuple(Bin(count, lower, upper) for count, lower, upper in zip(wide, edges, edges[1:], strict=False))


def quantiles(bins: Binning, counts: Mapping[int, int]) -> dict[float, float]:
    """Within one narrow bin of the truth; exact for integers that span less than 4,096."""
    total = sum(counts.values())
    found: dict[float, float] = {}
    before = 0
    for position in sorted(counts):
        upto = before + counts[position]
        for quantile in QUANTILES[len(found) :]:
            if quantile * total > upto:
                break
            found[quantile] = _inside(bins, position, (quantile * total - before) / counts[position])
        before = upto
    return found


def exact_distinct(bins: Binning, counts: Mapping[int, int]) -> int | None:
    """Where each narrow bin holds one integer, the bins that hold any are the distinct values."""
    return sum(1 for count in counts.values() if count) if bins.is_integer and bins.width == 1 else None


def _inside(bins: Binning, position: int, fraction: float) -> float:
    if bins.is_integer:
        value = float(round(bins.edge(position) + fraction * (bins.width - 1)))
    else:
        value = bins.edge(position) + fraction * bins.width
    return min(max(value, bins.minimum), bins.maximum)
