"""The questions of `connectors.tables` in DuckDB's dialect.

One pass over all columns for the facts, then one GROUP BY for each numeric column: for columnar files that is the
fastest plan there is (a FILTER for each bin, or t-digest quantiles, took 3 to 4 times as long).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.bins import Binning
from connectors.cuts import DAY_MICROS, WORD_PARTS, Counted, Days
from connectors.files.engine import Engine, name, text
from connectors.profiles import Fact, Facts, Kind, Measured, Tally
from connectors.records import Column, Cuts, KeySample, SourceRow, ViewTarget, Within
from connectors.rows import PickedKeys, Wanted, asked_for, source_rows
from connectors.tables import Overview, known_keys, known_moment, moment

EXACT_DISTINCT_ROWS = 100_000  # beyond this, DuckDB's HyperLogLog counts: within about 5 % in most cases
SPARE = 4  # times as many entities as a sample needs are looked at, because they are counted about
SIGNED = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"}
INTEGERS = SIGNED | {f"U{type_name}" for type_name in SIGNED}
FLOATS = {"FLOAT", "DOUBLE"}
AGGREGATES: dict[Fact, str] = {
    "finite": "count(v{0})",
    "whole": "count_if(v{0} = trunc(v{0}))",
    "minimum": "min(v{0})",
    "maximum": "max(v{0})",
    "mean": "avg(v{0})",
    "stddev": "stddev_samp(v{0})",
    "true": "count_if(c{0})",
    "shortest": "min(len(c{0}))",
    "longest": "max(len(c{0}))",
}


def kind_of(type_name: str) -> Kind:
    if type_name.endswith("]"):
        return "list"
    if type_name in INTEGERS:
        return "integer"
    if type_name in FLOATS or type_name.startswith("DECIMAL"):
        return "number"
    if type_name == "DATE" or type_name.startswith("TIMESTAMP"):
        return "moment"
    if type_name in ("VARCHAR", "UUID") or type_name.startswith("ENUM"):
        return "text"
    return "boolean" if type_name == "BOOLEAN" else "opaque"


class FileTable:
    """The view `source` of an engine, as one target wants it measured."""

    def __init__(self, engine: Engine, target: ViewTarget, since: datetime | None) -> None:
        self._engine = engine
        self._asked: list[str] = []
        self.warnings: list[str] = []
        self.is_distinct_approximate = False
        self.types: Mapping[str, str] = {row[0]: row[1] for row in engine.ask("DESCRIBE source")}
        self._keys = known_keys(target, self.types, self.warnings)
        self._moment = known_moment(target, self.types, lambda type_name: kind_of(type_name) == "moment", self.warnings)
        self.has_moments = self._moment is not None
        self.since = since if self._moment else None
        self._rows_read, self._parameters = self._window()

    def kind_of(self, type_name: str) -> Kind:
        return kind_of(type_name)

    def overview(self) -> Overview:
        rows = int(self._one("count(*)")[0] or 0)
        self.is_distinct_approximate = rows > EXACT_DISTINCT_ROWS
        oldest, newest = self._times("min"), self._times("max")
        oldest_at, newest_at, entities = self._one(f"{oldest}, {newest}, {self._entities()}")
        newest_of_all = self._engine.ask(_select(newest, "source"))[0][0] if self.since else newest_at
        return Overview(rows, entities, oldest_at, newest_at, newest_of_all)

    def facts(self, columns: Sequence[Measured]) -> list[Facts]:
        wanted = [(at, fact) for at, column in enumerate(columns) for fact in column.facts]
        asked = ", ".join(self._aggregate(at, columns[at], fact) for at, fact in wanted)
        needed = ", ".join(part for at, column in enumerate(columns) for part in _projected(at, column))
        answers = self._one(asked, f"({_select(needed, self._rows_read)})")
        found: list[dict[Fact, float | None]] = [{} for _ in columns]
        for (at, fact), answer in zip(wanted, answers, strict=True):
            found[at][fact] = answer
        return list(found)

    def tallies(self, columns: Sequence[tuple[Measured, Binning | None]]) -> list[Tally]:
        return [Tally(self._counts(column, bins) if bins else {}) for column, bins in columns]

    def parted(self, column: Measured, cuts: Cuts, days: Days) -> list[Counted]:
        value, part, edges = _part(column, cuts)
        picked, bounds = self._of_days(days, f"{value} AS v")
        if column.kind == "text":  # each word is hashed once, not once for each row
            words = _select("slot, v, count(*) AS n", f"({picked}) GROUP BY slot, v")
            hashed = f"CAST('0x' || md5(v)[1:2] AS INTEGER) % {WORD_PARTS} AS part"
            asked = _select(f"slot, {hashed}, sum(n)", f"({words}) GROUP BY ALL")
        else:
            asked = _select(f"slot, {part} AS part, count(*)", f"({picked}) GROUP BY ALL")
        return [(int(slot), part, int(rows)) for slot, part, rows in self._engine.ask(asked, [*edges, *bounds])]

    def rows_by_day(self, days: Days) -> list[tuple[int, int]]:
        picked, bounds = self._of_days(days, "1")
        return self._engine.ask(_select("slot, count(*)", f"({picked}) GROUP BY slot"), bounds)

    def _of_days(self, days: Days, asked: str) -> tuple[str, list[object]]:
        """What is asked of the rows of these days, with the day as `slot`. The plain column is compared, so that row
        groups of other days are not even read. Every number put in is a date's."""
        if self._moment is None:
            return _select(f"{asked}, 0 AS slot", "source"), []
        column, type_name = name(self._moment), self.types[self._moment]
        # The session's zone is UTC, where a time without zone is the same: a cast through it took five times as long.
        at = f"epoch_us({column})" if type_name.startswith("TIMESTAMP") else f"epoch_us(CAST({column} AS TIMESTAMP))"
        slot = f"({at} - {days.start_micros}) // {DAY_MICROS} AS slot"
        bounds = f"{column} >= CAST(? AS {type_name}) AND {column} < CAST(? AS {type_name})"
        window: list[object] = [f"{moment:%Y-%m-%d} 00:00:00" for moment in (days.start, days.end)]
        return _select(f"{asked}, {slot}", f"source WHERE {bounds}"), window

    def rows_at(self, target: ViewTarget, wanted: Wanted) -> dict[tuple[str, ...], SourceRow]:
        if self._moment is None or not self._keys:
            return {}
        columns = [column for column in target.columns if column.column in self.types]
        found = self._engine.ask(self._asked_for_rows(columns), asked_for(wanted, len(self._keys)))
        return source_rows(found, len(self._keys), columns)

    def _asked_for_rows(self, columns: Sequence[Column]) -> str:
        keys = [f"k{at}" for at in range(len(self._keys))]
        listed = ", ".join(f"unnest(CAST(? AS VARCHAR[])) AS {key}" for key in keys)
        joined = " AND ".join(
            f"CAST(source.{name(column)} AS VARCHAR) = {key}" for key, column in zip(keys, self._keys, strict=True)
        )
        values = "".join(f", source.{name(column.column)}" for column in columns)
        at = f"epoch_us(CAST(source.{name(str(self._moment))} AS TIMESTAMPTZ))"
        parted = ", ".join(keys)
        return _select(
            f"{parted}, {at} AS happened, max({at}) OVER (PARTITION BY {parted}) AS newest{values}",
            f"source JOIN (SELECT {listed}, unnest(CAST(? AS BIGINT[])) AS until) AS wanted ON {joined} "
            "QUALIFY happened <= until AND "
            f"row_number() OVER (PARTITION BY {parted} ORDER BY happened <= until DESC, happened DESC) = 1",
        )

    def pick_keys(self, target: ViewTarget, size: int, salt: int) -> KeySample:
        """Needs keys and a moment. Raises ColumnError without."""
        picking = PickedKeys(self._keys, self._moment)
        texts = [f"CAST({name(key)} AS VARCHAR) AS k{at}" for at, key in enumerate(picking.keys)]
        keys = ", ".join(f"k{at}" for at in range(len(texts)))
        known = " AND ".join(f"{name(key)} IS NOT NULL" for key in picking.keys)
        each = f"(SELECT DISTINCT {', '.join(texts)} FROM source WHERE {known}{self._lowest(size, salt)})"  # noqa: S608
        hashed = f"md5(concat_ws(chr(31), '{int(salt)}', {keys})) AS hash"
        asked = _select(f"{hashed}, {keys}", f"{each} ORDER BY hash LIMIT {int(size)}")
        newest = self._engine.ask(_select(self._times("max"), "source"))[0][0]
        columns = [column for column in target.columns if column.column in self.types]
        query = f"{asked};\n{self._asked_for_rows(columns)}"
        found = tuple((row[0], tuple(row[1:])) for row in self._engine.ask(asked))
        return KeySample(found, moment(newest, self.warnings), query)

    def _lowest(self, size: int, salt: int) -> str:
        """Of very many entities, those that a sample can be made of: more would not fit into memory together."""
        counted = f"approx_count_distinct(hash({', '.join(map(name, self._keys))}))"
        entities = self._engine.ask(_select(counted, "source"))
        if (share := SPARE * size / max(entities[0][0], 1)) >= 1:
            return ""
        texts = ", ".join(f"CAST({name(key)} AS VARCHAR)" for key in self._keys)
        return f" AND md5(concat_ws(chr(31), '{int(salt)}', {texts})) < '{int(16**8 * share):08x}'"

    def sample(self, columns: Sequence[Measured], rows: int, length: int) -> list[tuple[str | None, ...]]:
        asked = ", ".join(f"left(CAST({name(column.column.column)} AS VARCHAR), {length})" for column in columns)
        return self._engine.ask(f"{_select(asked, self._rows_read)} LIMIT {rows}", self._parameters)

    def evidence(self) -> str:
        return ";\n".join(self._asked)

    def _counts(self, column: Measured, bins: Binning) -> dict[int, int]:
        """Bounds are parameters, so that no value of the data is ever in the text of a query. They also keep out NaN,
        infinity and whatever was written since the bounds were read.
        """
        values = _select(f"{_number(column)} AS v", self._rows_read)
        rows = self._engine.ask(
            _select("floor((v - ?) / ?) AS bin, count(*)", f"({values}) WHERE v BETWEEN ? AND ? GROUP BY bin"),
            [bins.minimum, bins.width, *self._parameters, bins.minimum, bins.maximum],
        )
        counts = Counter[int]()
        for position, count in rows:
            counts[min(int(position), bins.count - 1)] += count  # the maximum itself belongs to the last bin
        return counts

    def _aggregate(self, at: int, column: Measured, fact: Fact) -> str:
        if fact == "filled":
            return f"count_if(NOT isnan(c{at}))" if column.type_name in FLOATS else f"count(c{at})"
        if fact == "distinct":
            values = f"c{at}" if column.kind == "text" else f"v{at}"
            return self._distinct(values)
        if fact == "outside" and column.column.within:
            return f"count_if({_outside(at, column.kind, column.column.within)})"
        return AGGREGATES[fact].format(at)

    def _distinct(self, values: str) -> str:
        return f"approx_count_distinct({values})" if self.is_distinct_approximate else f"count(DISTINCT {values})"

    def _entities(self) -> str:
        if not self._keys:
            return "max(NULL)"
        return self._distinct(
            f"hash({', '.join(map(name, self._keys))})" if len(self._keys) > 1 else name(self._keys[0])
        )

    def _times(self, which: str) -> str:
        """In microseconds; taken of the plain column, because DuckDB finds that in the statistics of a Parquet file."""
        return f"epoch_us(CAST({which}({name(self._moment)}) AS TIMESTAMPTZ))" if self._moment else "max(NULL)"

    def _window(self) -> tuple[str, list[object]]:
        if self._moment is None or self.since is None:
            return "source", []
        moment = self.since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        column, type_name = name(self._moment), self.types[self._moment]
        return f"source WHERE {column} >= CAST(? AS {type_name})", [moment]

    def _one(self, asked: str, rows: str = "") -> tuple[Any, ...]:
        """The one row of a query that only aggregates, kept as evidence."""
        sql = _select(asked, rows or self._rows_read)
        self._asked.append(sql)
        return self._engine.ask(sql, self._parameters)[0]


