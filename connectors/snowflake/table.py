"""The questions of `connectors.tables` in Snowflake's dialect. Every answer is an aggregate: no row leaves the account.

Names are quoted as Feast quotes them, so capitals count. How many entities and different values there are is estimated
by the engine itself.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.bins import Binning
from connectors.cuts import WORD_PARTS, Counted, Days
from connectors.profiles import Fact, Facts, Kind, Measured, Tally
from connectors.records import ConnectorError, Cuts, ViewTarget, Within
from connectors.snowflake.session import Described, Session, checked
from connectors.tables import Overview, known_keys, known_moment

MOMENTS = {"DATE", "TIMESTAMP_NTZ", "TIMESTAMP_TZ", "TIMESTAMP_LTZ"}
KINDS: dict[str, Kind] = {
    "REAL": "number", "DECFLOAT": "number", "TEXT": "text", "BOOLEAN": "boolean", "ARRAY": "list", "VECTOR": "list",
}  # fmt: skip
AGGREGATES: dict[Fact, str] = {
    "finite": "COUNT({v})",
    "whole": "COUNT_IF({v} = FLOOR({v}))",
    "minimum": "MIN({v})",
    "maximum": "MAX({v})",
    "mean": "AVG({v})",
    "stddev": "STDDEV({v})",
    "distinct": "APPROX_COUNT_DISTINCT({c})",
    "true": "COUNT_IF({c})",
}
LENGTHS: dict[Kind, str] = {"text": "LENGTH(CAST({} AS VARCHAR))", "list": "ARRAY_SIZE({})"}
NAN = "CAST('NaN' AS FLOAT)"
ENDLESS = f"({NAN}, CAST('inf' AS FLOAT), CAST('-inf' AS FLOAT))"
BETWEEN_KEYS = "'\u001f'"


class SnowflakeTable:
    """A table or query, as one target wants it measured."""

    is_distinct_approximate = True

    def __init__(self, session: Session, target: ViewTarget, since: datetime | None) -> None:
        self._session = session
        self._asked: list[str] = []
        self.warnings: list[str] = []
        self._target = target
        self._source = _source(target)
        self.types: Mapping[str, str] = {
            column.name: _type_name(column) for column in session.columns(f"{self._source} AS source")
        }
        self._keys = known_keys(target, self.types, self.warnings)
        self._moment = known_moment(target, self.types, MOMENTS.__contains__, self.warnings)
        self.has_moments = self._moment is not None
        self.since = since if self._moment else None
        self._rows = f"{self._source} AS source{self._window()}"

    def kind_of(self, type_name: str) -> Kind:
        if type_name in MOMENTS:
            return "moment"
        if type_name.startswith("NUMBER"):
            return "integer" if type_name.endswith(",0)") else "number"
        return KINDS.get(type_name, "opaque")

    def overview(self) -> Overview:
        entity = f" || {BETWEEN_KEYS} || ".join(f"CAST({quoted(key)} AS VARCHAR)" for key in self._keys)
        entities = f"APPROX_COUNT_DISTINCT({entity})" if entity else "NULL"
        at = _micros(self._moment)
        [(rows, count, oldest, newest)] = self._ask(
            f"SELECT COUNT(*), {entities}, MIN({at}), MAX({at}) FROM {self._rows}"
        )
        newest_of_all = newest if self.since is None else self._ask(f"SELECT MAX({at}) FROM {self._source}")[0][0]
        return Overview(int(rows), _whole(count), _whole(oldest), _whole(newest), _whole(newest_of_all))

    def facts(self, columns: Sequence[Measured]) -> list[Facts]:
        wanted = [(at, fact) for at, column in enumerate(columns) for fact in column.facts]
        asked = ", ".join(_aggregate(columns[at], fact) for at, fact in wanted)
        [answers] = self._ask(f"SELECT {asked} FROM {self._rows}")
        found: list[dict[Fact, float | None]] = [{} for _ in columns]
        for (at, fact), answer in zip(wanted, answers, strict=True):
            found[at][fact] = None if answer is None else float(answer)
        return list(found)

    def tallies(self, columns: Sequence[tuple[Measured, Binning | None]]) -> list[Tally]:
        return [self._tally(column, bins) if bins is not None else Tally({}) for column, bins in columns]

    def parted(self, column: Measured, cuts: Cuts, days: Days) -> list[Counted]:
        """The statement names the edges, so it is not kept as evidence. Of words the store gives away two digits of
        their MD5."""
        asked = (
            f"SELECT slot, part, COUNT(*) FROM (SELECT {_part(column, cuts)} AS part, {self._of_days(days)}) AS picked"
        )
        found = Counter[tuple[int, int | None]]()
        for slot, part, rows in self._session.ask(f"{asked} GROUP BY slot, part"):
            found[int(slot), _part_number(column, part)] += int(rows)
        return [(slot, part, rows) for (slot, part), rows in found.items()]

    def rows_by_day(self, days: Days) -> list[tuple[int, int]]:
        asked = f"SELECT slot, COUNT(*) FROM (SELECT {self._of_days(days)}) AS picked GROUP BY slot"
        return [(int(slot), int(rows)) for slot, rows in self._session.ask(asked)]

    def sample(self, columns: Sequence[Measured], rows: int, length: int) -> list[tuple[str | None, ...]]:
        """None: no value leaves the account, not even for a moment."""
        return []

    def evidence(self) -> str:
        return ";\n".join(self._asked)

    def stored_bytes(self) -> int | None:
        """Of a table, as the account counts them; None for views and queries."""
        parts = _parts(self._target.location)
        if self._target.query.strip() or not parts:
            return None
        *around, name = parts
        tables = f"{quoted(around[0])}.information_schema.tables" if len(around) == 2 else "information_schema.tables"
        schema = literal(around[-1]) if around else "CURRENT_SCHEMA()"
        found = self._session.ask(
            f"SELECT bytes FROM {tables} WHERE table_schema = {schema} AND table_name = {literal(name)}"
        )
        return _whole(found[0][0]) if found else None

    def _tally(self, column: Measured, bins: Binning) -> Tally:
        """The statement names the bounds, so it is not kept as evidence."""
        value = _finite(column)
        position = f"FLOOR(({value} - {number(bins.minimum)}) / {number(bins.width)})"
        found = self._session.ask(
            f"SELECT {position} AS slot, COUNT(*) FROM {self._rows} "
            f"{'AND' if self._window() else 'WHERE'} {value} BETWEEN {number(bins.minimum)} AND {number(bins.maximum)} "
            "GROUP BY slot"
        )
        counts = Counter[int]()
        for slot, rows in found:
            counts[min(int(slot), bins.count - 1)] += int(rows)  # the maximum itself belongs to the last bin
        return Tally(counts)

    def _of_days(self, days: Days) -> str:
        """The day as `slot`, and where the rows are. The plain column is compared, so that partitions are left out."""
        if self._moment is None:
            return f"0 AS slot FROM {self._source} AS source"
        kind, at = self.types[self._moment], quoted(self._moment)
        day = at if kind in ("DATE", "TIMESTAMP_NTZ") else f"CONVERT_TIMEZONE('UTC', {at})"
        return (
            f"DATEDIFF('day', CAST('{days.first:%Y-%m-%d}' AS DATE), CAST({day} AS DATE)) AS slot "
            f"FROM {self._source} AS source "
            f"WHERE {at} >= {_at(days.start, kind)} AND {at} < {_at(days.end, kind)}"
        )

    def _window(self) -> str:
        if self._moment is None or self.since is None:
            return ""
        return f" WHERE {quoted(self._moment)} >= {_at(self.since, self.types[self._moment])}"

    def _ask(self, statement: str) -> list[tuple[Any, ...]]:
        self._asked.append(statement)
        return self._session.ask(statement)


def quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def number(value: float) -> str:
    return f"CAST('{float(value)!r}' AS FLOAT)"


def _parts(location: str) -> list[str]:
    """Database, schema and table, or less of them, as Feast puts them together."""
    return location.split(".") if location.strip() else []


def _source(target: ViewTarget) -> str:
    """What to select from. A line of its own for the bracket keeps a comment at the query's end from eating it."""
    if query := checked(target.query):
        return f"({query}\n)"
    parts = _parts(target.location)
    if not 1 <= len(parts) <= 3 or not all(parts):
        raise ConnectorError(
            f"{target.location[:200]!r} is no table of Snowflake.",
            fix="Name it as database.schema.table in the source.",
        )
    return ".".join(map(quoted, parts))


