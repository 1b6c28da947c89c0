"""What Feast's online tables have in common, whichever database keeps them.

A table of a view holds one row for each entity and feature: `entity_key, feature_name, value, event_ts`. One statement
asks it everything: a row of totals, and a row for each feature.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.feast.online_values import stored_names
from connectors.records import ConnectorError, Profile, ViewReading, ViewTarget

EVERY_COLUMN = {"entity_key", "feature_name", "value", "event_ts"}


@dataclass(frozen=True, slots=True)
class Totals:
    """Entities and oldest event time of the window, newest event time of the whole table."""

    entities: int
    oldest: datetime | None
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class Stored:
    """One feature in the window."""

    feature: str
    rows: int
    nulls: int
    newest: datetime | None


def table_of(target: ViewTarget, existing: Sequence[str]) -> str:
    """The table that serves the view. `existing` are those of its possible names that the store has.

    Where Feast keeps a table for each version, `feast apply` makes it at once; without one there is the plain table.
    """
    wanted = tables_of(target)
    found = next((name for name in wanted if name in existing), None)
    if found is None:
        raise ConnectorError(
            f"The online store has no table {wanted[-1]!r}.",
            fix="Run feast apply and feast materialize-incremental, or correct the address of this connection.",
        )
    return found


def tables_of(target: ViewTarget) -> list[str]:
    return [f"{target.project}_{name}" for name in stored_names(target)]


def reading_of(
    target: ViewTarget,
    totals: Totals,
    stored: Sequence[Stored],
    *,
    since: datetime | None,
    query: str,
    warnings: list[str],
    stored_bytes: int | None = None,
) -> ViewReading:
    """Every feature over all entities of the window: those without a row for it lack it, which is not null."""
    held = {feature.feature: feature for feature in stored}
    newest = max((feature.newest for feature in stored if feature.newest), default=None)
    return ViewReading(
        origin="served",
        newest_event_at=totals.newest,
        rows=totals.entities,
        entities=totals.entities,
        profiles=tuple(_profile(column.name, totals.entities, held.get(column.name)) for column in target.columns),
        window_from=since or totals.oldest,
        window_until=newest,
        query=query,
        warnings=tuple(dict.fromkeys(warnings)),
        stored_bytes=stored_bytes,
    )


def _profile(feature: str, entities: int, stored: Stored | None) -> Profile:
    return Profile(feature, entities, stored.nulls if stored else 0, present=stored.rows if stored else 0)
