"""Measures one table of an SQL engine: which questions, in which order, and what becomes of the answers.

Each engine answers three questions in its own dialect (`Table`); none of them brings rows here. A column that cannot be
measured costs only itself: the pass is repeated column by column, and the others keep their figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from connectors.bins import Binning
from connectors.profiles import Facts, Kind, Measured, Tally, bins_of, infinite, measured, profile
from connectors.records import ConnectorError, Profile, ViewReading, ViewTarget

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ColumnError(ConnectorError):
    """The store could not compute something of one of the columns asked for. The message holds no values."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Rows and entities of the window, and event times as microseconds since 1970."""

    rows: int
    entities: int | None
    oldest: int | None
    newest: int | None
    newest_of_all: int | None  # whatever the window: freshness does not depend on what was profiled


class Table(Protocol):
    """A table, query or set of files, opened for one measurement."""

    types: Mapping[str, str]
    warnings: list[str]
    is_distinct_approximate: bool  # known once the overview has been read
    since: datetime | None  # as far as the table can tell the time of its rows

    def kind_of(self, type_name: str) -> Kind: ...
    def overview(self) -> Overview: ...
    def facts(self, columns: Sequence[Measured]) -> list[Facts]: ...
    def tallies(self, columns: Sequence[tuple[Measured, Binning | None]]) -> list[Tally]: ...
    def evidence(self) -> str:
        """The SQL that was sent, without anything that was read."""
        ...


def read_table(table: Table, target: ViewTarget) -> ViewReading:
    overview = table.overview()
    columns, errors = measured(target.columns, table.types, table.kind_of)
    profiles = {profile.feature: profile for profile in [*errors, *_profiles(table, columns, overview.rows)]}
    return ViewReading(
        origin="source",
        newest_event_at=moment(overview.newest_of_all, table.warnings),
        rows=overview.rows,
        entities=overview.entities,
        is_entity_count_approximate=overview.entities is not None and table.is_distinct_approximate,
        profiles=tuple(profiles[column.name] for column in target.columns),
        window_from=table.since or moment(overview.oldest, table.warnings),
        window_until=moment(overview.newest, table.warnings),
        query=table.evidence(),
        warnings=tuple(dict.fromkeys(table.warnings)),
    )


def moment(microseconds: int | None, warnings: list[str]) -> datetime | None:
    """As it is, be it in the future; None with a warning for times that no calendar holds."""
    if microseconds is None:
        return None
    try:
        return EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        warnings.append("The newest or oldest event time lies outside the years 1 to 9999, so it is not shown.")
        return None


def _profiles(table: Table, columns: Sequence[Measured], rows: int) -> list[Profile]:
    try:
        return _measure(table, columns, rows)
    except ColumnError as error:
        if len(columns) == 1:
            return [Profile(columns[0].column.name, 0, 0, error=str(error))]
    return [profile for column in columns for profile in _profiles(table, [column], rows)]


def _measure(table: Table, columns: Sequence[Measured], rows: int) -> list[Profile]:
    if not columns:
        return []
    facts = table.facts(columns)
    bins = [bins_of(column, known) for column, known in zip(columns, facts, strict=True)]
    tallies = table.tallies(list(zip(columns, bins, strict=True)))
    warnings = [
        f"{column.column.name}: {count:,} infinite values are left out of its bounds, mean and histogram."
        for column, known in zip(columns, facts, strict=True)
        if (count := infinite(column, known))
    ]
    table.warnings.extend(warnings)
    return [
        profile(column, rows, known, binned, tally, is_distinct_approximate=table.is_distinct_approximate)
        for column, known, binned, tally in zip(columns, facts, bins, tallies, strict=True)
    ]
