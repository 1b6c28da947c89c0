"""What a job says of itself now: what it reads and writes, and how what it writes is made.

The newest statement counts, or the newest complete run. Of how an output is made, the `lineage` facet counts first,
then what the outputs say of their columns.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

import orjson

from common.statements import fetch
from lineage.folding.rules import Held
from lineage.folding.standing import stands
from lineage.openlineage.links import Links, of_job, of_output
from lineage.openlineage.reading import MOMENT, PULLED

_TELLERS = """
SELECT node.id, node.kind, node.picture::text, (node.facets -> 'lineage')::text,
       node.facets -> 'feast_jobKind' -> 'body' ->> 'kind', run.started_at, run.inputs, run.outputs, run.picture::text
FROM lineage_node node LEFT JOIN LATERAL (
  SELECT to_char(held.started_at AT TIME ZONE 'UTC', %(form)s) AS started_at, inputs, outputs, picture
  FROM lineage_run held WHERE job_id = node.id AND moves_data
  ORDER BY held.job_id, held.is_complete DESC, held.started_at DESC, held.id DESC LIMIT 1
) run ON true
WHERE node.id = ANY(%(ids)s)
"""
_FLOWS = """
SELECT job, dataset, to_char(said_at AT TIME ZONE 'UTC', %(form)s), body::text
FROM lineage_flow WHERE job = ANY(%(ids)s)
"""


@dataclass(slots=True)
class Picture:
    """What a job reads and writes now, since when, and what it says about how."""

    teller: UUID
    at: str
    inputs: set[UUID] = field(default_factory=set)
    outputs: set[UUID] = field(default_factory=set)
    links: list[Links] = field(default_factory=list)
    stated_at: str = ""  # when it was stated last
    is_explicit: bool = False
    is_definition: bool = False  # it declares views and services in one go, and knows no more of each than the registry

    def edges(self, known: Collection[UUID]) -> dict[tuple[UUID, UUID], bool]:
        """(source, target) to whether data is followed along it. Of what is `known`, the registry tells itself."""
        told = {links.target for links in self.links} | (self.outputs & set(known) if self.is_definition else set())
        passes = not self.is_explicit and not (self.outputs and self.outputs <= told)
        found = {(one, self.teller): passes for one in self.inputs}
        found |= {(self.teller, one): not self.is_explicit and one not in told for one in self.outputs}
        return found | {(source, links.target): True for links in self.links for source in links.nodes}


def pictures_of(tellers: Collection[UUID]) -> list[Picture]:
    """The pictures of these jobs, and of datasets that tell of themselves."""
    asked = {"ids": list(tellers), "form": MOMENT}
    flows: dict[UUID, list[tuple[UUID, str, dict]]] = {}
    for job, dataset, said_at, body in fetch(_FLOWS, asked):
        flows.setdefault(job, []).append((dataset, said_at, orjson.loads(body)))
    return [_picture(row, flows.get(row[0], [])) for row in fetch(_TELLERS, asked)]


def _picture(row: tuple, flows: list[tuple[UUID, str, dict]]) -> Picture:
    teller, kind, stated, facet, feast_kind, *run = row
    statement = orjson.loads(stated) if stated else None
    picture = _newest(teller, statement, *run)
    picture.is_definition = feast_kind == "definition"
    explicit = orjson.loads(facet) if facet else None
    if explicit and kind == "job" and stands(explicit, statement) and explicit["at"] >= picture.at:
        picture.links, picture.is_explicit = of_job(teller, explicit["body"]), True
    else:
        picture.links = _of_outputs(picture, kind, flows)
    return picture


def _newest(
    teller: UUID, statement: Held | None, started_at: str | None, inputs: list, outputs: list, snapshot: str | None
) -> Picture:
    """What the newest statement or the run that counts says. A statement that was pulled adds to the run: whoever is
    asked for a job may know less of it than the job itself."""
    is_pulled = statement is not None and bool(statement["is_pulled"])
    has_run = started_at is not None and (statement is None or is_pulled or statement["at"] < started_at)
    picture = Picture(teller, started_at or "") if has_run else Picture(teller, statement["at"] if statement else "")
    picture.stated_at = statement["at"] if statement else ""
    told = [orjson.loads(snapshot)] if has_run and snapshot else []
    told += [statement] if statement and (is_pulled or not has_run) else []
    picture.inputs = (set(inputs) if has_run else set()).union(*(_ids(one["inputs"]) for one in told))
    picture.outputs = (set(outputs) if has_run else set()).union(*(_ids(one["outputs"]) for one in told))
    return picture


def _of_outputs(picture: Picture, kind: str, flows: list[tuple[UUID, str, dict]]) -> list[Links]:
    found = (
        of_output(dataset, body, picture.teller)
        for dataset, body in _of_now(picture, flows).items()
        if kind != "job" or dataset in picture.outputs
    )
    return [links for links in found if links]


def _of_now(picture: Picture, flows: list[tuple[UUID, str, dict]]) -> dict[UUID, dict]:
    """What was read from code is as old as the statement that it came with, and is asked where the job is silent."""
    read = {dataset: body for dataset, at, body in flows if _is_read(body) and at >= picture.stated_at}
    return read | {dataset: body for dataset, at, body in flows if not _is_read(body) and at >= picture.at}


def _is_read(body: dict) -> bool:
    return str(body.get("columnLineage", {}).get("_producer", "")).startswith(PULLED)


def _ids(texts: Iterable[str]) -> set[UUID]:
    return {UUID(one) for one in texts}
