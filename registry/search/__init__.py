"""Search: the query language, ranking, facets, typo tolerance, suggestions, and references pasted as they are."""

from registry.search.ranking import SORTS, BadCursor
from registry.search.results import Correction, Facet, Factor, Hit, Mark, Option, SearchPage
from registry.search.searching import matching, search

__all__ = [
    "SORTS", "BadCursor", "Correction", "Facet", "Factor", "Hit", "Mark", "Option", "SearchPage", "matching", "search",
]  # fmt: skip
