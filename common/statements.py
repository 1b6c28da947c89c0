"""Queries compiled and planned once, and run many times.

Django needs ten times as long to compile a query with nested visibility rules as PostgreSQL needs to run it, and
PostgreSQL longer to plan it than to run it. A hot read therefore compiles its queryset once, with stand-ins for the
values that change, and sends it as a statement that is prepared on each connection.
"""

from collections.abc import Hashable, Mapping, Sequence
from contextlib import closing
from functools import cache
from typing import Any, NamedTuple

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet
from django_prometheus.db.common import ExportingCursorWrapper

# Values that nobody and nothing has. One that by mistake is not replaced finds no row, so it gives nothing away.
A_NUMBER = -8_070_450_532_247_928_832
A_COUNT = 2_147_483_629  # where only a positive 32-bit number fits
A_TEXT = "\ue000stand-in\ue000"


class Statement:
    """The SQL of a queryset. `stand_ins` says which of its parameters are replaced, and by the value of which name."""

    def __init__(self, queryset: QuerySet[Any, Any], stand_ins: Mapping[Hashable, str]) -> None:
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        try:
            self._sql, parameters = compiler.as_sql()
        except EmptyResultSet:  # such as what belongs to one's teams, for somebody who is in none
            self._sql = ""
            return
        # What Django does to a row on its way in, such as reading JSON. Hot rows are text, to which it does nothing.
        self._converters = compiler.get_converters(column for column, *_ in compiler.select)
        self._slots = [(stand_ins.get(value, "") if isinstance(value, Hashable) else "", value) for value in parameters]

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Run it with these values."""
        if not self._sql:
            return []
        with closing(prepared_cursor()) as cursor:
            cursor.execute(self._sql, [values[name] if name else value for name, value in self._slots])
            found = cursor.fetchall()
        if not self._converters:
            return found
        return [self._converted(row) for row in found]

    def _converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for place, (converters, column) in self._converters.items():
            for convert in converters:
                values[place] = convert(values[place], column, connection)
        return tuple(values)


class Part(NamedTuple):
    """The SQL of a queryset to stand inside a statement written by hand, and what goes into its places."""

    sql: str
    values: tuple[Any, ...]


def part(queryset: QuerySet[Any, Any]) -> Part:
    """A queryset that can hold nothing is compiled too."""
    try:
        sql, values = queryset.query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    except EmptyResultSet:
        return Part("SELECT NULL::bigint WHERE false", ())
    return Part(sql, tuple(values))


def write(statement: str, values: Sequence[Any]) -> None:
    """One statement that writes to a table without history. It is sent prepared, as hot reads are."""
    with closing(prepared_cursor()) as cursor:
        cursor.execute(statement, values)


def prepared_cursor() -> CursorWrapper:
    """Django's own cursors put values into the text, so that every call is a new statement to PostgreSQL.

    This one sends them apart. Whether its statements are also prepared says `prepare_threshold` in the settings.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    cursor = _counted_cursor()(connection.connection)
    return connection.make_debug_cursor(cursor) if connection.queries_logged else connection.make_cursor(cursor)


class _ReadingCursor(psycopg.Cursor[Any]):
    """Its name tells pghistory, which puts who and why in front of every statement of a write, to leave these alone:
    they only read, and two commands cannot be prepared as one."""

    name = "reading"


@cache
def _counted_cursor() -> Any:
    """Counted by Prometheus as all others are."""
    return ExportingCursorWrapper(_ReadingCursor, connection.alias, connection.vendor)


def execute_many(statement: str, rows: Sequence[Sequence[Any]]) -> int:
    """Run the statement for each row, in one conversation with the database. Returns how many rows it wrote.

    Straight through psycopg: what a request wraps around its statements (pghistory's context) cannot take many rows,
    and is for tables with history.
    """
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.cursor.executemany(statement, rows)
        return max(cursor.cursor.rowcount, 0)


def fetch(statement: str, parameters: Mapping[str, Any] | Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows that a statement answers with."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
