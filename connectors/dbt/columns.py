"""Which columns a model is made of, read from its compiled SQL: inferred, and told as such.

SQL comes from outside, and parsing it may take for ever or more memory than there is. So it is read by a program of its
own (reading_sql.py) within limits, which is ended and started anew where one model goes beyond them. A model of which
not every column could be followed is left out whole: half an answer would say that the rest has no part in it.
"""

import os
import select
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import orjson

from connectors.dbt.project import Node, Project
from connectors.openlineage import facets
from connectors.openlineage.events import Name
from connectors.openlineage.facets import Facets
from connectors.shapes import members, part, text

SECONDS, SECONDS_IN_ALL = 5.0, 300.0  # for one model, for all of a project
LONGEST = 200_000  # characters of SQL
DIALECTS = {
    "postgres": "postgres", "redshift": "redshift", "snowflake": "snowflake", "bigquery": "bigquery",
    "databricks": "databricks", "spark": "spark", "duckdb": "duckdb", "trino": "trino", "athena": "athena",
    "sqlserver": "tsql", "fabric": "fabric", "synapse": "tsql", "clickhouse": "clickhouse", "mysql": "mysql",
    "oracle": "oracle", "materialize": "materialize", "starrocks": "starrocks", "sqlite": "sqlite",
}  # fmt: skip
_PROGRAM = Path(__file__).with_name("reading_sql.py")
# Without settings, which may hold passwords: the program needs none of them.
_VARIABLES = {"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}


class SqlReader:
    """Columns of models, one after another. A context: the program that reads ends with it."""

    def __init__(self) -> None:
        self._program: subprocess.Popen[bytes] | None = None
        self._left = SECONDS_IN_ALL

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def columns_of(self, project: Project, unique_id: str, node: Node) -> Facets:
        """The facet of the model's table; {} where its SQL does not say it all, or not in time."""
        dialect = DIALECTS.get(text(part(project.manifest, "metadata"), "adapter_type"))
        sql = text(node, "compiled_code") or text(node, "compiled_sql")
        if not (dialect and sql) or len(sql) > LONGEST:
            return {}
        tables = {_key(table): project.dataset(parent) for parent, table in _parents(project, unique_id)}
        schema = {
            ".".join(_key(table)): list(known)
            for parent, table in _parents(project, unique_id)
            if (known := project.columns_in_database(text(parent, "unique_id")))
        }
        found = self._ask({"sql": sql, "dialect": dialect, "schema": schema})
        spelled = {_key(table): _spelling(project, parent) for parent, table in _parents(project, unique_id)}
        return _facet(found, tables, spelled, _spelling(project, node)) if found else {}

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        if self._left <= 0:
            return {}
        program = self._running()
        stdin: Any = program.stdin
        try:
            stdin.write(orjson.dumps(question) + b"\n")
            stdin.flush()
        except BrokenPipeError:
            self._end()
            return {}
        return self._answer(program)

    def _answer(self, program: "subprocess.Popen[bytes]") -> dict[str, Any]:
        patience, stdout = min(SECONDS, self._left), program.stdout
        assert stdout  # noqa: S101  it is a pipe
        ready, _, _ = select.select([stdout], [], [], patience)
        line = stdout.readline() if ready else b""
        if not line.endswith(b"\n"):
            self._left -= patience
            self._end()
            return {}
        found: dict[str, Any] = orjson.loads(line)
        self._left -= found["seconds"]
        return found if found.get("columns") else {}

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._program is None:
            command = [sys.executable, str(_PROGRAM)]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            self._program = subprocess.Popen(command, env=_VARIABLES, **pipes)  # type: ignore[call-overload]
        return self._program

    def _end(self) -> None:
        if program := self._program:
            program.kill()
            program.communicate()
            self._program = None


def _parents(project: Project, unique_id: str) -> Iterable[tuple[Node, tuple[str, str, str]]]:
    for parent_id in project.parents(unique_id):
        if parent := project.node(parent_id):
            name = text(parent, "identifier") or text(parent, "alias") or text(parent, "name")
            yield parent, (text(parent, "database"), text(parent, "schema"), name)


def _key(table: Iterable[str]) -> tuple[str, ...]:
    return tuple(part.lower() for part in table if part)


def _spelling(project: Project, node: Node) -> dict[str, str]:
    """Columns as they are written: a parser makes them small where case does not distinguish them."""
    known = [*members(node, "columns"), *project.columns_in_database(text(node, "unique_id"))]
    return {name.lower(): name for name in known}


def _facet(
    found: dict[str, Any],
    tables: dict[tuple[str, ...], Name],
    spelled: dict[tuple[str, ...], dict[str, str]],
    own: dict[str, str],
) -> Facets:
    """Columns of other tables than the model says that it reads are no answer."""
    keys = {}
    for table in {tuple(one[0]) for one in [*sum(found["columns"].values(), []), *found["used"]]}:
        fitting = [key for key in tables if key[-len(table) :] == table]
        if len(fitting) != 1:
            return {}
        keys[table] = fitting[0]

    def named(sources: list[Any]) -> list[tuple[Name, str]]:
        of = [(keys[tuple(table)], column) for table, column in sources]
        return [(tables[key], spelled[key].get(column.lower(), column)) for key, column in of]

    columns = {own.get(column.lower(), column): named(sources) for column, sources in found["columns"].items()}
    return facets.inferred_columns(columns, named(found["used"]))
