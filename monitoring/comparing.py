"""Holding what is served of some entities against their rows in the source. Pure: rows in, counts out, no values."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from connectors.records import Scalar, ServedRow, SourceRow

RELATIVE, ABSOLUTE = 1e-6, 1e-9  # what a float32 keeps of a float64
EXAMPLES = 5


@dataclass(slots=True)
class Tally:
    """One feature: entities whose values were compared, those that differ, and those that only one store holds.

    `examples` are salted hashes of the keys of some that differ.
    """

    compared: int = 0
    differing: int = 0
    absent_online: int = 0
    absent_offline: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float | None:
        return self.differing / self.compared if self.compared else None


@dataclass(frozen=True, slots=True)
class Skew:
    """Of a sample of entities: how many the source knows, how far what is served lies behind it, and each feature."""

    sampled: int
    found: int
    behind: timedelta | None  # the most, of the entities found
    features: Mapping[str, Tally]


def compare(
    served: Sequence[ServedRow], stored: Mapping[tuple[str, ...], SourceRow], features: Sequence[str],
    hashed: Callable[[tuple[str, ...]], str],
) -> Skew:  # fmt: skip
    """Each entity as it is served against the source as it was at that moment."""
    tallies = {name: Tally() for name in features}
    behind = timedelta(0)
    known = [(one, stored[one.key]) for one in served if one.key in stored]
    for one, row in known:
        behind = max(behind, row.newest_at - one.at)
        for name, tally in tallies.items():
            if name in one.values and name in row.values:
                add(tally, one.values[name], row.values[name], one.key, hashed)
    return Skew(len(served), len(known), behind if known else None, tallies)


def add(
    tally: Tally, served: Scalar, stored: Scalar, key: tuple[str, ...], hashed: Callable[[tuple[str, ...]], str],
    relative: float = RELATIVE,
) -> None:  # fmt: skip
    """One entity's pair of values: what is served, or new, and what is stored, or old."""
    if served is None and stored is None:
        tally.compared += 1
        return
    tally.absent_online += served is None
    tally.absent_offline += stored is None
    tally.compared += 1
    if not is_same(served, stored, relative):
        tally.differing += 1
        if len(tally.examples) < EXAMPLES:
            tally.examples.append(hashed(key))


def is_same(one: Scalar, other: Scalar, relative: float = RELATIVE) -> bool:
    """Numbers to six digits, everything else exactly. A truth is no number, and nothing is only nothing."""
    if one is None or other is None or isinstance(one, str | bool) or isinstance(other, str | bool):
        return type(one) is type(other) and one == other
    return math.isclose(one, other, rel_tol=relative, abs_tol=ABSOLUTE)
