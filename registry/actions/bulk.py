"""Many new rows at once, by COPY: what `bulk_create` does, without a parameter for every value."""

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection as database
from django.db.models import Model
from psycopg.types.json import Jsonb

Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")


def insert(rows: Sequence[Row]) -> None:
    """Insert new rows of one model and give each its id. Triggers and constraints hold as ever; no signal is sent."""
    if not rows:
        return
    model = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    stamped = [field for field in fields if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False)]
    with database.cursor() as cursor:
        for row, number in zip(rows, new_ids(cursor, model, len(rows)), strict=True):
            row.pk = number
            row._state.adding = False
            for field in stamped:
                field.pre_save(row, add=True)
        copy_rows(cursor, model, [field.column or "" for field in fields], _values(rows, fields))


def new_ids(cursor: Any, model: type[Model], number: int) -> list[int]:
    """Take this many ids from the model's sequence."""
    cursor.execute(
        "SELECT nextval(ids) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS ids) AS own, "
        "generate_series(1, %s)",
        [model._meta.db_table, number],
    )
    return [number for (number,) in cursor.fetchall()]


def copy_rows(cursor: Any, table: type[Model] | str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """COPY plain tuples into a model's table, or another one. The database stores while `rows` are still made."""
    name = table if isinstance(table, str) else table._meta.db_table
    names = ", ".join(f'"{column}"' for column in columns)
    with cursor.copy(f"COPY {name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def array(texts: Iterable[str]) -> str:
    """Texts as PostgreSQL writes an array: made once for many rows, which a list is not."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"


def _values(rows: Sequence[Row], fields: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    get = attrgetter(*(field.attname for field in fields))
    jsons = {place for place, field in enumerate(fields) if field.get_internal_type() == "JSONField"}
    for row in rows:
        yield tuple(
            Jsonb(value) if place in jsons and value is not None else value for place, value in enumerate(get(row))
        )


def in_chunks(rows: Sequence[Item], size: int) -> Iterator[list[Item]]:
    """Lists of at most `size`, in order."""
    for start in range(0, len(rows), size):
        yield list(rows[start : start + size])
