"""A Feast store that keeps to what Charter says: states are heeded, reads reported, and missing values get defaults.

    store = GovernedStore(FeatureStore("."), Registry(), consumer="model:fraud-ranker")
    values = store.get_online_features(["user_stats:avg_amount_7d"], [{"user_id": 7}])

When the store fails, answers of the last minute are used again, then defaults from the signed bundle. When Charter is
away, the bundle on disk goes on counting, but for personal features, which close. Feast itself is never imported here.
"""

import logging
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, NamedTuple, Self

from charter import metrics
from charter.breaker import Breaker, Open
from charter.errors import NotUsable
from charter.kept import Defaults, Entry
from charter.registry import Registry
from charter.reporting import UsageReporter
from charter.served import Answer, Column, entity, write_down
from charter.tracing import span

Rows = Sequence[Mapping[str, Any]]
Values = dict[str, list[Any]]
log = logging.getLogger("charter")
CACHED_FOR = 60.0
MOST_CACHED = 10_000
_NULL_VALUE = 2  # Feast's FieldStatus: there is a row, and it says null


@dataclass(frozen=True, slots=True)
class Asked:
    """One feature of a request: how it was asked for, what the answer calls it, what Feast's full answer calls it."""

    feast: str
    name: str
    column: str
    reference: str
    entry: Entry | None

    @property
    def is_closed(self) -> bool:
        return self.entry is not None and self.entry.is_closed

    @property
    def is_read(self) -> bool:
        """Whether the store's value counts. Of what nobody knows it does: a new feature must not be an outage."""
        return self.entry is None or (self.entry.served == "value" and not self.entry.is_closed)

    @property
    def is_shown(self) -> bool:
        return self.entry is not None and not self.entry.is_personal

    @property
    def has_default(self) -> bool:
        return self.entry is not None and self.entry.has_default


