"""The online store that Feast keeps in Redis or Valkey: one hash for each entity, shared by all views of that entity.

Sampled by SCAN, which walks the keys in the order of their hashes and so as good as at random; KEYS is never sent, and
neither is anything that writes. Entity keys are looked at, and dropped.
"""

import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

import redis

from connectors.feast.online_keys import served_rows
from connectors.feast.online_values import NO_ENTITY, NULL_VALUES, event_time, field_of, joined_by, stored_names
from connectors.records import ConnectorError, Figures, Origin, Profile, Right, ServedRow, ViewReading, ViewTarget
from connectors.redis.figures import told_by
from connectors.redis.session import connected

KEYS_AT_ONCE = 1000
HASHES_AT_ONCE = 200
TRIES_PER_ROW = 50  # entities looked at for each row of the sample, before a rare view is left at what was found
Z_95 = 1.96


@dataclass(slots=True)
class Seen:
    """What the entities seen so far say about a view under one of its names."""

    name: str
    features: list[str]
    rows: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
    newest_of_all: datetime | None = None
    present: Counter[str] = field(default_factory=Counter)
    nulls: Counter[str] = field(default_factory=Counter)

    @property
    def fields(self) -> list[bytes]:
        return [f"_ts:{self.name}".encode(), *(field_of(self.name, feature) for feature in self.features)]

    def add(self, values: Sequence[bytes | None], since: datetime | None) -> None:
        """One entity: its event time, then a value for each feature; None was never written."""
        stamp, *held = values
        if stamp is None or (moment := event_time(stamp)) is None:
            return
        self.newest_of_all = max(self.newest_of_all or moment, moment)
        if since is not None and moment < since:
            return
        self.rows += 1
        self.oldest, self.newest = min(self.oldest or moment, moment), max(self.newest or moment, moment)
        for feature, value in zip(self.features, held, strict=True):
            self.present[feature] += value is not None
            self.nulls[feature] += value in NULL_VALUES


@dataclass(slots=True)
class Walk:
    """How far SCAN came. It visits KEYS_AT_ONCE keys a call, give or take a few."""

    calls: int = 0
    is_complete: bool = False
    entities: int = 0  # of the view's kind, whether or not they hold the view
    foreign: int = 0  # keys that end as the project's do, but are laid out otherwise

    @property
    def visited(self) -> int:
        return self.calls * KEYS_AT_ONCE


class RedisOnlineStore:
    """One server. Of a cluster only the node that the address names is read, and the reading says so."""

    origin: Origin = "served"

    def __init__(self, url: str, *, sample_size: int = 10_000, seconds: float = 60) -> None:
        self._url = url
        self._sample_size = sample_size
        self._seconds = seconds

    def test(self) -> list[Right]:
        try:
            with self._client() as client:
                client.ping()
                held = client.dbsize()
                client.scan(0, count=1)
                client.hmget(b"charter-test", [b"charter-test"])
                warnings = _cluster(client)
        except ConnectorError as error:
            return [Right("Connect and sample", False, str(error), error.fix)]
        return [Right("Connect and sample", True, " ".join([f"{held:,} keys.", *warnings]))]

    def read(self, target: ViewTarget, *, since: datetime | None = None) -> ViewReading:
        features = [column.name for column in target.columns]
        seen = [Seen(name, features) for name in stored_names(target)]
        walk = Walk()
        with self._client() as client:
            warnings = _cluster(client)
            total = int(client.dbsize())
            for values in self._entities(client, target, seen, walk):
                for one in seen:
                    one.add(values[: len(features) + 1], since)
                    values = values[len(features) + 1 :]
        found = next((one for one in seen if one.newest_of_all), seen[-1])
        return _reading(target, found, walk, total, since, warnings + self._shortfalls(found, walk))

    def sample(self, target: ViewTarget, size: int) -> list[ServedRow]:
        """From the beginning of a walk, which follows the hashes of keys and so is as good as at random."""
        features = [column.name for column in target.columns]
        seen = [Seen(name, features) for name in stored_names(target)]
        found: list[tuple[bytes, str, bytes | None, datetime | None]] = []
        walk, project = Walk(), target.project.encode()
        with self._client() as client:
            for keys in self._scan(client, target, walk):
                for key in keys:
                    found += _served(client, key, key.removesuffix(project), seen)
                if len(found) >= size * len(features):
                    break
        return served_rows(found[: size * len(features)], target)

    def figures(self) -> Figures:
        """Of the server as a whole, whatever else is kept in it."""
        with self._client() as client:
            return told_by(client)

    def _entities(
        self, client: "redis.Redis", target: ViewTarget, seen: list[Seen], walk: Walk
    ) -> Iterator[list[bytes | None]]:
        """The fields of one entity after another, until the sample is full, all keys were seen or enough was tried."""
        fields = [name for one in seen for name in one.fields]
        known: set[int] = set()  # SCAN may show a key twice; its hash is kept rather than the key
        for keys in self._scan(client, target, walk):
            fresh = [key for key in keys if hash(key) not in known]
            known.update(map(hash, fresh))
            walk.entities = len(known)
            for start in range(0, len(fresh), HASHES_AT_ONCE):
                yield from _hashes(client, fresh[start : start + HASHES_AT_ONCE], fields)
            is_full = max(one.rows for one in seen) >= self._sample_size
            if is_full or walk.entities >= TRIES_PER_ROW * self._sample_size:
                return

    def _scan(self, client: "redis.Redis", target: ViewTarget, walk: Walk) -> Iterator[list[bytes]]:
        """Keys of the view's entity in batches."""
        project, joined = target.project.encode(), tuple(sorted(target.join_keys)) or NO_ENTITY
        deadline = time.monotonic() + self._seconds
        cursor = 0
        while not walk.is_complete and time.monotonic() < deadline:
            cursor, found = client.scan(cursor, match=b"*" + _literal(project), count=KEYS_AT_ONCE)
            walk.calls += 1
            walk.is_complete = cursor == 0
            by_key = {key: joined_by(key, project) for key in found if isinstance(key, bytes)}
            walk.foreign += sum(names is None for names in by_key.values())
            yield [key for key, names in by_key.items() if names == joined]

    def _shortfalls(self, found: Seen, walk: Walk) -> list[str]:
        warnings = []
        if not walk.is_complete and found.rows < self._sample_size:
            warnings.append(
                f"Sampling ended early: of {walk.entities:,} entities looked at, {found.rows:,} hold this view."
            )
        if not found.rows and walk.foreign:
            warnings.append(
                f"{walk.foreign:,} keys end with the project's name but are of another project, or of an older layout "
                "than Feast's entity key version 3, which is the only one read."
            )
        return warnings

    def _client(self) -> AbstractContextManager["redis.Redis"]:
        return connected(self._url, needs="+ping +dbsize +scan +hmget ~*")


