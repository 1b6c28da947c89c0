"""Holding two views against each other on the same entities. Pure: rows in, counts out, no values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.records import KeySample, SourceRow
from monitoring.comparing import EXAMPLES, Tally, add, is_same

Key = tuple[str, ...]
Rows = Mapping[Key, SourceRow]


@dataclass(slots=True)
class Found:
    """What was found of a sample of entities. `features` are by the name in the old view."""

    sampled: int
    only_old: int = 0
    only_new: int = 0
    equal: int = 0
    examples: list[str] = field(default_factory=list)
    features: dict[str, Tally] = field(default_factory=dict)

    @property
    def in_both(self) -> int:
        return self.sampled - self.only_old - self.only_new

    @property
    def nulls_agreeing(self) -> float | None:
        pairs = sum(one.compared for one in self.features.values())
        apart = sum(one.absent_online + one.absent_offline for one in self.features.values())
        return 1 - apart / pairs if pairs else None

    @property
    def shares(self) -> tuple[float | None, ...]:
        """Coverage, entities that are equal, and nulls that agree: all three must reach the mark."""
        coverage = self.in_both / self.sampled if self.sampled else None
        return coverage, self.equal / self.in_both if self.in_both else None, self.nulls_agreeing


def together(old: KeySample, new: KeySample, size: int) -> list[Key]:
    """Of both samples those with the lowest hashes, which are as good as drawn from all entities that either has."""
    return [key for _, key in sorted({*old.keys, *new.keys})[:size]]


def parity(
    keys: Sequence[Key], old: Rows, new: Rows, mapping: Mapping[str, str], tolerance: float,
    hashed: Callable[[Key], str],
) -> Found:  # fmt: skip
    """Each entity as both had it. A sampled entity that neither has at that moment does not count."""
    known = [key for key in keys if key in old or key in new]
    found = Found(len(known), features={name: Tally() for name in mapping})
    for key in known:
        if key in old and key in new:
            _add(found, key, old[key], new[key], mapping, tolerance, hashed)
        else:
            found.only_old += key in old
            found.only_new += key in new
    return found


def _add(
    found: Found, key: Key, old: SourceRow, new: SourceRow, mapping: Mapping[str, str], tolerance: float,
    hashed: Callable[[Key], str],
) -> None:  # fmt: skip
    is_equal = True
    for mine, theirs in mapping.items():
        if mine not in old.values or theirs not in new.values:
            continue  # the source has no such column: said once for the feature, not of each entity
        add(found.features[mine], new.values[theirs], old.values[mine], key, hashed, tolerance)
        is_equal &= is_same(new.values[theirs], old.values[mine], tolerance)
    found.equal += is_equal
    if not is_equal and len(found.examples) < EXAMPLES:
        found.examples.append(hashed(key))
