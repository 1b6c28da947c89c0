"""Lists that are searches: found, ranked and counted by registry.search."""

from dataclasses import asdict
from typing import Any

from django.http import QueryDict

from common.fields import Selection, json_text
from common.pagination import limit, sort_of
from common.problems import InvalidParameter
from registry.filters import UNCLASSIFIED, FeatureFilter
from registry.models import Feature, User
from registry.search import BadCursor, SearchPage, search
from registry.search.counting import note_search
from registry.serializers.features import FeatureSerializer

# Filters of the list that the search knows as facets, and what it calls them.
FACETS = {
    "project": "project", "owner": "owner", "status": "status", "entity": "entity", "health": "health",
    "store": "store", "online": "online", "tag": "tag", "class": "pii",
}  # fmt: skip
RANKED = ("best", "used", "fresh")
# What the list calls not personal, the search calls not pii.
_SPELLED = {("class", "none"): "false", ("class", UNCLASSIFIED): "unclassified"}


def searched(actor: User, query: QueryDict) -> SearchPage:
    """One page of what `q` and the facets of a query find. Raises InvalidParameter."""
    _refuse_other_filters(query)
    try:
        page = search(
            actor,
            query.get("q", ""),
            chosen={FACETS[name]: [_SPELLED.get((name, value), value) for value in query.getlist(name)]
                    for name in FACETS if name in query},
            sort=sort_of(query, RANKED),
            cursor=query.get("cursor", ""),
            limit=limit(query),
            with_facets=query.get("facets") == "true",
        )  # fmt: skip
    except BadCursor as error:
        raise _refused("cursor", str(error)) from None
    if query.get("q") and not query.get("cursor"):
        note_search(actor, page)
    return page


def texts_of(actor: User, page: SearchPage, selection: Selection) -> list[str]:
    """The features found, as JSON texts in the order found."""
    ids = [hit.id for hit in page.hits]
    shape = json_text(FeatureSerializer, selection, actor)
    rows = Feature.objects.visible_to(actor).filter(pk__in=ids).order_by().values_list("pk", shape)
    texts: dict[int, str] = dict(rows)
    return [texts[number] for number in ids if number in texts]


def beside(page: SearchPage, query: QueryDict) -> dict[str, Any]:
    """What a search says beside its rows."""
    said: dict[str, Any] = {
        "total": page.total,
        "is_total_exact": page.is_total_exact,
        "correction": asdict(page.correction) if page.correction else None,
        "notes": page.notes,
        "nearest": page.nearest,
    }
    return said | ({"facets": [asdict(facet) for facet in page.facets]} if query.get("facets") == "true" else {})


def _refuse_other_filters(query: QueryDict) -> None:
    others = sorted((FeatureFilter.base_filters.keys() - FACETS.keys()) & query.keys())
    if others:
        raise _refused(
            others[0], f"{others[0]} does not go with a ranked search. Write it in q, or sort by key or -changed_at."
        )


def _refused(parameter: str, detail: str) -> InvalidParameter:
    return InvalidParameter(detail, errors=[{"parameter": parameter, "code": f"invalid_{parameter}", "detail": detail}])
