"""Partitions of the measurement tables: made ahead of time, dropped when they are older than the retention."""

from datetime import UTC, datetime

from django.conf import settings
from django.db import connection as database

TABLES = ("monitoring_viewmeasurement", "monitoring_featuremeasurement")
MONTHS_AHEAD = 2


def keep_partitions(now: datetime) -> dict[str, list[str]]:
    """Make the partitions of this month and the next ones; drop those past retention. Returns both lists of names."""
    wanted = [_month(now, offset) for offset in range(MONTHS_AHEAD + 1)]
    oldest = _month(now, -settings.CHARTER_RETENTION_MONTHS)
    made, dropped = [], []
    for table in TABLES:
        held = _partitions(table)
        for month in wanted:
            name = f"{table}_{month:%Y%m}"
            if name not in held:
                _make(table, name, month)
                made.append(name)
        for name in held:
            if name.removeprefix(f"{table}_").isdigit() and name < f"{table}_{oldest:%Y%m}":
                _run(f'DROP TABLE "{name}"')
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


def _make(table: str, name: str, month: datetime) -> None:
    """A month's partition. Rows of that month that waited in the default partition move over first."""
    until = _month(month, 1)
    _run(f'CREATE TABLE "{name}" (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)')
    span = [month, until]
    _run(
        f"WITH moved AS (DELETE FROM {table}_rest WHERE measured_at >= %s AND measured_at < %s RETURNING *) "  # noqa: S608
        f'INSERT INTO "{name}" SELECT * FROM moved',
        span,
    )
    _run(
        f"ALTER TABLE {table} ATTACH PARTITION \"{name}\" FOR VALUES FROM ('{month:%Y-%m-%d}') TO ('{until:%Y-%m-%d}')"
    )


def _run(statement: str, values: list[datetime] | None = None) -> None:
    with database.cursor() as cursor:
        cursor.execute(statement, values)
