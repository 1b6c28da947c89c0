"""A program that reads SQL, one question a line, and answers with the columns that a query is made of.

    {"sql": …, "dialect": …, "schema": {"db.schema.table": [column, …]}}
    {"columns": {column: [[table, column], …]}, "used": [[table, column], …], "seconds": …}

`used` has influence, as in a join or filter. Where a column cannot be followed there are no "columns". It imports
nothing of Charter, reads no file and opens no connection; whoever started it ends it when it takes too long.
"""

import json
import resource
import sys
import time
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.lineage import Node, lineage
from sqlglot.optimizer import build_scope, qualify

MEMORY = 1_000_000_000  # bytes
Source = tuple[tuple[str, ...], str]


class Unclear(Exception):
    """Nobody can tell from this query alone."""


def answer(question: dict[str, Any]) -> dict[str, Any]:
    dialect = question["dialect"]
    query = sqlglot.parse_one(question["sql"], dialect=dialect)
    if not isinstance(query, exp.Query):
        raise Unclear
    schema: dict[str, Any] = {}
    for table, columns in question["schema"].items():
        held = schema
        for part in table.split("."):
            held = held.setdefault(part, {})
        held.update(dict.fromkeys((column.lower() for column in columns), "text"))
    query = qualify.qualify(
        query, dialect=dialect, schema=schema, validate_qualify_columns=False, identify=False, quote_identifiers=False
    )
    if any(isinstance(one, exp.Star) for one in query.selects):
        raise Unclear
    if (scope := build_scope(query)) is None:
        raise Unclear
    touched = {source for one in scope.traverse() for source in _touched(one)}
    made = lineage(None, query, schema, dialect=dialect, scope=scope)
    columns = {name: _sources(node) for name, node in made.items()}
    used = touched - {source for sources in columns.values() for source in sources}
    return {"columns": {name: sorted(sources) for name, sources in columns.items()}, "used": sorted(used)}


def _sources(node: Node) -> set[Source]:
    found = set()
    for leaf in node.walk():
        if leaf.downstream:
            continue
        if isinstance(leaf.expression, exp.Table):
            found.add((_name(leaf.expression), _column(leaf.name)))
        elif isinstance(leaf.expression, exp.Placeholder) or leaf.expression.find(exp.Column):
            raise Unclear
    return found


def _touched(scope: Any) -> set[Source]:
    """Columns of tables that a part of the query names anywhere. Of what is not qualified, its only source is meant."""
    found, made = set(), set(scope.expression.named_selects)
    for column in scope.columns:
        source = scope.sources.get(column.table)
        if source is None and not column.table and len(scope.sources) == 1:
            source = next(iter(scope.sources.values()))
        if isinstance(source, exp.Table):
            found.add((_name(source), column.name))
        elif source is None and column.name not in made:
            raise Unclear
    return found


def _name(table: exp.Table) -> tuple[str, ...]:
    return tuple(part.name.lower() for part in table.parts)


def _column(name: str) -> str:
    column = name.rpartition(".")[2].strip('"`[]')
    if column in ("", "*"):
        raise Unclear
    return column


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for line in sys.stdin:
        began = time.monotonic()
        try:
            found = answer(json.loads(line))
        except (Unclear, sqlglot.errors.SqlglotError, RecursionError, MemoryError, ValueError, KeyError, TypeError):
            found = {}
        except Exception:  # noqa: BLE001  whatever somebody wrote must not end the reading of other models
            found = {}
        print(json.dumps({**found, "seconds": time.monotonic() - began}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
