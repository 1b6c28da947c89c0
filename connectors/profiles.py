"""Which facts may be asked of which column, and the profile that the answers make.

The rule for personal columns is here and nowhere else: of them a store is asked how many rows are filled, so that no
bound, mean, length, distinct count or bin of theirs is ever computed, let alone returned. Whether some values may be
looked at to tell their kind is the caller's to say: of what is confirmed to be personal there is nothing left to tell.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from connectors.bins import Binning, binning, exact_distinct, histogram, quantiles
from connectors.cuts import MOST_WORDS
from connectors.records import Bin, Column, Cuts, DayCount, Profile

Kind = Literal["integer", "number", "moment", "boolean", "text", "list", "opaque"]
Fact = Literal[
    "filled", "finite", "whole", "minimum", "maximum", "mean", "stddev", "distinct", "true", "shortest", "longest",
    "outside",
]  # fmt: skip
Facts = Mapping[Fact, float | None]

NUMERIC: tuple[Kind, ...] = ("integer", "number", "moment")
_OF_NUMBERS: tuple[Fact, ...] = ("filled", "finite", "minimum", "maximum", "mean", "stddev", "distinct")
_FACTS: dict[Kind, tuple[Fact, ...]] = {
    "integer": _OF_NUMBERS,
    "number": (*_OF_NUMBERS, "whole"),
    "moment": _OF_NUMBERS,  # as seconds since 1970
    "boolean": ("filled", "true"),
    "text": ("filled", "distinct", "shortest", "longest"),
    "list": ("filled", "shortest", "longest"),
    "opaque": ("filled",),
}
# What Feast keeps under these types is serialized: a store may call it text, but its length or variety says nothing.
_SERIALIZED = ("bytes", "image_bytes", "pdf_bytes", "map", "scalar_map", "json", "struct")


@dataclass(frozen=True, slots=True)
class Measured:
    """A feature's column as the store holds it."""

    column: Column
    kind: Kind
    type_name: str

    @property
    def facts(self) -> tuple[Fact, ...]:
        if self.column.is_personal:
            return ("filled",)
        return (*_FACTS[self.kind], "outside") if self._is_bounded else _FACTS[self.kind]

    @property
    def _is_bounded(self) -> bool:
        """Whether the contract says of such values which are allowed."""
        within = self.column.within
        if within is None or self.kind not in ("integer", "number", "text"):
            return False
        allowed = all(isinstance(one, str) == (self.kind == "text") for one in within.allowed)
        return allowed and (bool(within.allowed) or self.kind != "text")

    @property
    def is_binned(self) -> bool:
        return self.kind in NUMERIC and not self.column.is_personal

    @property
    def is_sampled(self) -> bool:
        """Whether the kind of its values is to be told, and they could be of one: numbers with a fraction are not."""
        return self.column.is_sampled and self.kind in ("text", "integer")

    def is_parted(self, distinct: float | None) -> bool:
        """Whether its days can be compared: not of personal data, moments that only grow, lists, and words that are
        nearly all different.
        """
        if self.column.is_personal:
            return False
        if self.kind == "text":
            return (distinct or 0) <= MOST_WORDS
        return self.kind in ("integer", "number", "boolean")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows fell into each narrow bin, and how many different values there are where that was counted too."""

    counts: Mapping[int, int]
    distinct: int | None = None


def measured(
    columns: Sequence[Column], types: Mapping[str, str], kind_of: Callable[[str], Kind]
) -> tuple[list[Measured], list[Profile]]:
    """The columns that the store has, and an error for each that it lacks. `types` maps a name to the store's type."""
    found: list[Measured] = []
    missing: list[Profile] = []
    for column in columns:
        if type_name := types.get(column.column):
            found.append(Measured(column, _kind(column, kind_of(type_name)), type_name))
        else:
            missing.append(Profile(column.name, 0, 0, error=f"There is no column {column.column!r} in the source."))
    return found, missing


def _kind(column: Column, stored: Kind) -> Kind:
    return "opaque" if column.dtype.lower() in _SERIALIZED else stored


def bins_of(measured: Measured, facts: Facts) -> Binning | None:
    """How to bin a column whose bounds are known; None where there is nothing to bin.

    Floats that are all whole are binned as integers: that is what nulls make of integers in pandas.
    """
    low, high = facts.get("minimum"), facts.get("maximum")
    if not measured.is_binned or low is None or high is None:
        return None
    is_whole = "whole" in facts and facts["whole"] == facts["finite"]
    return binning(low, high, is_integer=measured.kind == "integer" or is_whole)


def profile(
    measured: Measured, rows: int, facts: Facts, bins: Binning | None, tally: Tally, *, is_distinct_approximate: bool,
    cuts: Cuts | None = None, days: tuple[DayCount, ...] = (),
) -> Profile:  # fmt: skip
    """NaN counts as null, as it does for Feast. Infinity counts as a value, but only `rows` and `nulls` know of it."""
    exact = exact_distinct(bins, tally.counts) if bins else None
    distinct = next((count for count in (exact, tally.distinct, facts.get("distinct")) if count is not None), None)
    filled = int(facts["filled"] or 0)
    return Profile(
        feature=measured.column.name,
        rows=rows,
        nulls=rows - filled,
        present=rows,
        distinct=None if distinct is None else min(int(distinct), filled),
        is_distinct_approximate=is_distinct_approximate and distinct is not None and exact is None,
        minimum=facts.get("minimum"),
        maximum=facts.get("maximum"),
        mean=facts.get("mean"),
        stddev=facts.get("stddev"),
        quantiles=quantiles(bins, tally.counts) if bins else {},
        histogram=histogram(bins, tally.counts) if bins else _labelled(facts, filled),
        length_minimum=_whole(facts.get("shortest")),
        length_maximum=_whole(facts.get("longest")),
        outside=_whole(facts.get("outside")),
        cuts=cuts,
        days=days,
    )


def infinite(measured: Measured, facts: Facts) -> int:
    """How many values are endless, and so are missing from bounds, mean, quantiles and histogram."""
    return int(facts["filled"] or 0) - int(facts["finite"] or 0) if "finite" in facts else 0


def _labelled(facts: Facts, filled: int) -> tuple[Bin, ...]:
    if "true" not in facts:
        return ()
    true = int(facts["true"] or 0)
    return (Bin(filled - true, label="false"), Bin(true, label="true"))


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
