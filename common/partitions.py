"""Tables partitioned by month: partitions made ahead of time, dropped when they are older than they are to be kept.

Such a table has a default partition `<table>_rest`, so that no moment is ever refused. Functions of the tables' owner
make and drop partitions (registry's migration 0018), because the role that serves need not own tables.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from django.db import connection as database

MONTHS_AHEAD = 2


def keep_partitions(
    tables: Mapping[str, str], now: datetime, *, months: int, unless: str = "false"
) -> dict[str, list[str]]:
    """Make the partitions of this month and the next ones; drop those from before `months` ago.

    `tables` maps each table to the column of its moments. A partition with a row for which the SQL `unless` holds
    stays. Returns the names of those made and dropped.
    """
    oldest = _month(now, -months)
    made, dropped = [], []
    for table, column in tables.items():
        held = _partitions(table)
        for month in (_month(now, offset) for offset in range(MONTHS_AHEAD + 1)):
            name = f"{table}_{month:%Y%m}"
            if name not in held:
                _call("charter_make_partition(%s, %s, %s)", table, column, month.date())
                made.append(name)
        for name in held:
            is_month = name.removeprefix(f"{table}_").isdigit()
            if is_month and name < f"{table}_{oldest:%Y%m}" and not _has_row(name, unless):
                _call("charter_drop_partition(%s, %s)", table, name)
                dropped.append(name)
    return {"made": made, "dropped": dropped}


def _month(now: datetime, offset: int) -> datetime:
    """The first moment of the month `offset` months from now."""
    years, month = divmod(now.month - 1 + offset, 12)
    return datetime(now.year + years, month + 1, 1, tzinfo=UTC)


def _partitions(table: str) -> list[str]:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid "
            "WHERE inhparent = %s::regclass",
            [table],
        )
        return sorted(name for (name,) in cursor.fetchall())


def _has_row(name: str, condition: str) -> bool:
    with database.cursor() as cursor:
        cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{name}" WHERE {condition})')  # noqa: S608  ours
        return bool(cursor.fetchone()[0])


def _call(function: str, *arguments: str | date) -> None:
    with database.cursor() as cursor:
        cursor.execute(f"SELECT {function}", arguments)  # noqa: S608  ours