def _served(
    client: "redis.Redis", key: bytes, entity: bytes, seen: list[Seen]
) -> list[tuple[bytes, str, bytes | None, datetime | None]]:
    """What one entity holds of the view, under the first of its names that it holds."""
    for one in seen:
        stamp, *values = cast(list[bytes | None], client.hmget(key, one.fields))
        if stamp is not None:
            at = event_time(stamp)
            return [(entity, feature, value, at) for feature, value in zip(one.features, values, strict=True)]
    return []


def _hashes(client: "redis.Redis", keys: list[bytes], fields: list[bytes]) -> Iterator[list[bytes | None]]:
    pipeline = client.pipeline(transaction=False)
    for key in keys:
        pipeline.hmget(key, fields)
    for answer in pipeline.execute(raise_on_error=False):
        if isinstance(answer, redis.exceptions.NoPermissionError):
            raise answer
        if not isinstance(answer, Exception):  # a key that expired meanwhile, or is no hash
            yield answer


def _reading(
    target: ViewTarget, found: Seen, walk: Walk, total: int, since: datetime | None, warnings: list[str]
) -> ViewReading:
    is_sample = not walk.is_complete
    entities = min(round(total * found.rows / max(walk.visited, 1)), total) if is_sample else found.rows
    return ViewReading(
        origin="served",
        newest_event_at=found.newest_of_all,
        rows=entities,
        entities=entities,
        is_entity_count_approximate=is_sample,
        profiles=tuple(
            Profile(column.name, found.rows, found.nulls[column.name], present=found.present[column.name])
            for column in target.columns
        ),
        sample_size=found.rows if is_sample else None,
        null_rate_error=Z_95 * math.sqrt(0.25 / found.rows) if is_sample and found.rows else None,
        window_from=since or found.oldest,
        window_until=found.newest,
        query=f"SCAN 0 MATCH *{target.project} COUNT {KEYS_AT_ONCE}; "
        f"HMGET of _ts:{found.name} and {len(target.columns)} features for each key",
        warnings=tuple(warnings),
    )


def _cluster(client: "redis.Redis") -> list[str]:
    """Asked if allowed: the right to INFO is not needed otherwise."""
    try:
        is_cluster = client.info("cluster").get("cluster_enabled") == 1
    except redis.exceptions.NoPermissionError:
        return []
    return ["This is one node of a cluster: only the entities it holds are counted."] if is_cluster else []


def _literal(text: bytes) -> bytes:
    """For MATCH, where these would be wildcards."""
    return b"".join(b"\\" + bytes([letter]) if letter in b"*?[]\\^-" else bytes([letter]) for letter in text)
