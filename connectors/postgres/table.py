"""The questions of `connectors.tables` in PostgreSQL's dialect.

One pass for an overview, one for the facts of all columns, and one for each column that sorts its values into bins and
their hashes into registers; one pass for all columns together took five times as long. OFFSET 0 keeps the planner from
computing an expression again for each aggregate, and from sorting where it expects many groups. Nothing needs an index,
a temporary table or a right beyond SELECT.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from psycopg import sql

from connectors.bins import Binning
from connectors.cuts import Counted, Days
from connectors.postgres.distinct import estimate, register, rest
from connectors.postgres.session import Session
from connectors.profiles import Fact, Facts, Kind, Measured, Tally
from connectors.records import Column, ConnectorError, Cuts, KeySample, SourceRow, ViewTarget, Within
from connectors.rows import PickedKeys, Wanted, asked_for, source_rows
from connectors.tables import Overview, known_keys, known_moment, moment

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
PARTS = "SELECT slot, part, count(*) FROM (SELECT {} AS part, {} OFFSET 0) AS picked GROUP BY slot, part"
# Each word is hashed once, not once for each row.
WORDS = (
    "SELECT slot, ('x' || left(md5(part), 2))::bit(8)::int4 % 32, sum(n)::int8 FROM (SELECT slot, part, count(*) AS n "
    "FROM (SELECT {} AS part, {} OFFSET 0) AS picked GROUP BY slot, part) AS words GROUP BY 1, 2"
)
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
        self.has_moments = self._moment is not None
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
        at = _column(self._moment) if self._moment else sql.SQL("NULL::timestamptz")
        found = self._ask(
            sql.SQL(
                "SELECT register, min(rest), count(*), extract(epoch FROM min(at)), extract(epoch FROM max(at)) "
                "FROM (SELECT {} AS register, {} AS rest, CASE WHEN isfinite({at}) THEN {at} END AS at "
                "FROM {} OFFSET 0) AS picked GROUP BY register"
            ).format(register(entity), rest(entity), self._rows, at=at)
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
        asked = sql.SQL(", ").join(_asked(at, columns[at], fact) for at, fact in wanted)
        (answers,) = self._ask(sql.SQL("SELECT {} FROM {}").format(asked, self._picked(columns)))
        found: list[dict[Fact, float | None]] = [{} for _ in columns]
        for (at, fact), answer in zip(wanted, answers, strict=True):
            found[at][fact] = None if answer is None else float(answer)
        return list(found)

    def tallies(self, columns: Sequence[tuple[Measured, Binning | None]]) -> list[Tally]:
        return [
            self._tally(column, bins) if bins is not None or "distinct" in column.facts else Tally({})
            for column, bins in columns
        ]

    def parted(self, column: Measured, cuts: Cuts, days: Days) -> list[Counted]:
        """The statement names the edges, so it is not kept as evidence."""
        asked = WORDS if column.kind == "text" else PARTS
        return self._session.ask(sql.SQL(asked).format(_part(column, cuts), self._of_days(days)))

    def rows_by_day(self, days: Days) -> list[tuple[int, int]]:
        asked = sql.SQL("SELECT slot, count(*) FROM (SELECT {} OFFSET 0) AS picked GROUP BY slot")
        return self._session.ask(asked.format(self._of_days(days)))

    def _of_days(self, days: Days) -> sql.Composable:
        """The day as `slot` (the session's zone is UTC), and where the rows are. The plain column is compared, so that
        an index is of use.
        """
        if self._moment is None:
            return sql.SQL("0 AS slot FROM {}").format(self._source)
        at, kind = _column(self._moment), sql.SQL(self.types[self._moment])
        first, until = (sql.Literal(f"{moment:%Y-%m-%d} 00:00:00") for moment in (days.start, days.end))
        return sql.SQL(
            "({at}::date - {first}::date) AS slot FROM {rows} WHERE {at} >= {first}::{kind} AND {at} < {until}::{kind}"
        ).format(at=at, first=first, until=until, kind=kind, rows=self._source)

    def rows_at(self, target: ViewTarget, wanted: Wanted) -> dict[tuple[str, ...], SourceRow]:
        if self._moment is None or not self._keys:
            return {}
        *keys, until = asked_for(wanted, len(self._keys))
        columns = [column for column in target.columns if column.column in self.types]
        lists = [sql.SQL("{}::text[]").format(sql.Literal(one)) for one in keys]
        moments = sql.SQL("{}::int8[]").format(sql.Literal(until))
        return source_rows(self._session.ask(self._asked_for_rows(columns, [*lists, moments])), len(keys), columns)

    def _asked_for_rows(self, columns: Sequence[Column], lists: Sequence[sql.Composable]) -> sql.Composable:
        names = [sql.Identifier(f"k{at}") for at in range(len(self._keys))]
        values: list[sql.Composable] = [sql.Identifier(column.column) for column in columns]
        return sql.SQL(
            "SELECT DISTINCT ON ({keys}) {keys}, happened, newest, {values} FROM (SELECT {keys}, until, "
            "(extract(epoch FROM {at}) * 1000000)::int8 AS happened, "
            "max((extract(epoch FROM {at}) * 1000000)::int8) OVER (PARTITION BY {keys}) AS newest, {values} "
            "FROM {rows} JOIN unnest({lists}) AS wanted({keys}, until) ON {joined} WHERE isfinite({at})) AS found "
            "WHERE happened <= until ORDER BY {keys}, happened DESC"
        ).format(
            keys=sql.SQL(", ").join(names),
            at=_column(self._moment or ""),
            rows=self._source,
            values=sql.SQL(", ").join(values or [sql.SQL("NULL")]),
            lists=sql.SQL(", ").join(lists),
            joined=sql.SQL(" AND ").join(
                sql.SQL("{}::text = {}").format(_column(column), key)
                for column, key in zip(self._keys, names, strict=True)
            ),
        )

    def pick_keys(self, target: ViewTarget, size: int, salt: int) -> KeySample:
        """Needs keys and a moment. Raises ConnectorError without."""
        picking = PickedKeys(self._keys, self._moment)
        names = [sql.Identifier(f"k{at}") for at in range(len(picking.keys))]
        texts = [
            sql.SQL("{}::text AS {}").format(_column(key), named)
            for key, named in zip(picking.keys, names, strict=True)
        ]
        asked = sql.SQL(
            'SELECT md5(concat_ws(chr(31), {salt}, {keys})) COLLATE "C" AS hash, {keys} '
            "FROM (SELECT DISTINCT {texts} FROM {rows} WHERE {known}) AS each ORDER BY hash LIMIT {size}"
        ).format(
            keys=sql.SQL(", ").join(names),
            texts=sql.SQL(", ").join(texts),
            rows=self._source,
            known=sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(_column(key)) for key in picking.keys),
            size=sql.Literal(int(size)),
            salt=sql.Literal(str(int(salt))),
        )
        found = tuple((row[0], tuple(row[1:])) for row in self._ask(asked))
        newest = moment(self._newest(), self.warnings)
        columns = [column for column in target.columns if column.column in self.types]
        places = [sql.SQL(f"${at + 1}") for at in range(len(picking.keys) + 1)]
        rows = self._session.text(self._asked_for_rows(columns, places))
        return KeySample(found, newest, f"{self._session.text(asked)};\n{rows}")

    def sample(self, columns: Sequence[Measured], rows: int, length: int) -> list[tuple[str | None, ...]]:
        asked = sql.SQL(", ").join(
            sql.SQL("left({}::text, {})").format(_column(column.column.column), length) for column in columns
        )
        return self._session.ask(sql.SQL("SELECT {} FROM {} LIMIT {}").format(asked, self._rows, rows))

    def evidence(self) -> str:
        return ";\n".join(self._asked)

    def _tally(self, column: Measured, bins: Binning | None) -> Tally:
        """Bins and registers in one pass. The statement names the bounds, so it is not kept as evidence."""
        found = self._session.ask(
            sql.SQL(
                "SELECT position, register, count(*), min(rest) "
                "FROM (SELECT {} AS position, {} AS register, {} AS rest FROM {} WHERE {} OFFSET 0) AS picked "
                "GROUP BY GROUPING SETS ((position), (register))"
            ).format(*_sorted(column, bins), self._rows, _between(column, bins))
        )
        counts = Counter[int]()
        for position, _, rows, _ in found:
            if bins is not None and position is not None:
                counts[min(position, bins.count - 1)] += rows  # the maximum itself belongs to the last bin
        return Tally(counts, estimate([smallest for _, seen, _, smallest in found if seen is not None]))

    def _picked(self, columns: Sequence[Measured]) -> sql.Composable:
        """Only what is measured: `c` is a column as it is, `v` its finite values as float8."""
        parts = [part for at, column in enumerate(columns) for part in _projected(at, column)]
        return sql.SQL("(SELECT {} FROM {} OFFSET 0) AS picked").format(sql.SQL(", ").join(parts), self._rows)

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


def _number(column: Measured) -> sql.Composable:
    written = "extract(epoch FROM {})::float8" if column.kind == "moment" else "{}::float8"
    return sql.SQL(written).format(_column(column.column.column))


def _projected(at: int, column: Measured) -> list[sql.Composable]:
    parts: list[sql.Composable] = [sql.SQL("{} AS {}").format(_column(column.column.column), sql.Identifier(f"c{at}"))]
    if column.is_binned:
        number = _number(column)
        finite = number if column.kind == "integer" else sql.SQL(FINITE).format(number)
        parts.append(sql.SQL("{} AS {}").format(finite, sql.Identifier(f"v{at}")))
    return parts


def _asked(at: int, column: Measured, fact: Fact) -> sql.Composable:
    within = column.column.within
    if fact != "outside" or within is None:
        return sql.SQL(_aggregate(at, column, fact))
    return sql.SQL("count(*) FILTER (WHERE {})").format(_outside(at, column.kind, within))


def _outside(at: int, kind: Kind, within: Within) -> sql.Composable:
    """What the contract does not allow. Its own bounds and values may stand in the text; no value of the data does."""
    if within.allowed:
        value = sql.SQL("{}::text").format(sql.Identifier(f"c{at}")) if kind == "text" else sql.Identifier(f"v{at}")
        allowed = sql.SQL(", ").join(sql.Literal(one) for one in within.allowed)
        return sql.SQL("{} NOT IN ({})").format(value, allowed)
    bounds = (("<", within.minimum), (">", within.maximum))
    return sql.SQL(" OR ").join(
        sql.SQL("{} " + sign + " {}::float8").format(sql.Identifier(f"v{at}"), sql.Literal(bound))
        for sign, bound in bounds
        if bound is not None
    )


def _aggregate(at: int, column: Measured, fact: Fact) -> str:
    if fact == "filled":
        return f"count(c{at})" if column.kind != "number" else f"count(CASE WHEN c{at}::float8 <> 'NaN' THEN 1 END)"
    if fact in ("shortest", "longest"):
        return f"{'min' if fact == 'shortest' else 'max'}({LENGTHS[column.kind].format(at)})"
    return AGGREGATES[fact].format(at)


def _sorted(column: Measured, bins: Binning | None) -> tuple[sql.Composable, sql.Composable, sql.Composable]:
    """The bin of a value, the register of its hash, and the rest of the hash."""
    if bins is None:
        hashed = _hash_of([_column(column.column.column)])
        return sql.SQL("NULL::int4"), register(hashed), rest(hashed)
    hashed = sql.SQL("hashfloat8extended({}, 0)").format(_number(column))
    position = sql.SQL("floor(({} - {}::float8) / {}::float8)::int4").format(_number(column), bins.minimum, bins.width)
    return position, register(hashed), rest(hashed)


def _between(column: Measured, bins: Binning | None) -> sql.Composable:
    """Bounds keep out NaN, which is above all numbers here, infinity, and what is null."""
    if bins is None:
        return sql.SQL("{} IS NOT NULL").format(_column(column.column.column))
    return sql.SQL("{} BETWEEN {}::float8 AND {}::float8").format(_number(column), bins.minimum, bins.maximum)


def _most(choose: Callable[[Iterable[Any]], Any], seconds: Iterable[Any]) -> int | None:
    known = [moment for moment in seconds if moment is not None]
    return _micros(choose(known)) if known else None


def _micros(seconds: Decimal | float | None) -> int | None:
    """PostgreSQL before 14 says seconds as a float, which microseconds of today just fit into."""
    return None if seconds is None else round(seconds * 1_000_000)


def _part(column: Measured, cuts: Cuts) -> sql.Composable:
    """Which part a value lies in; nothing for what is null, NaN or endless."""
    stored = _column(column.column.column)
    if column.kind == "text":
        return sql.SQL("{}::text").format(stored)
    if column.kind == "boolean":
        return sql.SQL("{}::int4").format(stored)
    number = _number(column)
    finite = number if column.kind == "integer" else sql.SQL(FINITE).format(number)
    return sql.SQL("width_bucket({}, {}::float8[])").format(finite, sql.Literal(list(cuts.edges)))
