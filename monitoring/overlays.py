"""Two histograms over the same bins, so that one picture can hold both."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from common.quantities import figure

BINS = 20
Bins = Sequence[Mapping[str, Any]]  # {count, lower, upper} or {count, label}, as they were measured


class Shared(NamedTuple):
    """A bin that both have: its name, and which share of the values of each lies in it."""

    name: str
    before: float
    after: float


def overlay(before: Bins, after: Bins) -> list[Shared]:
    """Both over the same bins; empty where one has none, or where one is of numbers and the other of words."""
    if not before or not after or _is_of_words(before) != _is_of_words(after):
        return []
    return _of_words(before, after) if _is_of_words(before) else _of_numbers(before, after)


def _is_of_words(bins: Bins) -> bool:
    return "label" in bins[0]


def _of_words(before: Bins, after: Bins) -> list[Shared]:
    sides = [{one["label"]: one["count"] for one in bins} for bins in (before, after)]
    names = list(dict.fromkeys(name for side in sides for name in side))
    return _shared(names, *([side.get(name, 0) for name in names] for side in sides))


def _of_numbers(before: Bins, after: Bins) -> list[Shared]:
    """Bins of one width across both. A bin that lies across two is parted as if its values were spread evenly."""
    low = min(one["lower"] for one in (*before, *after))
    high = max(one["upper"] for one in (*before, *after))
    edges = [low + (high - low) * at / BINS for at in range(BINS + 1)] if high > low else [low, high]
    names = [f"{figure(start)} to {figure(end)}" for start, end in pairwise(edges)]
    return _shared(names, _parted(before, edges), _parted(after, edges))


def _parted(bins: Bins, edges: Sequence[float]) -> list[float]:
    return [
        sum(one["count"] * _within(one, start, end, is_last=end == edges[-1]) for one in bins)
        for start, end in pairwise(edges)
    ]


def _within(one: Mapping[str, Any], start: float, end: float, *, is_last: bool) -> float:
    """Which share of a bin lies between two edges; one without any width is a single value, which lies in one place."""
    lower, upper = one["lower"], one["upper"]
    if upper <= lower:
        return float(start <= lower < end or (is_last and lower == end))
    return max(0.0, min(upper, end) - max(lower, start)) / (upper - lower)


def _shared(names: Sequence[str], before: Sequence[float], after: Sequence[float]) -> list[Shared]:
    totals = (sum(before) or 1, sum(after) or 1)
    return [
        Shared(name, one / totals[0], other / totals[1]) for name, one, other in zip(names, before, after, strict=True)
    ]
