"""Which facets are told to whom. Any may hold anything, so those are named that everybody may read."""

from collections.abc import Iterable, Mapping
from typing import Any

from lineage.queries.about import tag_text

Facets = Mapping[str, dict[str, Any]]

OPEN = frozenset({
    "dataQualityAssertions", "dataSource", "datasetType", "datasetVersion", "documentation", "jobType",
    "lifecycleStateChange", "nominalTime", "outputStatistics", "ownership", "parent", "processing_engine", "schema",
    "sourceCodeLocation", "storage", "symlinks", "tags", "version",
})  # fmt: skip
# They name other things, which may be hidden: said as edges instead, of what the reader sees.
_NAMES_OTHERS = frozenset({"columnLineage", "lineage"})


def shown_facets(facets: Facets, *, sees_code: bool) -> dict[str, dict[str, Any]]:
    """Without what may hold code or errors, for those who may not see these. What Feast says of views, the registry
    tells itself, of those that the reader sees."""
    return {
        name: body
        for name, body in facets.items()
        if (sees_code or name in OPEN) and name not in _NAMES_OTHERS and not name.startswith("feast_")
    }


def text_in(facets: Facets, name: str, key: str) -> str | None:
    """The text under `key` of a facet; None where there is none."""
    found = facets.get(name, {}).get(key)
    return found if isinstance(found, str) else None


def parts_of(facets: Facets, name: str, key: str) -> Iterable[dict[str, Any]]:
    """The objects in a list of a facet, such as the fields of its schema."""
    found = facets.get(name, {}).get(key)
    return (one for one in found if isinstance(one, dict)) if isinstance(found, list) else ()


def tags_by_field(facets: Facets) -> dict[str, list[str]]:
    """Names of tags, by the field that they are on; those of the whole under ""."""
    found: dict[str, dict[str, None]] = {}
    for one in parts_of(facets, "tags", "tags"):
        if isinstance(one.get("key"), str):
            field = one.get("field")
            found.setdefault(field if isinstance(field, str) else "", {})[tag_text(one)] = None
    return {field: list(names) for field, names in found.items()}
