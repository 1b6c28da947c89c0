"""Follows classes from what is claimed to be personal to whatever is made of it."""

from collections.abc import Iterable
from hashlib import blake2b
from itertools import chain

import orjson
from django.db import transaction

from common.locks import try_lock
from common.statements import execute_many, fetch
from lineage.flowing import Claim, Column, Evidence, flow
from lineage.models import Sure
from lineage.queries.claimed import claims, classes, ways_from

_EDGES = "SELECT count(*), sum(hashtextextended(id::text, 0))::text FROM lineage_columnedge WHERE is_direct"
_HELD = "SELECT fingerprint FROM lineage_trace WHERE id = 1"
_NOTE = """
INSERT INTO lineage_trace (id, fingerprint) VALUES (1, %s)
ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint
"""
_HELD_CLASSES = """
SELECT node_id, "column", privacy_class, is_masked, sure, kind, said, said_by, said_feature_id, path::text
FROM lineage_columnclass
"""
_PUT = """
INSERT INTO lineage_columnclass
  (node_id, "column", privacy_class, is_masked, sure, kind, said, said_by, said_feature_id, path)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (node_id, "column") DO UPDATE SET privacy_class = excluded.privacy_class, is_masked = excluded.is_masked,
  sure = excluded.sure, kind = excluded.kind, said = excluded.said, said_by = excluded.said_by,
  said_feature_id = excluded.said_feature_id, path = excluded.path
"""
_DROP = 'DELETE FROM lineage_columnclass WHERE node_id = %s AND "column" = %s'


def trace_changed() -> bool:
    """Follow the classes anew where a claim or an edge has changed since it was done last. Returns whether one had."""
    with transaction.atomic():
        if not try_lock("trace classes"):
            return False
        said, of_features = claims(), classes()
        mark = _fingerprint([*said, *of_features])
        if fetch(_HELD, []) == [(mark,)]:
            return False
        _write(traced(said, of_features))
        execute_many(_NOTE, [(mark,)])
    return True


def traced(said: list[Claim], of_features: Iterable[Claim]) -> dict[Column, Evidence]:
    """The evidence of every column. Features speak for the columns that nothing of their own speaks for."""
    found = flow(said, ways_from({claim.column for claim in said}))
    beside = [claim for claim in of_features if claim.column not in found or found[claim.column].sure == Sure.POSSIBLE]
    if not beside:
        return found
    everything = [*said, *beside]
    return flow(everything, ways_from({claim.column for claim in everything}))


def _fingerprint(claimed: Iterable[Claim]) -> str:
    """Of everything that evidence follows from. Edges are immutable: another one has another id."""
    told = sorted(repr(claim) for claim in claimed)
    edges = map(str, chain.from_iterable(fetch(_EDGES, [])))
    return blake2b("\n".join([*told, *edges]).encode(), digest_size=16).hexdigest()


def _write(found: dict[Column, Evidence]) -> None:
    held = {tuple(row[:2]): (*row[2:-1], orjson.loads(row[-1])) for row in fetch(_HELD_CLASSES, [])}
    wanted = {column: _values(evidence) for column, evidence in found.items()}
    changed = [column for column, values in wanted.items() if held.get(column) != values]
    execute_many(_DROP, sorted(held.keys() - wanted.keys()))
    execute_many(_PUT, [_row(column, wanted[column]) for column in sorted(changed)])


def _values(one: Evidence) -> tuple:
    claim = one.claim
    return (
        one.privacy_class, one.is_masked, one.sure.value, str(claim.kind), claim.said, claim.said_by, claim.feature,
        one.path,
    )  # fmt: skip


def _row(column: Column, values: tuple) -> tuple:
    return *column, *values[:-1], orjson.dumps(values[-1]).decode()