def _select(asked: str, rows: str) -> str:
    return f"SELECT {asked} FROM {rows}"  # noqa: S608 every name in it went through name(), every value is a parameter


def _projected(at: int, column: Measured) -> list[str]:
    """`c` is the column as it is, `v` its finite values as DOUBLE. Text is VARCHAR, whatever it is stored as."""
    stored = name(column.column.column)
    plain = f"CAST({stored} AS VARCHAR)" if column.kind == "text" and not column.column.is_personal else stored
    if not column.is_binned:
        return [f"{plain} AS c{at}"]
    number = _number(column)
    finite = f"CASE WHEN isfinite({stored}) THEN {number} END" if column.type_name in FLOATS else number
    return [f"{plain} AS c{at}", f"{finite} AS v{at}"]


def _number(column: Measured) -> str:
    stored = name(column.column.column)
    return f"epoch(CAST({stored} AS TIMESTAMPTZ))" if column.kind == "moment" else f"CAST({stored} AS DOUBLE)"


def _outside(at: int, kind: Kind, within: Within) -> str:
    """What the contract does not allow. Its own bounds and values may stand in the text; no value of the data does."""
    if kind == "text":
        return f"c{at} NOT IN ({', '.join(text(str(one)) for one in within.allowed)})"
    if within.allowed:
        return f"v{at} NOT IN ({', '.join(repr(float(one)) for one in within.allowed)})"
    low, high = (None if bound is None else repr(float(bound)) for bound in (within.minimum, within.maximum))
    return " OR ".join([*([f"v{at} < {low}"] if low else []), *([f"v{at} > {high}"] if high else [])])


def _part(column: Measured, cuts: Cuts) -> tuple[str, str, list[object]]:
    """A value, and which part `v` lies in: none for what is null, NaN or endless. Edges are parameters, as asked."""
    stored = name(column.column.column)
    if column.kind == "text":
        return f"CAST({stored} AS VARCHAR)", "", []
    if column.kind == "boolean":
        return f"CAST({stored} AS INTEGER)", "v", []
    number, edges = _number(column), list[object]()
    value = f"CASE WHEN isfinite({stored}) THEN {number} END" if column.type_name in FLOATS else number
    part = _tree(cuts.edges, 0, edges)
    return value, f"CASE WHEN v IS NOT NULL THEN {part} END", edges


def _tree(edges: Sequence[float], before: int, parameters: list[object]) -> str:
    """A search by halves: six comparisons find one of forty parts."""
    if not edges:
        return str(before)
    middle = len(edges) // 2
    parameters.append(edges[middle])
    below = _tree(edges[:middle], before, parameters)
    above = _tree(edges[middle + 1 :], before + middle + 1, parameters)
    return f"CASE WHEN v < ? THEN {below} ELSE {above} END"
