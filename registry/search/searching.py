"""A search from text to page: understand, rank, correct what was misspelled, count facets, fetch the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import QuerySet
from django.utils import timezone

from registry.models import Actor, Feature
from registry.search.asking import Asked, ask
from registry.search.correcting import advise
from registry.search.facets import facets_of
from registry.search.fields import Scope
from registry.search.grammar import parse
from registry.search.hits import hits_of
from registry.search.ranking import SORTS, Place, Ranking, next_cursor, place_of, rank
from registry.search.results import Correction, SearchPage

# Fewer hits than this may be a slip of the fingers.
FEW = 5
MAX_LIMIT = 500


def search(
    actor: Actor,
    text: str,
    *,
    chosen: Mapping[str, Sequence[str]] | None = None,
    sort: str = "best",
    cursor: str = "",
    limit: int = 50,
    with_facets: bool = False,
    as_typed: bool = False,
) -> SearchPage:
    """One page of the features that `actor` sees and `text` asks for.

    `chosen` are facets and their values, beside those in the text. `as_typed` switches corrections off. A text that
    cannot be read is searched as words; the page's notes say what was done instead.

    Raises:
        ValueError: no such sort; as BadCursor, no such cursor.
    """
    if sort not in SORTS:
        raise ValueError(f"Results can be sorted by {', '.join(SORTS)}.")
    after = place_of(cursor, sort) if cursor else None
    wanted = _Wanted(Scope(actor, timezone.now()), chosen or {}, sort, max(1, min(limit, MAX_LIMIT)))
    attempt = _attempt(wanted, after.text if after else text, after)
    if not after and not as_typed and attempt.ranking.total < FEW:
        attempt = _better(wanted, attempt)
    return _page(wanted, attempt, with_facets=with_facets)


def matching(actor: Actor, text: str, *, chosen: Mapping[str, Sequence[str]] | None = None) -> QuerySet[Feature]:
    """All features that `actor` sees and `text` asks for, without an order: for exports and whole lists."""
    return ask(parse(text), chosen, Scope(actor, timezone.now())).candidates.matching


def matching_with_notes(actor: Actor, text: str) -> tuple[QuerySet[Feature], list[str]]:
    """The same, and what of the text could not be used: without it more is found than was asked for, so whoever changes
    what is found must look at that first."""
    scope = Scope(actor, timezone.now())
    return ask(parse(text), None, scope).candidates.matching, scope.notes


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What stays the same however the text is changed."""

    scope: Scope
    chosen: Mapping[str, Sequence[str]]
    sort: str
    limit: int


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One text, asked and ranked."""

    text: str
    asked: Asked
    ranking: Ranking
    correction: Correction | None = None
    nearest: tuple[str, ...] = ()


def _attempt(wanted: _Wanted, text: str, after: Place | None = None) -> _Attempt:
    scope = replace(wanted.scope, notes=[], projects=wanted.scope.project_ids)
    asked = ask(parse(text), wanted.chosen, scope)
    return _Attempt(text, asked, rank(asked.candidates, scope, sort=wanted.sort, after=after, limit=wanted.limit))


def _better(wanted: _Wanted, typed: _Attempt) -> _Attempt:
    """The first of: the words spelled right, any word instead of all. Or what was typed, with words near to it."""
    advice = advise(typed.asked)
    if advice.corrected:
        corrected = _attempt(wanted, advice.corrected.query)
        if corrected.ranking.total > typed.ranking.total:
            return replace(corrected, correction=advice.corrected)
    if advice.relaxed and not typed.ranking.total:
        relaxed = _attempt(wanted, advice.relaxed.query)
        if relaxed.ranking.total:
            relaxed.asked.scope.note("No feature has all of these words. These have at least one of them.")
            return replace(relaxed, correction=advice.relaxed if advice.relaxed.words else None)
    return replace(typed, nearest=advice.nearest)


def _page(wanted: _Wanted, attempt: _Attempt, *, with_facets: bool) -> SearchPage:
    asked, ranking = attempt.asked, attempt.ranking
    return SearchPage(
        hits=hits_of(ranking.rows, asked.match),
        total=ranking.total,
        is_total_exact=ranking.is_exact,
        query=asked.query,
        facets=facets_of(asked) if with_facets else [],
        correction=attempt.correction,
        notes=asked.scope.notes,
        next_cursor=next_cursor(ranking, wanted.sort, attempt.text),
        choices=asked.choices,
        synonyms=asked.match.synonyms,
        nearest=list(attempt.nearest) if not ranking.total else [],
    )
