"""Are two features the same under two names? What is known of both is weighed, and every weight has its reason.

The weights are chances: each piece of evidence takes a part of the doubt away. What speaks against it, such as another
window, is not outweighed by anything. They were set on the labelled pairs of tests/data and measured on pairs that were
kept apart; see docs/near-duplicates.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

from rapidfuzz import fuzz

from charter.terms import NUMBERS
from registry.alike.slots import EVER, Slots, slots, stem

LIKELY = 0.7  # from here on it is called a near-duplicate; what is less is only a similar name
_NEAR_WORD = 88  # of 100, for words that are spelled a little differently
_MONTH = (28 * 86_400, 31 * 86_400)
_STOP = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "in", "is", "it", "its", "of", "on", "or",
    "that", "the", "their", "they", "this", "to", "was", "were", "which", "with",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Profile:
    """What was measured of a feature's values."""

    mean: float | None = None
    stddev: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    null_rate: float | None = None
    distinct: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one feature. `column` is (place of the source, column); what is not known is empty."""

    name: str
    description: str = ""
    entities: frozenset[str] = frozenset()
    place: str = ""
    column: str = ""
    dtype: str = ""
    profile: Profile | None = None


@dataclass(slots=True)
class Likeness:
    """`score` is from 0 to 1; `reasons` say what speaks for it, `against` what speaks against it."""

    score: float = 0.0
    reasons: list[str] = field(default_factory=list)
    against: list[str] = field(default_factory=list)

    @property
    def is_likely(self) -> bool:
        return self.score >= LIKELY

    @property
    def said(self) -> str:
        """`87 %: same entity, same source column`"""
        return f"{self.score:.0%}: {', '.join([*self.reasons, *self.against])}".replace("%", " %", 1)


def judge(one: Facts, other: Facts, synonyms: Mapping[str, str]) -> Likeness:
    """How likely they are the same, and why."""
    mine, theirs = (slots(facts.name, synonyms, about=facts.entities) for facts in (one, other))
    found, doubt = Likeness(), 1.0
    for weight, reason in (*_of_names(mine, theirs), *_of_places(one, other), *_of_words(one, other)):
        doubt *= 1 - weight
        found.reasons.append(reason)
    weight, said = _of_values(one.profile, other.profile)
    if weight > 0:
        doubt *= 1 - weight
        found.reasons.append(said)
    found.score = 1 - doubt
    for most, reason in _against(one, other, mine, theirs):
        found.score = min(found.score, most)
        found.against.append(reason)
    if weight < 0:
        found.score = min(found.score, 0.6)
        found.against.append(said)
    return found


def _of_names(mine: Slots, theirs: Slots) -> list[tuple[float, str]]:
    """Names whose parts are the same say the same. One word more on a side is usually another thing."""
    if not (mine.what and theirs.what) and mine != theirs:
        return []
    shared, left = _matched(mine.what, theirs.what)
    if not left:
        window = "" if mine.window is None or mine.window == theirs.window else f", over {_span(mine.window)} as well"
        return [(0.64, f"their names mean the same{window}")]
    part = shared / (shared + left)
    return [(0.4 * part, f"{shared} of {shared + left} words mean the same")] if part >= 0.5 else []


def _matched(mine: frozenset[str], theirs: frozenset[str]) -> tuple[int, int]:
    """How many words are on both sides, and how many are left over."""
    shared = len(mine & theirs)
    left, right = set(mine - theirs), set(theirs - mine)
    for one, other in product(sorted(left), sorted(right)):
        if one in left and other in right and _is_spelled_alike(one, other):
            left.discard(one)
            right.discard(other)
            shared += 1
    return shared, len(left) + len(right)


def _is_spelled_alike(one: str, other: str) -> bool:
    """A slip, or a short form: amnt for amount. Numbers are never alike."""
    if one.isdecimal() or other.isdecimal():
        return False
    short, long = sorted((one, other), key=len)
    if len(short) >= 4 and fuzz.ratio(one, other) >= _NEAR_WORD:
        return True
    letters = iter(long)
    is_short_form = 3 <= len(short) < len(long) and short[0] == long[0] and all(letter in letters for letter in short)
    return is_short_form and not set(short) & set("aeiou") - {short[0]}


def _of_places(one: Facts, other: Facts) -> list[tuple[float, str]]:
    found = []
    if one.entities and one.entities == other.entities:
        found.append((0.22, "same entity"))
    if one.place and one.place == other.place:
        same_column = bool(one.column) and one.column == other.column
        found.append((0.85, "same source column") if same_column else (0.15, "same source"))
    return found


def _of_words(one: Facts, other: Facts) -> list[tuple[float, str]]:
    """Descriptions that share most of their words."""
    mine, theirs = _words(one.description), _words(other.description)
    if min(len(mine), len(theirs)) < 3:
        return []
    part = len(mine & theirs) / len(mine | theirs)
    return [(0.4 * part, "their descriptions say much the same")] if part >= 0.5 else []


def _words(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in re.findall(r"[a-z0-9]+", text.lower()) if word not in _STOP)


def _of_values(mine: Profile | None, theirs: Profile | None) -> tuple[float, str]:
    """Whether what was measured agrees; below 0 where it contradicts."""
    if mine is None or theirs is None:
        return 0.0, ""
    pairs = [(getattr(mine, name), getattr(theirs, name)) for name in ("mean", "stddev", "minimum", "maximum")]
    known = [(one, other) for one, other in pairs if one is not None and other is not None]
    if len(known) < 3:
        return 0.0, ""
    scale = max(max(abs(one), abs(other)) for one, other in known) or 1.0
    apart = max(abs(one - other) / scale for one, other in known)
    nulls = abs((mine.null_rate or 0) - (theirs.null_rate or 0))
    if apart <= 0.02 and nulls <= 0.02 and len({one for one, _ in known}) > 1:
        return 0.6, "their values agree"
    return (-1.0, "their values differ") if apart > 0.25 else (0.0, "")


def _against(one: Facts, other: Facts, mine: Slots, theirs: Slots) -> list[tuple[float, str]]:
    """(the most that it can then be, why)."""
    found = []
    if not _is_same_window(mine.window, theirs.window):
        found.append((0.45, f"window {_span(mine.window)}, not {_span(theirs.window)}"))
    if different := _different_ways(mine.how, theirs.how):
        found.append((0.45, different))
    if one.entities and other.entities and not one.entities & other.entities:
        found.append((0.5, f"of {', '.join(sorted(one.entities))}, not {', '.join(sorted(other.entities))}"))
    if _kind(one.dtype) and _kind(other.dtype) and _kind(one.dtype) != _kind(other.dtype):
        found.append((0.6, f"{one.dtype}, not {other.dtype}"))
    return found


def _is_same_window(one: int | None, other: int | None) -> bool:
    """Unsaid agrees with the whole past and with nothing else; a month has 28 to 31 days."""
    if one == other or {one, other} == {None, EVER}:
        return True
    return one is not None and other is not None and all(_MONTH[0] <= span <= _MONTH[1] for span in (one, other))


def _different_ways(mine: frozenset[str], theirs: frozenset[str]) -> str:
    """How they are summed up, where it differs. A sum is often unsaid: total_price is a price."""
    left, right = mine - theirs, theirs - mine
    if not (left | right) - {"sum", "rolling"} and not (left and right):
        return ""
    if left | right:
        return f"{' and '.join(sorted(mine)) or 'no'} against {' and '.join(sorted(theirs)) or 'no'} aggregation"
    return ""


def _kind(dtype: str) -> str:
    """Numbers among themselves may be written as any number."""
    return "number" if dtype in NUMBERS or dtype == "decimal" else dtype


def _span(seconds: int | None) -> str:
    if seconds is None:
        return "unsaid"
    if seconds == EVER:
        return "the whole past"
    for size, letter in ((604_800, "w"), (86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds % size == 0 and (size != 604_800 or seconds // size < 5):
            return f"{seconds // size}{letter}"
    return f"{seconds}s"
