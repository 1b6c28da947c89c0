"""The rows of a page: what is shown of each hit, and what of it matched."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields

from registry.search.compiling import Match
from registry.search.ranking import Ranked
from registry.search.results import Hit, Mark

_FACTS = frozenset(field.name for field in fields(Hit))


def hits_of(ranked: Sequence[Ranked], match: Match) -> list[Hit]:
    """The rows of a page, in their order."""
    stems = [(_stem(lexeme), is_beginning) for lexeme, is_beginning in match.lexemes]
    return [_hit(row, match.names, stems) for row in ranked]


def _hit(row: Ranked, names: Sequence[str], stems: list[tuple[str, bool]]) -> Hit:
    facts = {name: value for name, value in row.facts.items() if name in _FACTS}
    facts |= {"replaces": tuple(facts["replaces"]), "through": facts["through"] or ""}
    begun = max((len(name) for name in names if facts["name"].lower().startswith(name)), default=0)
    return Hit(
        score=row.score,
        weights=row.weights,
        name_marks=(Mark(0, begun),) if begun else marks(facts["name"], stems),
        description_marks=marks(facts["description"], stems),
        **facts,
    )


def _stem(lexeme: str) -> str:
    """What a word and its stem both begin with: the stem of country is countri."""
    return lexeme.rstrip("i") if len(lexeme) > 3 else lexeme


def marks(text: str, stems: Iterable[tuple[str, bool]]) -> tuple[Mark, ...]:
    """The words of `text` with one of these stems, each with whether it may go on at any length."""
    lowered = text.lower()
    if len(lowered) != len(text):  # some letters of other scripts change their length: nothing is marked then
        return ()
    found = sorted(mark for stem, is_beginning in stems for mark in _marked(text, lowered, stem, is_beginning))
    return tuple(_merged(found, text))


def _marked(text: str, lowered: str, stem: str, is_beginning: bool) -> Iterator[Mark]:
    """Where the stem begins a word that is the stem, or the stem with an ending: a long rest is another word."""
    at = lowered.find(stem)
    longest = len(text) if is_beginning else min(4, len(stem) - 2)
    while at >= 0:
        end = at + len(stem)
        while end < len(text) and not _is_edge(text, end):
            end += 1
        if _is_edge(text, at) and end - at - len(stem) <= max(longest, 0):
            yield Mark(at, end)
        at = lowered.find(stem, end)


def _is_edge(text: str, at: int) -> bool:
    """Whether a word begins or ends between two characters: at punctuation, a change of case, or a digit."""
    if at == 0:
        return True
    before, after = text[at - 1], text[at]
    if not before.isalnum() or not after.isalnum():
        return True
    return before.isdigit() != after.isdigit() or (before.islower() and after.isupper())


def _merged(found: Iterable[Mark], text: str) -> Iterator[Mark]:
    """Marks that touch, or have only an underscore between them, become one."""
    last: Mark | None = None
    for mark in found:
        if last and text[last.end : mark.start] in {"", "_"}:
            last = Mark(last.start, max(last.end, mark.end))
            continue
        if last:
            yield last
        last = mark
    if last:
        yield last
