"""Search: the query language, ranking, facets, typo tolerance, suggestions, and references pasted as they are."""

from registry.search.choices import FACET_NAMES, edited, filters_of
from registry.search.pasting import resolve
from registry.search.ranking import SORTS, BadCursor
from registry.search.results import (
    Correction,
    Facet,
    Factor,
    Group,
    Hit,
    Mark,
    Option,
    SearchPage,
    Suggestion,
    Target,
)
from registry.search.searching import matching, matching_with_notes, search
from registry.search.suggesting import suggest

__all__ = [
    "FACET_NAMES", "SORTS", "BadCursor", "Correction", "Facet", "Factor", "Group", "Hit", "Mark", "Option",
    "SearchPage", "Suggestion", "Target", "edited", "filters_of", "matching", "matching_with_notes", "resolve",
    "search", "suggest",
]  # fmt: skip
