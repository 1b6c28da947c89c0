"""The questions of `connectors.tables` in PostgreSQL's dialect.

Three passes over the rows, whatever the number of columns: an overview, the facts, and one that sorts every value into
its bin and its hash into a register. Nothing needs an index, a temporary table or a right beyond SELECT.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from psycopg import sql

from connectors.bins import Binning
from connectors.postgres.distinct import estimate, register, rest
from connectors.postgres.session import Session
from connectors.profiles import Fact, Facts, Kind, Measured, Tally
from connectors.records import ConnectorError, ViewTarget
from connectors.tables import Overview, known_keys, known_moment

MOMENTS = {"date", "timestamp", "timestamptz"}
INTEGERS = {"int2", "int4", "int8"}
CATEGORIES: dict[str, Kind] = {"N": "number", "B": "boolean", "S": "text", "E": "text", "A": "list", "D": "moment"}
AGGREGATES: dict[Fact, str] = {
    "finite": "count(v{0})",
    "whole": "count(*) FILTER (WHERE v{0} = trunc(v{0}))",
    "minimum": "min(v{0})",
    "maximum": "max(v{0})",
    "mean": "avg(v{0})",
    "stddev": "stddev_samp(v{0})",
    "true": "count(*) FILTER (WHERE c{0})",
}
FINITE = "CASE WHEN {0} NOT IN ('NaN'::float8, 'Infinity'::float8, '-Infinity'::float8) THEN {0} END"
LENGTHS: dict[Kind, str] = {"text": "char_length(c{0}::text)", "list": "cardinality(c{0})"}


class PostgresTable:
    """A table or query, as one target wants it measured."""

    is_distinct_approximate = True

    def __init__(self, session: Session, target: ViewTarget, since: datetime | None) -> None:
        self._session = session
        self._asked: list[str] = []
        self.warnings: list[str] = []
        source = _source(session, target)
        self._categories: dict[str, str] = {}
        self.types: Mapping[str, str] = self._types(source)
        self._keys = known_keys(target, self.types, self.warnings)
        self._moment = known_moment(target, self.types, MOMENTS.__contains__, self.warnings)
        self.since = since if self._moment else None
        self._source = sql.SQL("{} AS source").format(source)
        self._rows = self._window()

    def kind_of(self, type_name: str) -> Kind:
        if type_name in INTEGERS:
            return "integer"
        return "text" if type_name == "uuid" else CATEGORIES.get(self._categories[type_name], "opaque")

    def overview(self) -> Overview:
        """Grouped by the register of the entity, so that one pass counts rows, entities and times alike."""
        entity = _hash_of([_column(key) for key in self._keys])
        found = self._ask(
            sql.SQL("SELECT {}, min({}), count(*), {}, {} FROM {} GROUP BY 1").format(
                register(entity), rest(entity), self._time("min"), self._time("max"), self._rows
            )
        )
        _, smallest, rows, oldest, newest = zip(*found, strict=True) if found else ((),) * 5
        newest_of_all = self._newest() if self.since else _most(max, newest)
        return Overview(
            rows=sum(rows),
            entities=estimate([least for least in smallest if least is not None]) if self._keys else None,
            oldest=_most(min, oldest),
            newest=_most(max, newest),
            newest_of_all=newest_of_all,
        )

    def facts(self, columns: Sequence[Measured]) -> list[Facts]:
        wanted = [(at, fact) for at, column in enumerate(columns) for fact in column.facts if fact != "distinct"]
        asked = sql.SQL(", ").join(sql.SQL(_aggregate(at, columns[at], fact)) for at, fact in wanted)
        (answers,) = self._ask(sql.SQL("SELECT {} FROM {}").format(asked, self._picked(columns)))
        found: list[dict[Fact, float | None]] = [{} for _ in columns]
        for (at, fact), answer in zip(wanted, answers, strict=True):
            found[at][fact] = None if answer is None else float(answer)
        return list(found)

    def tallies(self, columns: Sequence[tuple[Measured, Binning | None]]) -> list[Tally]:
        slots = [slot for at, (column, bins) in enumerate(columns) for slot in _slots(at, column, bins)]
        counts: dict[int, Counter[int]] = defaultdict(Counter)
        smallest: dict[int, list[int]] = defaultdict(list)
        for at, position, rows, least in self._sorted([column for column, _ in columns], slots) if slots else ():
            bins = columns[at][1]
            if least is not None:
                smallest[at].append(least)
            elif bins is not None:
                counts[at][min(position, bins.count - 1)] += rows  # the maximum itself belongs to the last bin
        return [
            Tally(counts[at], estimate(smallest[at]) if "distinct" in column.facts else None)
            for at, (column, _) in enumerate(columns)
        ]

    def evidence(self) -> str:
        return ";\n".join(self._asked)

    def _sorted(self, columns: Sequence[Measured], slots: Iterable[sql.Composable]) -> list[tuple[Any, ...]]:
        """Column, bin or register, rows, smallest rest of a hash (None for bins). It names bounds: no evidence."""
        return self._session.ask(
            sql.SQL(
                "SELECT slot.at, slot.position, count(*), min(slot.rest) FROM {} "
                "CROSS JOIN LATERAL (VALUES {}) AS slot (at, position, rest) "
                "WHERE slot.position IS NOT NULL GROUP BY slot.at, slot.position, slot.rest IS NULL"
            ).format(self._picked(columns), sql.SQL(", ").join(slots))
        )

    def _picked(self, columns: Sequence[Measured]) -> sql.Composable:
        """Only what is measured: `c` is a column as it is, `v` its finite values as float8."""
        parts = [part for at, column in enumerate(columns) for part in _projected(at, column)]
        return sql.SQL("(SELECT {} FROM {}) AS picked").format(sql.SQL(", ").join(parts), self._rows)

    def _types(self, source: sql.Composable) -> dict[str, str]:
        columns = self._session.columns(sql.SQL("{} AS source").format(source))
        numbers = sql.Literal([number for _, number in columns])
        known = self._session.ask(
            sql.SQL(
                "SELECT oid::int8, typname::text, typcategory::text FROM pg_type WHERE oid = ANY({}::oid[])"
            ).format(numbers)
        )
        names = {number: name for number, name, _ in known}
        self._categories.update({name: category for _, name, category in known})
        return {column: names[number] for column, number in columns}

    def _time(self, which: str) -> sql.Composable:
        if self._moment is None:
            return sql.SQL("NULL::numeric")
        return sql.SQL("extract(epoch FROM {}({at}) FILTER (WHERE isfinite({at})))").format(
            sql.SQL(which), at=_column(self._moment)
        )

    def _newest(self) -> int | None:
        """Asked apart, so that an index on the event time answers it."""
        asked = sql.SQL("SELECT extract(epoch FROM max({at})) FROM {} WHERE isfinite({at})")
        return _micros(self._ask(asked.format(self._source, at=_column(self._moment or "")))[0][0])

    def _window(self) -> sql.Composable:
        if self._moment is None or self.since is None:
            return self._source
        moment = self.since.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
        return sql.SQL("(SELECT * FROM {} WHERE {} >= {}::{}) AS source").format(
            self._source, _column(self._moment), sql.Literal(moment), sql.SQL(self.types[self._moment])
        )

    def _ask(self, statement: sql.Composable) -> list[tuple[Any, ...]]:
        self._asked.append(self._session.text(statement))
        return self._session.ask(statement)


def _source(session: Session, target: ViewTarget) -> sql.Composable:
    """What to select from. A line of its own for the bracket keeps a comment at the query's end from eating it."""
    if query := target.query.strip().rstrip(";"):
        return sql.SQL("({}\n)").format(sql.SQL(query))
    found = session.ask(sql.SQL("SELECT to_regclass({})::text").format(sql.Literal(target.location)))[0][0]
    if found is None:
        raise ConnectorError(
            f"There is no table {target.location!r} that this role can see.",
            fix="Correct the table of the source, or set the search_path of the connection's role.",
        )
    return sql.SQL(found)  # as PostgreSQL itself quotes it


