"""What facets say about how an output is made: the `lineage` facet first, then `columnLineage`.

The first tells sources of datasets, of columns and of jobs; the second of columns alone. Both are read into the same
links, on the level of nodes and of columns.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lineage.openlineage import names
from lineage.openlineage.admitting import DATASET, JOB

LONGEST_COLUMN = 500
MOST_COLUMN_LINKS = 20_000
INFERRED = "INFERRED"  # the subtype of what was read from code: nobody who makes the column says so

Named = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ColumnLink:
    """A column of `source` goes into one of `target`; an empty target column is the dataset whole."""

    source: UUID
    source_column: str
    target: UUID
    target_column: str
    is_direct: bool
    subtype: str
    masking: bool | None
    description: str


@dataclass(slots=True)
class Links:
    """What is said of one target. `nodes` are its sources; without any, it is known to have none."""

    target: UUID
    nodes: set[UUID]
    columns: set[ColumnLink]


def of_output(target: UUID, flow: dict[str, Any], teller: UUID) -> Links | None:
    """What an output's own facets say of it; None when they say nothing."""
    if isinstance(explicit := flow.get("lineage"), dict) and not explicit.get("_deleted"):
        return _of_entry(target, explicit, teller)
    if isinstance(columns := flow.get("columnLineage"), dict) and not columns.get("_deleted"):
        return _of_columns(target, columns)
    return None


def of_job(job: UUID, facet: dict[str, Any]) -> list[Links]:
    """What a job's `lineage` facet says, one for each target."""
    return [_of_entry(_target(job, entry), entry, job) for entry in _dicts(facet.get("entries")) if _has_target(entry)]


def mentioned(facets: dict[str, Any]) -> Iterator[tuple[str, Named, bool]]:
    """(kind, name, whether it is read) of everything that lineage facets name."""
    explicit = facets.get("lineage", facets)
    for one in _inputs(explicit) if isinstance(explicit, dict) else ():
        yield from _named(one, is_read=True)
    for entry in _dicts(explicit.get("entries")) if isinstance(explicit, dict) else ():
        yield from _named(entry, is_read=False)
        for one in _inputs(entry):
            yield from _named(one, is_read=True)
    columns = facets.get("columnLineage")
    for _, one in _column_inputs(columns) if isinstance(columns, dict) else ():
        yield from _named({**one, "type": "DATASET"}, is_read=True)


def _named(one: dict[str, Any], *, is_read: bool) -> Iterator[tuple[str, Named, bool]]:
    if names.is_named(one):
        yield JOB if one.get("type") == "JOB" else DATASET, (one["namespace"], one["name"]), is_read


def _has_target(entry: dict[str, Any]) -> bool:
    return entry.get("type") == "JOB" or any(_named(entry, is_read=False))


def _target(job: UUID, entry: dict[str, Any]) -> UUID:
    return _id(entry, job) or job


def _id(one: dict[str, Any], job: UUID) -> UUID | None:
    """The node that an entry or input names; a job without a name is the event's own."""
    for kind, named, _ in _named(one, is_read=True):
        return names.job_id(*named) if kind == JOB else names.dataset_id(*named)
    return job if one.get("type") == "JOB" else None


def _of_entry(target: UUID, entry: dict[str, Any], job: UUID) -> Links:
    links = Links(target, set(), set())
    for column, one in _entry_inputs(entry):
        source = _id(one, job)
        if source is None or source == target:
            continue
        links.nodes.add(source)
        if column or one.get("field"):
            _add(links, source, one, column, is_direct=_is_direct(one, bool(column)))
    return links


def _entry_inputs(entry: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in _dicts(entry.get("inputs")):
        yield "", one
    fields = entry.get("fields")
    for column, field in fields.items() if isinstance(fields, dict) else ():
        for one in _dicts(field.get("inputs")) if isinstance(field, dict) else ():
            yield column, one


def _inputs(entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (one for _, one in _entry_inputs(entry))


def _of_columns(target: UUID, facet: dict[str, Any]) -> Links | None:
    """What columns are made of. A facet without a single input says nothing about where its dataset comes from."""
    links = Links(target, set(), set())
    for column, one in _column_inputs(facet):
        source = _id({**one, "type": "DATASET"}, target)
        if source is None or source == target:
            continue
        links.nodes.add(source)
        _add(links, source, one, column, is_direct=_is_direct(one, bool(column)))
    return links if links.nodes else None


def _column_inputs(facet: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    fields = facet.get("fields")
    for column, field in fields.items() if isinstance(fields, dict) else ():
        if isinstance(field, dict):
            yield from ((column, one) for one in _with_old_words(field))
    yield from (("", one) for one in _dicts(facet.get("dataset")))


def _with_old_words(field: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Before transformations there was one word for all inputs of a column: IDENTITY or MASKED."""
    old = field.get("transformationType")
    for one in _dicts(field.get("inputFields")):
        if old in ("IDENTITY", "MASKED") and not one.get("transformations"):
            made = {"type": "DIRECT", "subtype": str(old), "masking": old == "MASKED"}
            yield {**one, "transformations": [made]}
        else:
            yield one


def _is_direct(one: dict[str, Any], is_of_a_column: bool) -> bool:
    """A value that goes over in any way goes over. Without a word about it, a column's input does."""
    types = [made.get("type") for made in _dicts(one.get("transformations"))]
    return is_of_a_column and ("DIRECT" in types or not types)


def _add(links: Links, source: UUID, one: dict[str, Any], column: str, *, is_direct: bool) -> None:
    field = one.get("field")
    if len(links.columns) >= MOST_COLUMN_LINKS or len(column) > LONGEST_COLUMN:
        return
    if not isinstance(field, str) or len(field) > LONGEST_COLUMN:
        return
    made = [how for how in _dicts(one.get("transformations")) if (how.get("type") == "DIRECT") == is_direct]
    chosen = made[0] if made else {}
    links.columns.add(
        ColumnLink(
            source, field, links.target, column, is_direct, str(chosen.get("subtype") or "")[:60],
            masking(made), str(chosen.get("description") or "")[:500],
        )
    )  # fmt: skip


def masking(transformations: Iterable[dict[str, Any]]) -> bool | None:
    """Whether the values are masked on every way they go. Nothing said is unknown, which is not no."""
    said = {made.get("masking") for made in transformations}
    return True if said == {True} else False if False in said else None


def _dicts(value: object) -> Iterator[dict[str, Any]]:
    return (one for one in value if isinstance(one, dict)) if isinstance(value, list) else iter(())
