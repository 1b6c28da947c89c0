"""Single rows of entities, for comparing stores: a few hundred keys at a time, and never a personal column."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from connectors.records import Column, ConnectorError, Scalar, SourceRow

Wanted = Sequence[tuple[tuple[str, ...], datetime]]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LEEWAY = timedelta(milliseconds=1)  # SQLite keeps no more


@dataclass(frozen=True, slots=True)
class PickedKeys:
    """What a sample of entities needs of a table. Raises ConnectorError where it has no keys or no moments."""

    keys: Sequence[str]
    moment: str | None

    def __post_init__(self) -> None:
        if not self.keys or self.moment is None:
            lacks = "entity keys" if not self.keys else "event time"
            raise ConnectorError(
                f"The source has no column of the view's {lacks}.", fix="Correct the view's source or entities."
            )


def asked_for(wanted: Wanted, keys: int) -> list[list[Any]]:
    """A list for each join key, then the moments in microseconds since 1970."""
    columns: list[list[Any]] = [[key[at] for key, _ in wanted] for at in range(keys)]
    return [*columns, [(moment + LEEWAY - EPOCH) // MICROSECOND for _, moment in wanted]]


def source_rows(
    found: Sequence[tuple[Any, ...]], keys: int, columns: Sequence[Column]
) -> dict[tuple[str, ...], SourceRow]:
    """Rows of the keys, the moment, the newest moment and the values."""
    return {
        tuple(row[:keys]): SourceRow(
            EPOCH + row[keys] * MICROSECOND,
            {column.name: scalar(value) for column, value in zip(columns, row[keys + 2 :], strict=False)},
            EPOCH + row[keys + 1] * MICROSECOND,
        )
        for row in found
    }


def scalar(value: Any) -> Scalar:
    """As an online store could serve it: times as whole seconds since 1970, NaN as nothing."""
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return int(aware.timestamp())
    if isinstance(value, date):
        return int(datetime.combine(value, time(), UTC).timestamp())
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and math.isnan(value):
        return None
    return value if isinstance(value, str | bool | int | float) or value is None else str(value)