def _column(name: str) -> sql.Composable:
    return sql.Identifier("source", name)


def _hash_of(columns: Sequence[sql.Composable]) -> sql.Composable:
    """64 bits of a value or a row of values; null for null, and for nothing at all."""
    if not columns:
        return sql.SQL("NULL::int8")
    value = columns[0] if len(columns) == 1 else sql.SQL("ROW({})").format(sql.SQL(", ").join(columns))
    return sql.SQL('hashtextextended({}::text COLLATE "C", 0)').format(value)


def _projected(at: int, column: Measured) -> list[sql.Composable]:
    stored = _column(column.column.column)
    parts: list[sql.Composable] = [sql.SQL("{} AS {}").format(stored, sql.Identifier(f"c{at}"))]
    if column.is_binned:
        written = "extract(epoch FROM {})::float8" if column.kind == "moment" else "{}::float8"
        number = sql.SQL(written).format(stored)
        finite = number if column.kind == "integer" else sql.SQL(FINITE).format(number)
        parts.append(sql.SQL("{} AS {}").format(finite, sql.Identifier(f"v{at}")))
    return parts


def _aggregate(at: int, column: Measured, fact: Fact) -> str:
    if fact == "filled":
        return f"count(c{at})" if column.kind != "number" else f"count(CASE WHEN c{at}::float8 <> 'NaN' THEN 1 END)"
    if fact in ("shortest", "longest"):
        return f"{'min' if fact == 'shortest' else 'max'}({LENGTHS[column.kind].format(at)})"
    return AGGREGATES[fact].format(at)


def _slots(at: int, column: Measured, bins: Binning | None) -> list[sql.Composable]:
    """The bin and the register that a value of this column falls into; of personal columns neither."""
    slots: list[sql.Composable] = []
    value = sql.SQL(f"v{at}")
    if bins is not None:
        low, high, width = (sql.SQL("{}::float8").format(edge) for edge in (bins.minimum, bins.maximum, bins.width))
        position = "CASE WHEN {v} BETWEEN {low} AND {high} THEN floor(({v} - {low}) / {width})::int4 END"
        binned = sql.SQL(position).format(v=value, low=low, high=high, width=width)
        slots.append(sql.SQL("({}, {}, NULL::int8)").format(at, binned))
    if "distinct" in column.facts:
        hashed = (
            sql.SQL("hashfloat8extended({}, 0)").format(value) if column.is_binned else _hash_of([sql.SQL(f"c{at}")])
        )
        slots.append(sql.SQL("({}, {}, {})").format(at, register(hashed), rest(hashed)))
    return slots


def _most(choose: Callable[[Iterable[Any]], Any], seconds: Iterable[Any]) -> int | None:
    known = [moment for moment in seconds if moment is not None]
    return _micros(choose(known)) if known else None


def _micros(seconds: Decimal | float | None) -> int | None:
    """PostgreSQL before 14 says seconds as a float, which microseconds of today just fit into."""
    return None if seconds is None else round(seconds * 1_000_000)
