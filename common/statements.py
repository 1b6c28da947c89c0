"""Queries compiled once and run many times.

Django needs ten times as long to compile a query with nested visibility rules as PostgreSQL needs to run it. A hot
read therefore compiles its queryset once, with stand-ins for the values that change, and keeps the SQL.
"""

from collections.abc import Hashable, Mapping
from typing import Any

from django.db import connection
from django.db.models import QuerySet

# Values that nobody and nothing has. One that by mistake is not replaced finds no row, so it gives nothing away.
A_NUMBER = -8_070_450_532_247_928_832
A_TEXT = "\ue000stand-in\ue000"


class Statement:
    """The SQL of a queryset. `stand_ins` says which of its parameters are replaced, and by the value of which name."""

    def __init__(self, queryset: QuerySet[Any, Any], stand_ins: Mapping[Hashable, str]) -> None:
        self._sql, parameters = queryset.query.sql_with_params()
        self._slots = [(stand_ins.get(value, "") if isinstance(value, Hashable) else "", value) for value in parameters]

    def rows(self, **values: object) -> list[tuple[Any, ...]]:
        """Run it with these values."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [values[name] if name else value for name, value in self._slots])
            return cursor.fetchall()
