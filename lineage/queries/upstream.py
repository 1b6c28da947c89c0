"""Which tables lie upstream of feature views, of all of them at once, under the names that people search."""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from common.statements import fetch
from registry.actions.facts import ViewUpstream

# Nearest first. Whoever is made from more than that is made from everything.
MOST_TABLES = 500
MOST_NODES = 2_000
MOST_ENDS = 8
# An item of a GIN index has less than 2,700 bytes, and a letter up to four.
LONGEST = 500
_VIEWS = "SELECT view_id, same_as_id FROM lineage_node WHERE view_id IS NOT NULL"
_ABOVE = """
WITH RECURSIVE above(id) AS (
  SELECT same_as_id FROM lineage_node WHERE view_id IS NOT NULL
  UNION
  SELECT edge.source_id FROM above JOIN lineage_edge edge ON edge.target_id = above.id
  WHERE edge.is_current AND edge.flows
)
SELECT edge.target_id, array_agg(DISTINCT edge.source_id)
FROM above JOIN lineage_edge edge ON edge.target_id = above.id
WHERE edge.is_current AND edge.flows GROUP BY edge.target_id
"""
_NAMES = """
SELECT thing.id, node.namespace, node.name, source.name
FROM unnest(%s::uuid[]) AS wanted(id)
JOIN lineage_node thing ON thing.id = wanted.id AND thing.kind = 'dataset'
JOIN lineage_node node ON node.same_as_id = thing.id
LEFT JOIN registry_source source ON source.id = node.source_id
"""

Above = Mapping[UUID, Sequence[UUID]]


def tables_upstream() -> Iterator[ViewUpstream]:
    """For each view with tables upstream, their names. No view costs more than its nearest nodes."""
    above: Above = dict(fetch(_ABOVE, []))
    names = _names({id for sources in above.values() for id in sources})
    for view, start in fetch(_VIEWS, []):
        tables, is_cut = _nearest(start, above, names)
        if tables:
            yield ViewUpstream(view, list(dict.fromkeys(text for id in tables for text in names[id])), is_cut)


def _nearest(start: UUID, above: Above, names: Collection[UUID]) -> tuple[list[UUID], bool]:
    """The nearest tables, and whether there is more than was looked at. Jobs and other views are passed through."""
    seen, waiting = {start}, deque([start])
    tables: list[UUID] = []
    while waiting:
        for one in above.get(waiting.popleft(), ()):
            if one in seen:
                continue
            if len(seen) > MOST_NODES or len(tables) == MOST_TABLES:
                return tables, True
            seen.add(one)
            waiting.append(one)
            if one in names:
                tables.append(one)
    return tables, False


def _names(ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """What each table is called: by all its names, their ends, and the registry's name of the source."""
    found: dict[UUID, set[str]] = {}
    for id, namespace, name, source in fetch(_NAMES, [list(ids)]):
        found.setdefault(id, set()).update(spoken(namespace, name), (source or "").lower().split("\n")[:1])
    return {id: [text for text in sorted(texts) if 0 < len(text) <= LONGEST] for id, texts in found.items()}


def spoken(namespace: str, name: str) -> Iterator[str]:
    """Ways to name a dataset: `raw.orders` and `orders` for `dwh.raw.orders`; of an address, the whole address too."""
    text = name.lower()
    yield text
    if "://" in namespace:
        yield f"{namespace.lower()}/{text.lstrip('/')}"
    separator = "/" if "/" in text else "."
    parts = text.strip(separator).split(separator)
    yield from (separator.join(parts[-count:]) for count in range(1, min(len(parts), MOST_ENDS) + 1))