def _type_name(column: Described) -> str:
    return f"NUMBER({column.precision},{column.scale})" if column.type_name == "FIXED" else column.type_name


def _micros(moment: str | None) -> str:
    return f"DATE_PART(EPOCH_MICROSECOND, {quoted(moment)})" if moment else "NULL"


def _at(moment: datetime, kind: str) -> str:
    plain = moment.astimezone(UTC)
    written = f"{plain:%Y-%m-%d %H:%M:%S.%f}" + (" +0000" if kind in ("TIMESTAMP_TZ", "TIMESTAMP_LTZ") else "")
    return f"CAST('{written[:10] if kind == 'DATE' else written}' AS {kind})"


def _value(column: Measured) -> str:
    """As a number; seconds since 1970 for moments."""
    name = quoted(column.column.column)
    return f"CAST(DATE_PART(EPOCH_SECOND, {name}) AS FLOAT)" if column.kind == "moment" else f"CAST({name} AS FLOAT)"


def _finite(column: Measured) -> str:
    value = _value(column)
    return f"CASE WHEN {value} NOT IN {ENDLESS} THEN {value} END" if column.kind == "number" else value


def _aggregate(column: Measured, fact: Fact) -> str:
    name = quoted(column.column.column)
    if fact == "filled":
        return f"COUNT(CASE WHEN {_value(column)} <> {NAN} THEN 1 END)" if column.kind == "number" else f"COUNT({name})"
    if fact in ("shortest", "longest"):
        return f"{'MIN' if fact == 'shortest' else 'MAX'}({LENGTHS[column.kind].format(name)})"
    if fact == "outside" and column.column.within is not None:
        return f"COUNT_IF({_outside(column, column.column.within)})"
    return AGGREGATES[fact].format(c=name, v=_finite(column) if column.is_binned else name)


