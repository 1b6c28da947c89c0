"""Handing on what was measured and tested of the tables that views read. Evidence, so nothing to audit."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.urls import reverse

from common.statements import execute_many, fetch
from lineage.naming import table_of
from lineage.queries.handed import checks_in, counts_in, rows_in
from lineage.registry_facts import registry_teller
from registry.models import Feature, FeatureView
from registry.told import Told, ToldCheck, ToldCount

_TAKE = """
SELECT measure.id, node.same_as_id, measure.producer, measure.run, measure.job, measure.at, measure.facet,
       measure.body::text
FROM lineage_measure measure JOIN lineage_node node ON node.id = measure.node_id
WHERE measure.is_waiting ORDER BY measure.id LIMIT %s FOR UPDATE OF measure SKIP LOCKED
"""
_DONE = "UPDATE lineage_measure SET is_waiting = false WHERE id = %s"
# Views are bound to what the registry itself says they read, and to nothing that a job only happens to touch.
_BOUND = """
SELECT edge.source_id, view.view_id, edge.teller_id, view.id
FROM lineage_edge edge JOIN lineage_node view ON view.id = edge.target_id
WHERE edge.source_id = ANY(%s) AND edge.is_current AND view.view_id IS NOT NULL
"""
# Older words of whoever has spoken since.
_FORGET = """
DELETE FROM lineage_measure held USING lineage_measure newer
WHERE newer.id = ANY(%s) AND held.node_id = newer.node_id AND held.facet = newer.facet
  AND held.producer = newer.producer AND held.job IS NOT DISTINCT FROM newer.job AND held.at < newer.at
  AND NOT held.is_waiting
"""
_WAKE = """
UPDATE lineage_measure SET is_waiting = true
WHERE node_id IN (SELECT id FROM lineage_node WHERE same_as_id = ANY(%s)) AND NOT is_waiting
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class _Bound:
    """A view with its features and keys, by the columns of its table, in small letters."""

    view: int
    features: dict[str, str]
    own: frozenset[str]  # columns that concern the view as a whole


class Handing:
    """Answers monitoring: see `registry.told`."""

    def take(self, most: int) -> tuple[int, Sequence[Told]]:
        rows = fetch(_TAKE, [most])
        bound = _bound({row[1] for row in rows})
        told = [one for _, node, *rest in rows for view in bound[node] for one in _told(view, *rest)]
        execute_many(_DONE, [(id,) for id, *_ in rows])
        if rows:
            execute_many(_FORGET, [([id for id, *_ in rows],)])
        return len(rows), told


def hand_on_again(nodes: Collection[UUID]) -> None:
    """Views were bound to these nodes anew: what is known of them is new to these views."""
    if nodes:
        fetch(_WAKE, [list(nodes)])


def _bound(nodes: Collection[UUID]) -> dict[UUID, list[_Bound]]:
    found: dict[UUID, list[_Bound]] = defaultdict(list)
    rows = fetch(_BOUND, [list(nodes)]) if nodes else []
    numbers = {view: node for node, view, teller, id in rows if teller == registry_teller(id)}
    views = FeatureView.objects.present().filter(pk__in=numbers).select_related("source__batch_source")
    names: dict[int, list[str]] = defaultdict(list)
    for view, name in Feature.objects.present().filter(view__in=numbers).values_list("view_id", "name"):
        names[view].append(name)
    for one in views.prefetch_related("entities").defer("definition", "digest"):
        found[numbers[one.pk]].append(_of(one, names[one.pk]))
    return found


def _of(view: FeatureView, names: Iterable[str]) -> _Bound:
    table = table_of(view)
    column_of = {to: str(column) for column, to in table.field_mapping.items()} if table else {}
    keys = [key for entity in view.entities.all() for key in entity.join_keys]
    own = [*keys, table.timestamp_field] if table else keys
    return _Bound(
        view.pk,
        {column_of.get(name, name).lower(): name for name in names},
        frozenset(column_of.get(one, one).lower() for one in own if one),
    )


def _told(bound: _Bound, by: str, run: str, job: UUID | None, at: datetime, facet: str, text: str) -> Iterator[Told]:
    body: dict[str, Any] = orjson.loads(text)
    url = reverse("lineage:node", args=[job]) if job else ""
    if facet == "dataQualityAssertions":
        if checks := tuple(_checks(bound, by, body)):
            yield Told(bound.view, by, run, url, at, checks)
        return
    rows, counts = rows_in(body), tuple(_counts(bound, body))
    if rows is not None or counts:
        yield Told(bound.view, by, run, url, at, rows=rows, counts=counts)


def _checks(bound: _Bound, by: str, body: dict[str, Any]) -> Iterator[ToldCheck]:
    """Of a column that is none of the view's, nothing."""
    for column, name, state, numbers in checks_in(body, has_counts=by == "dbt"):
        feature = bound.features.get(column.lower(), "")
        if feature or not column or column.lower() in bound.own:
            yield ToldCheck(feature, name, state, *numbers)


def _counts(bound: _Bound, body: dict[str, Any]) -> Iterator[ToldCount]:
    for column, nulls, distinct in counts_in(body):
        if feature := bound.features.get(column.lower()):
            yield ToldCount(feature, nulls, distinct)
