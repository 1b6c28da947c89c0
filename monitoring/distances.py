"""How far two counts over the same parts lie from each other, and whether chance alone would do that.

Pure figures: counts in, numbers out. Numbers come from scipy, which is imported when something is computed: it takes
half a second and 50 MB, which processes that only show pages need not pay.

PSI, Jensen-Shannon and chi-square are taken over neighbouring parts that together hold a tenth of both, for with many
small parts PSI grows by chance alone; where a feature has few values or words, a hundredth is enough.
Kolmogorov–Smirnov uses every part: over parts it is the largest difference of the two cumulative shares *at their
edges*, so never more than that of the single values, and less by at most what one part holds, a fortieth.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

SMALLEST = 1e-4  # share that an empty part is taken to hold: PSI knows no zero
LEAST, LEAST_OF_FEW = 0.1, 0.01
FEW = 20  # parts
ROUNDING = 1e-9
CHANCE = 0.05  # of all that is called drifted, how much may be so by chance

Counts = Sequence[int]


@dataclass(frozen=True, slots=True)
class Distance:
    """By one method; `p` is how often chance alone would part two samples of one distribution at least as far."""

    method: str
    value: float
    p: float


def distance(before: Counts, after: Counts, method: str, *, is_ordered: bool) -> Distance:
    """Of two counts over the same parts, neither empty. Words have no order, so that for them `ks` is `chi2`."""
    if method == "ks" and is_ordered:
        return Distance("ks", *kolmogorov_smirnov(before, after))
    method = "chi2" if method == "ks" else method
    old, new = grouped(before, after) if is_ordered else gathered(before, after)
    value, p = chi_square(old, new)
    if method == "psi":
        value = psi(old, new)
    elif method == "js":
        value = jensen_shannon(old, new)
    return Distance(method, value, p)


def grouped(before: Counts, after: Counts) -> tuple[list[int], list[int]]:
    """Neighbours together, until each group holds a tenth of both, or a hundredth where there are few parts."""
    least = (1 / sum(before), 1 / sum(after))
    enough = LEAST if len(before) > FEW else LEAST_OF_FEW
    groups: list[list[float]] = []
    held = [0, 0, 0.0]
    for old, new in zip(before, after, strict=True):
        held = [held[0] + old, held[1] + new, held[2] + (old * least[0] + new * least[1]) / 2]
        if held[2] >= enough - ROUNDING:
            groups.append(held)
            held = [0, 0, 0.0]
    if groups:
        groups[-1] = [groups[-1][place] + held[place] for place in range(3)]
    return [int(group[0]) for group in groups], [int(group[1]) for group in groups]


def gathered(before: Counts, after: Counts) -> tuple[list[int], list[int]]:
    """Words that are rare in both as one part; those that neither has left out."""
    totals = (sum(before), sum(after))
    common, rest = [], [0, 0]
    for old, new in zip(before, after, strict=True):
        if (old / totals[0] + new / totals[1]) / 2 >= LEAST_OF_FEW:
            common.append((old, new))
        else:
            rest = [rest[0] + old, rest[1] + new]
    pairs = [*common, *([(rest[0], rest[1])] if any(rest) else [])]
    return [old for old, _ in pairs], [new for _, new in pairs]


def psi(before: Counts, after: Counts) -> float:
    """Population stability index: sum of (q - p) ln(q / p)."""
    old, new = _shares(before), _shares(after)
    return float(sum((q - p) * _numpy().log(q / p) for p, q in zip(old, new, strict=True)))


def jensen_shannon(before: Counts, after: Counts) -> float:
    """The distance (root of the divergence, base 2): 0 for the same, 1 for nothing in common."""
    from scipy.spatial.distance import jensenshannon

    found = float(jensenshannon(before, after, base=2))
    return found if found == found else 0.0  # rounding can make the root of the same one of less than nothing


def chi_square(before: Counts, after: Counts) -> tuple[float, float]:
    """Cramér's V and p of the test that both are samples of one distribution. scipy.stats' own takes 10 ms for each."""
    from scipy.special import chdtrc

    if len(before) < 2:
        return 0.0, 1.0
    seen = _numpy().array([before, after], dtype=float)
    total = seen.sum()
    expected = seen.sum(axis=1, keepdims=True) * seen.sum(axis=0) / total
    statistic = float(((seen - expected) ** 2 / expected).sum())
    return sqrt(statistic / total), float(chdtrc(len(before) - 1, statistic))


def kolmogorov_smirnov(before: Counts, after: Counts) -> tuple[float, float]:
    """The largest difference at an edge, and p by its limit distribution, which for parts errs towards chance."""
    from scipy.special import kolmogorov

    numpy = _numpy()
    sizes = (sum(before), sum(after))
    apart = numpy.abs(numpy.cumsum(before) / sizes[0] - numpy.cumsum(after) / sizes[1])
    value = float(apart.max())
    return value, float(kolmogorov(value * sqrt(sizes[0] * sizes[1] / sum(sizes))))


def corrected(values: Sequence[float]) -> list[float]:
    """p of each of many tests, corrected as Benjamini and Hochberg do: of those below 0.05, one in twenty is chance."""
    from scipy.stats import false_discovery_control

    return [float(value) for value in false_discovery_control(values)] if values else []


def _shares(counts: Counts) -> Any:
    numpy = _numpy()
    return numpy.maximum(numpy.asarray(counts, dtype=float) / sum(counts), SMALLEST)


def _numpy() -> Any:
    import numpy

    return numpy
