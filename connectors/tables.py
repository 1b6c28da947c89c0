"""Measures one table of an SQL engine: which questions, in which order, and what becomes of the answers.

Each engine answers its questions in its own dialect (`Table`). None of them brings values here but `sample`: a few, of
which only the kind and how many are of it go on. A column that cannot be measured costs only itself: the pass is
repeated column by column, and the others keep their figures.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from connectors.bins import Binning
from connectors.cuts import BOOLEAN, DAY, WORDS, Counted, Days, day_counts, days_until, learn
from connectors.kinds import LONGEST, kind_of_values
from connectors.profiles import Facts, Kind, Measured, Tally, bins_of, infinite, measured, profile
from connectors.records import ConnectorError, Cuts, DayCount, Profile, Sampled, StoreType, ViewReading, ViewTarget

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COLUMNS_AT_ONCE = 100  # PostgreSQL answers with at most 1,664 columns, and a number has eight facts
SAMPLED_ROWS, SAMPLED_BYTES = 1_000, 4 * 1024 * 1024  # of one table, at most


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
    has_moments: bool  # whether rows have a time
    is_distinct_approximate: bool  # known once the overview has been read
    since: datetime | None  # as far as the table can tell the time of its rows

    def kind_of(self, type_name: str) -> Kind: ...
    def overview(self) -> Overview: ...
    def facts(self, columns: Sequence[Measured]) -> list[Facts]: ...
    def tallies(self, columns: Sequence[tuple[Measured, Binning | None]]) -> list[Tally]: ...
    def parted(self, column: Measured, cuts: Cuts, days: Days) -> list[Counted]:
        """Rows of these days by day and part, counting days from 0. Where rows have no time, all are of day 0."""
        ...

    def rows_by_day(self, days: Days) -> list[tuple[int, int]]: ...

    def sample(self, columns: Sequence[Measured], rows: int, length: int) -> list[tuple[str | None, ...]]:
        """The beginnings of the values of some rows, as text of at most `length` characters. Not kept as evidence.
        Empty where nothing may leave the store."""
        ...

    def evidence(self) -> str:
        """The SQL that was sent, without anything that was read."""
        ...


def read_table(table: Table, target: ViewTarget) -> ViewReading:
    overview = table.overview()
    columns, errors = measured(target.columns, table.types, table.kind_of)
    parts = [columns[start : start + COLUMNS_AT_ONCE] for start in range(0, len(columns), COLUMNS_AT_ONCE)]
    days = _days(table, target, overview)
    found = [profile for part in parts for profile in _profiles(table, part, overview.rows, days)]
    profiles = {profile.feature: profile for profile in [*errors, *found]}
    sampled = _sampled(table, columns)
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
        types={column.column.name: StoreType(column.type_name, column.kind) for column in columns},
        rows_by_day=_rows_by_day(table, overview, days),
        is_snapshot=not table.has_moments,
        sampled=sampled,
    )


def _sampled(table: Table, columns: Sequence[Measured]) -> dict[str, Sampled]:
    """What kind the values of some rows are. The values themselves end here."""
    asked = [column for column in columns if column.is_sampled][:COLUMNS_AT_ONCE]
    if not asked:
        return {}
    most = min(SAMPLED_ROWS, SAMPLED_BYTES // (LONGEST * len(asked)))
    try:
        rows = table.sample(asked, most, LONGEST)
    except ConnectorError as error:
        table.warnings.append(f"No values were looked at to tell their kind: {error}")
        return {}
    told = {column.column.name: kind_of_values(row[at] for row in rows) for at, column in enumerate(asked)}
    return {name: found for name, found in told.items() if found is not None}


def _days(table: Table, target: ViewTarget, overview: Overview) -> Days | None:
    now = datetime.now(UTC)
    if table.has_moments:
        newest = moment(overview.newest, [])
        return days_until(newest, target.days_back, target.days_from, now)
    return Days(now.date(), now.date() + DAY) if target.days_back else None


def _rows_by_day(table: Table, overview: Overview, days: Days | None) -> tuple[tuple[date, int], ...]:
    if days is None:
        return ()
    if not table.has_moments:
        return ((days.first, overview.rows),)
    return tuple((days.first + slot * DAY, rows) for slot, rows in sorted(table.rows_by_day(days)))


def known_keys(target: ViewTarget, types: Mapping[str, str], warnings: list[str]) -> tuple[str, ...]:
    """The columns that name an entity; none, with a warning, where one of them is missing."""
    if missing := [key for key in target.join_keys if key not in types]:
        warnings.append(f"Entities are not counted: the source has no column {missing[0]!r}.")
        return ()
    return target.join_keys


def known_moment(
    target: ViewTarget, types: Mapping[str, str], is_moment: Callable[[str], bool], warnings: list[str]
) -> str | None:
    """The column of event times; None, with a warning, where it is missing or holds something else."""
    wanted = target.timestamp_column
    type_name = types.get(wanted, "")
    if is_moment(type_name):
        return wanted
    if wanted:
        found = f"is {type_name}, not a time" if type_name else "is not in the source"
        warnings.append(f"Freshness is unknown: the event time column {wanted!r} {found}.")
    return None


def moment(microseconds: int | None, warnings: list[str]) -> datetime | None:
    """As it is, be it in the future; None with a warning for times that no calendar holds."""
    if microseconds is None:
        return None
    try:
        return EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        warnings.append("The newest or oldest event time lies outside the years 1 to 9999, so it is not shown.")
        return None


def _profiles(table: Table, columns: Sequence[Measured], rows: int, days: Days | None) -> list[Profile]:
    try:
        return _measure(table, columns, rows, days)
    except ColumnError as error:
        if len(columns) == 1:
            return [Profile(columns[0].column.name, 0, 0, error=str(error))]
    return [profile for column in columns for profile in _profiles(table, [column], rows, days)]


def _measure(table: Table, columns: Sequence[Measured], rows: int, days: Days | None) -> list[Profile]:
    facts = table.facts(columns)
    bins = [bins_of(column, known) for column, known in zip(columns, facts, strict=True)]
    tallies = table.tallies(list(zip(columns, bins, strict=True)))
    warnings = [
        f"{column.column.name}: {count:,} infinite values are left out of its bounds, mean and histogram."
        for column, known in zip(columns, facts, strict=True)
        if (count := infinite(column, known))
    ]
    table.warnings.extend(warnings)
    found = []
    for column, known, binned, tally in zip(columns, facts, bins, tallies, strict=True):
        cuts = _cuts(table, column, known, binned, tally) if days else None
        counted = _counted(table, column, cuts, days) if cuts and days else ()
        found.append(
            profile(
                column,
                rows,
                known,
                binned,
                tally,
                is_distinct_approximate=table.is_distinct_approximate,
                cuts=cuts,
                days=counted,
            )  # fmt: skip
        )
    return found


def _cuts(table: Table, column: Measured, facts: Facts, bins: Binning | None, tally: Tally) -> Cuts | None:
    """Those it was counted with before; chosen now where there are none, or where the column is of another kind now."""
    if not column.is_parted(facts.get("distinct") if tally.distinct is None else tally.distinct):
        return None
    if column.kind in ("boolean", "text"):
        return BOOLEAN if column.kind == "boolean" else WORDS
    if column.column.cuts and column.column.cuts.edges:
        return column.column.cuts
    if bins is None or not tally.counts:
        return None
    return learn(bins, tally.counts, lambda closer: table.tallies([(column, closer)])[0].counts)


def _counted(table: Table, column: Measured, cuts: Cuts, days: Days) -> tuple[DayCount, ...]:
    return day_counts(table.parted(column, cuts, days), days, cuts.parts)