@dataclass(slots=True)
class GovernedStore:
    """`project` is Charter's name of the store's project; the store's own unless said.

    With `log_values` the logger `charter.served` gets every answer, without personal values.
    `served` counts values by where they came from: store, cache, default, closed, nothing.
    """

    store: Any
    registry: Registry
    consumer: str
    project: str = ""
    log_values: bool = False
    breaker: Breaker = field(default_factory=Breaker)
    clock: Callable[[], float] = time.monotonic
    defaults: Defaults = field(init=False)
    reporter: UsageReporter = field(init=False)
    served: Counter[str] = field(default_factory=Counter)
    _cache: "OrderedDict[tuple[bytes, tuple[str, ...]], tuple[float, list[Any]]]" = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self.project = self.project or str(self.store.project)
        self.defaults = Defaults(self.registry, self.consumer)
        self.reporter = UsageReporter(self.registry, self.consumer)
        metrics.watch(
            self.consumer,
            stale_seconds=lambda: self.defaults.stale_seconds,
            is_open=lambda: self.breaker.is_open,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Report what was read. The store and the registry are whose they were."""
        self.reporter.stop()

    def get_online_features(self, features: Any, entity_rows: Rows, full_feature_names: bool = False) -> Values:
        """Values by feature name, in the order of the rows; entity columns are left out.

        `features` is a list of Feast's references or a feature service. A value is None where there is none and no
        default either, and where a personal feature has closed because Charter was away for too long.

        Raises NotUsable for a version that is retired or still a draft; whatever the store raises, where there is
        neither a recent answer nor a default.
        """
        with span("charter.get_online_features", **{"charter.consumer": self.consumer}) as told:
            asked = self._asked(features, full_feature_names)
            rows = [entity(row) for row in entity_rows]
            answer = self._answer(features, asked, entity_rows, rows)
            counts = answer.counts
            told |= {"charter.rows": len(rows), **{f"charter.from_{source}": many for source, many in counts.items()}}
        self.served.update(counts)
        for source, many in counts.items():
            metrics.served(self.consumer, source, many)
        self.reporter.read([one.reference for one in asked if not one.is_closed], len(rows))
        if self.log_values:
            write_down(self.consumer, answer, rows)
        return answer.values

    def _asked(self, features: Any, in_full: bool) -> list[Asked]:
        """Raises NotUsable, and ValueError where two features would get one name."""
        asked = [self._one(part, in_full) for part in _parts(features)]
        for one in asked:
            if one.entry is not None and one.entry.served == "nothing":
                instead = f" Read {one.entry.replacement} instead." if one.entry.replacement else ""
                raise NotUsable(f"{one.reference} is {one.entry.status}.{instead}")
        if twice := [name for name, many in Counter(one.name for one in asked).items() if many > 1]:
            raise ValueError(f"{twice[0]} would name two features. Ask with full_feature_names=True.")
        return asked

    def _one(self, part: "Part", in_full: bool) -> Asked:
        reference = f"{self.project}.{part.view}.{part.feature}" + (f"@{part.number}" if part.number else "")
        entry = self.defaults.entry(reference)
        column = f"{part.shown_view}__{part.feature}"
        name = column if in_full else part.feature
        return Asked(f"{part.shown_view}:{part.feature}", name, column, entry.reference if entry else reference, entry)

    def _answer(self, features: Any, asked: list[Asked], entity_rows: Rows, rows: list[bytes]) -> Answer:
        wanted = [one for one in asked if one.is_read]
        found = self._read(features, wanted, entity_rows, rows) if wanted else {}
        answer = Answer()
        for one in asked:
            answer.columns[one.name] = found[one.column] if one.is_read else _instead_of_reading(one, len(rows))
        return answer

    def _read(self, features: Any, wanted: list[Asked], entity_rows: Rows, rows: list[bytes]) -> dict[str, Column]:
        """Columns from the store; from what is remembered and defaults when it fails."""
        names = tuple(one.column for one in wanted)
        # A service is asked for whole: only Feast knows the other names it gives to views.
        asked = [one.feast for one in wanted] if isinstance(features, list | tuple) else features
        try:
            columns = self._from_store(asked, wanted, entity_rows)
        except Exception as error:  # noqa: BLE001  whatever a store raises, its values are missing
            if not isinstance(error, Open):
                log.warning("The store failed: %s.", type(error).__name__)  # its words may hold keys of people
            return self._remembered(wanted, names, rows, error)
        for at, row in enumerate(rows):
            self._remember((row, names), [columns[name].values[at] for name in names])
        return {one.column: _filled(one, columns[one.column]) for one in wanted}

    def _from_store(self, asked: Any, wanted: list[Asked], entity_rows: Rows) -> dict[str, Column]:
        self.breaker.before()
        try:
            with span("charter.read_store"), metrics.store_read(self.consumer):
                answer = self.store.get_online_features(
                    features=asked, entity_rows=[dict(row) for row in entity_rows], full_feature_names=True
                )
                values, nulls = answer.to_dict(), _nulls(answer)
                columns = {one.column: _column(one, values, nulls) for one in wanted}
        except BaseException:
            self.breaker.failed()
            metrics.store_failed(self.consumer)
            raise
        self.breaker.succeeded()
        return columns

    def _remembered(
        self, wanted: list[Asked], names: tuple[str, ...], rows: list[bytes], error: Exception
    ) -> dict[str, Column]:
        columns = {one.column: Column([], [], one.is_shown) for one in wanted}
        for row in rows:
            at, held = self._cache.get((row, names), (float("-inf"), []))
            is_fresh = self.clock() - at <= CACHED_FOR
            if not is_fresh and not all(one.has_default for one in wanted):
                raise ConnectionError("The store is left alone for a moment.") if isinstance(error, Open) else error
            for place, one in enumerate(wanted):
                columns[one.column].values.append(held[place] if is_fresh else None)
                columns[one.column].sources.append("cache" if is_fresh else "nothing")
        return {one.column: _filled(one, columns[one.column]) for one in wanted}

    def _remember(self, key: tuple[bytes, tuple[str, ...]], values: list[Any]) -> None:
        """In memory alone: values may be personal."""
        self._cache[key] = (self.clock(), values)
        self._cache.move_to_end(key)
        while len(self._cache) > MOST_CACHED:
            self._cache.popitem(last=False)


class Part(NamedTuple):
    """A reference taken apart. `shown_view` is what answers call the view; `number` is empty for the current one."""

    view: str
    number: str
    shown_view: str
    feature: str


def _parts(features: Any) -> list[Part]:
    """Of a list of references, or of a feature service."""
    if isinstance(features, list | tuple):
        return [_part(reference) for reference in features]
    return [
        Part(projection.name, "", projection.name_to_use(), feature.name)
        for projection in features.feature_view_projections
        for feature in projection.features
    ]


def _part(reference: str) -> Part:
    """`view:feature` or `view@v2:feature`. Raises ValueError."""
    shown_view, colon, feature = reference.partition(":")
    if not colon or not shown_view or not feature:
        raise ValueError(f"{reference!r} is no reference of Feast's. Write view:feature.")
    view, _, number = shown_view.partition("@v")
    return Part(view, number, shown_view, feature) if number.isdecimal() else Part(shown_view, "", shown_view, feature)


def _column(one: Asked, values: Mapping[str, list[Any]], nulls: Mapping[str, list[bool]]) -> Column:
    """A column as the store gave it: what it said is null, of a version that allows null, is a value."""
    found = list(values[one.column])
    may_be_null = one.entry is not None and one.entry.is_nullable is True
    is_said = nulls.get(one.column, [False] * len(found))
    sources = [
        "store" if value is not None or (may_be_null and said) else "nothing"
        for value, said in zip(found, is_said, strict=True)
    ]
    return Column(found, sources, one.is_shown)


def _nulls(answer: Any) -> dict[str, list[bool]]:
    """Where Feast says that a row is there and its value null. Empty when it does not say."""
    if (told := getattr(answer, "proto", None)) is None:
        return {}
    names = told.metadata.feature_names.val
    return {
        name: [status == _NULL_VALUE for status in vector.statuses]
        for name, vector in zip(names, told.results, strict=True)
    }


def _filled(one: Asked, column: Column) -> Column:
    """With defaults where there is nothing."""
    if one.entry is None or not one.has_default:
        return column
    for at, (value, source) in enumerate(zip(column.values, column.sources, strict=True)):
        if source == "nothing" or (source == "cache" and value is None and one.entry.is_nullable is not True):
            column.values[at], column.sources[at] = one.entry.default, "default"
    return column


def _instead_of_reading(one: Asked, rows: int) -> Column:
    """Quarantined: its default. Closed: nothing."""
    if one.is_closed:
        return Column.of(None, "closed", rows, is_shown=False)
    default = one.entry.default if one.entry else None
    return Column.of(default, "default" if one.has_default else "nothing", rows, is_shown=one.is_shown)
