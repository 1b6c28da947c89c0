"""A Feast store that keeps to what Charter says: states are heeded, reads reported, and missing values get defaults.

    store = GovernedStore(FeatureStore("."), Registry(), consumer="model:fraud-ranker", project="payments")
    values = store.get_online_features(["user_stats:avg_amount_7d"], [{"user_id": 7}])

When the store fails, answers of the last minute are used again, then defaults from the signed bundle on disk. When
Charter is away, the bundle on disk goes on counting. Feast itself is never imported here.
"""

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from charter.breaker import Breaker, Open
from charter.errors import NotUsable
from charter.kept import Defaults, Entry
from charter.registry import Registry
from charter.reporting import UsageReporter

Rows = Sequence[Mapping[str, Any]]
Values = dict[str, list[Any]]
CACHED_FOR = 60.0
MOST_CACHED = 10_000


@dataclass(slots=True)
class GovernedStore:
    """`served` counts where values came from: store, cache or default."""

    store: Any
    registry: Registry
    consumer: str
    project: str
    breaker: Breaker = field(default_factory=Breaker)
    clock: Callable[[], float] = time.monotonic
    defaults: Defaults = field(init=False)
    reporter: UsageReporter = field(init=False)
    served: dict[str, int] = field(default_factory=lambda: {"store": 0, "cache": 0, "default": 0})
    _cache: "OrderedDict[str, tuple[float, Values]]" = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self.defaults = Defaults(self.registry, self.consumer)
        self.reporter = UsageReporter(self.registry, self.consumer)

    def get_online_features(self, features: Sequence[str], entity_rows: Rows) -> Values:
        """Values by feature name, in the order of the rows; entity columns are left out.

        Raises NotUsable for a version that is retired or still a draft; whatever the store raises, where there is
        neither a recent answer nor a default.
        """
        entries = {name: self.defaults.entry(self._reference(name)) for name in features}
        for name, entry in entries.items():
            if entry is not None and entry.served == "nothing":
                raise NotUsable(f"{name} is {entry.status}.")
        wanted = [name for name, entry in entries.items() if entry is None or entry.served == "value"]
        found = self._read(wanted, entity_rows, entries) if wanted else {}
        for name, entry in entries.items():
            column = _column(name)
            if name not in wanted and entry is not None:  # quarantined
                found[column] = [entry.default] * len(entity_rows)
            found[column] = [self._filled(value, entry) for value in found[column]]
        self.reporter.read([self._reference(name) for name in features], len(entity_rows))
        return found

    def _read(self, names: list[str], rows: Rows, entries: Mapping[str, Entry | None]) -> Values:
        key = json.dumps([names, rows], sort_keys=True, default=str)
        try:
            self.breaker.before()
            answer = self.store.get_online_features(features=names, entity_rows=[dict(row) for row in rows]).to_dict()
        except Open:
            return self._instead(key, names, rows, entries, ConnectionError("The store is left alone for a moment."))
        except Exception as error:  # noqa: BLE001  whatever a store raises, its values are missing
            self.breaker.failed()
            return self._instead(key, names, rows, entries, error)
        self.breaker.succeeded()
        found = {_column(name): list(answer[_column(name)]) for name in names}
        self.served["store"] += 1
        self._remember(key, found)
        return found

    def _instead(
        self, key: str, names: list[str], rows: Rows, entries: Mapping[str, Entry | None], error: Exception
    ) -> Values:
        held = self._cache.get(key)
        if held is not None and self.clock() - held[0] <= CACHED_FOR:
            self.served["cache"] += 1
            return {column: list(values) for column, values in held[1].items()}
        if any(entries[name] is None or entries[name].default is None for name in names):  # type: ignore[union-attr]
            raise error
        self.served["default"] += 1
        return {_column(name): [None] * len(rows) for name in names}

    def _remember(self, key: str, found: Values) -> None:
        """In memory alone: values may be personal."""
        self._cache[key] = (self.clock(), {column: list(values) for column, values in found.items()})
        self._cache.move_to_end(key)
        while len(self._cache) > MOST_CACHED:
            self._cache.popitem(last=False)

    def _filled(self, value: Any, entry: Entry | None) -> Any:
        return entry.default if value is None and entry is not None else value

    def _reference(self, name: str) -> str:
        """`view:feature` and `view@v2:feature` as Charter's keys."""
        view, _, feature = name.partition(":")
        view, _, number = view.partition("@v")
        return f"{self.project}.{view}.{feature}" + (f"@{number}" if number.isdigit() else "")


def _column(name: str) -> str:
    return name.partition(":")[2]