def _outside(column: Measured, within: Within) -> str:
    """What the contract does not allow. Its own bounds and values may stand in the text; no value of the data does."""
    if within.allowed and column.kind == "text":
        allowed = ", ".join(literal(str(one)) for one in within.allowed)
        return f"CAST({quoted(column.column.column)} AS VARCHAR) NOT IN ({allowed})"
    value = _finite(column)
    if within.allowed:
        return f"{value} NOT IN ({', '.join(number(float(one)) for one in within.allowed)})"
    bounds = (("<", within.minimum), (">", within.maximum))
    return " OR ".join(f"{value} {sign} {number(bound)}" for sign, bound in bounds if bound is not None)


def _part(column: Measured, cuts: Cuts) -> str:
    """Which part a value lies in; nothing for what is null, NaN or endless."""
    name = quoted(column.column.column)
    if column.kind == "text":
        return f"LEFT(MD5(CAST({name} AS VARCHAR)), 2)"
    if column.kind == "boolean":
        return f"CASE WHEN {name} THEN 1 WHEN NOT {name} THEN 0 END"
    value = _finite(column)
    passed = " + ".join(f"IFF({value} >= {number(edge)}, 1, 0)" for edge in cuts.edges) or "0"
    return f"CASE WHEN {value} IS NOT NULL THEN {passed} END"


def _part_number(column: Measured, part: Any) -> int | None:
    if part is None:
        return None
    return int(part, 16) % WORD_PARTS if column.kind == "text" else int(part)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
