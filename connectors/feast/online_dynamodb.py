"""The online store that Feast keeps in DynamoDB: a table for each view, an item for each entity.

An item holds `entity_id` (a hash of the key), `event_ts` as text and `values`, a map of serialized values. Sampled by
Scan, which walks items in the order of their keys' hashes and so as good as at random. Every item that is scanned is
paid for, so few are. `entity_id` is never asked for, of personal features the table itself counts how many are null,
and nothing is written.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from connectors.feast.online_values import NULL_VALUES, stored_names
from connectors.records import ConnectorError, Origin, Profile, Right, StoreAway, ViewReading, ViewTarget

PATIENCE = Config(connect_timeout=10, read_timeout=30, retries={"max_attempts": 3})
TEMPLATE = "{project}.{table_name}"  # Feast's own, where feature_store.yaml says no other
ITEMS_AT_ONCE = 500
FEATURES_AT_ONCE = 200  # DynamoDB takes 4 KiB of names in one question
Z_95 = 1.96
_RIGHTS = "Give Charter's workers credentials with dynamodb:DescribeTable and dynamodb:Scan on the tables of the store."
_AWAY = ("UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException")


@dataclass(slots=True)
class Seen:
    """What the items scanned so far say of a view."""

    rows: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
    newest_of_all: datetime | None = None
    present: Counter[str] = field(default_factory=Counter)
    nulls: Counter[str] = field(default_factory=Counter)

    def add(self, item: Mapping[str, Any], since: datetime | None) -> None:
        moment = _moment(item.get("event_ts"))
        values = item.get("values", {}).get("M", {})
        if moment is None or not isinstance(values, dict):
            return
        self.newest_of_all = max(self.newest_of_all or moment, moment)
        if since is not None and moment < since:
            return
        self.rows += 1
        self.oldest, self.newest = min(self.oldest or moment, moment), max(self.newest or moment, moment)
        for feature, value in values.items():
            self.present[feature] += 1
            self.nulls[feature] += _is_null(value)

    def take_over(self, also: "Seen") -> None:
        """What another pass over the same items says of other features."""
        self.present |= also.present
        self.nulls |= also.nulls


class DynamoOnlineStore:
    """`dynamodb://region`, or `dynamodb://region/{project}.{table_name}`, which is Feast's usual `table_name_template`.
    Keys and endpoint come from AWS's own settings in the environment (AWS_ACCESS_KEY_ID, AWS_PROFILE,
    AWS_ENDPOINT_URL_DYNAMODB and so on).
    """

    origin: Origin = "served"

    def __init__(self, url: str, *, sample_size: int = 2_000) -> None:
        parts = urlsplit(url.strip())
        self._region = parts.hostname or ""
        self._template = unquote(parts.path.strip("/")) or TEMPLATE
        self._sample_size = sample_size
        if not self._region or parts.username or "{table_name}" not in self._template:
            raise ConnectorError(
                "The address is not one of DynamoDB.",
                fix="Write dynamodb://eu-west-1, or dynamodb://eu-west-1/{project}.{table_name} with Feast's "
                "table_name_template. Keys come from AWS's own settings where Charter's workers run.",
            )

    def test(self) -> list[Right]:
        """Which tables there are is told by another right, which is not needed: a table that is not there will do."""
        try:
            self._described(self._named("charter", "test"))
        except ConnectorError as error:
            return [Right("Describe tables", False, str(error), error.fix)]
        return [Right("Describe tables", True, f"In {self._region}.")]

    def read(self, target: ViewTarget, *, since: datetime | None = None) -> ViewReading:
        name, about = self._table_of(target)
        open_ones = [column.name for column in target.columns if not column.is_personal]
        seen = Seen()
        first, *others = [
            open_ones[at : at + FEATURES_AT_ONCE] for at in range(0, len(open_ones), FEATURES_AT_ONCE)
        ] or [[]]
        pages, is_complete = self._sample(name, first, seen, since)
        for features in others:
            also = Seen()
            self._sample(name, features, also, since, pages=pages)
            seen.take_over(also)
        for column in target.columns:
            if column.is_personal:
                self._count(name, column.name, seen, since, pages)
        return _reading(target, name, about, seen, since, is_complete=is_complete)

    def _sample(
        self, name: str, features: Sequence[str], seen: Seen, since: datetime | None, *, pages: int | None = None
    ) -> tuple[int, bool]:
        """How many pages were read, and whether that was the whole table: `pages`, or else enough for a sample."""
        names = {f"#f{at}": feature for at, feature in enumerate(features)} | ({"#v": "values"} if features else {})
        asked = ", ".join(["event_ts", *(f"#v.#f{at}" for at in range(len(features)))])
        how = {"ProjectionExpression": asked} | ({"ExpressionAttributeNames": names} if names else {})
        read = 0
        for page in self._pages(name, how):
            if read == pages or (pages is None and seen.rows >= self._sample_size):
                return read, False
            read += 1
            for item in page.get("Items", []):
                seen.add(item, since)
        return read, True

    def _count(self, name: str, feature: str, seen: Seen, since: datetime | None, pages: int) -> None:
        """Of the same pages, how many items hold the feature, and how many of them as null. No value is sent."""
        nulls = {f":n{at}": {"B": value} for at, value in enumerate(NULL_VALUES)}
        seen.present[feature] = self._counted(name, feature, "attribute_exists(#v.#f)", {}, since, pages)
        if seen.present[feature]:
            is_null = f"#v.#f IN ({', '.join(nulls)})"
            seen.nulls[feature] = self._counted(name, feature, is_null, nulls, since, pages)

    def _counted(
        self, name: str, feature: str, condition: str, values: Mapping[str, Any], since: datetime | None, pages: int
    ) -> int:
        values = dict(values)
        if since is not None:
            condition, values = (
                f"{condition} AND event_ts >= :since",
                values | {":since": {"S": str(since.astimezone(UTC))}},
            )
        how = {
            "Select": "COUNT", "FilterExpression": condition,
            "ExpressionAttributeNames": {"#v": "values", "#f": feature},
        } | ({"ExpressionAttributeValues": values} if values else {})  # fmt: skip
        return sum(int(page.get("Count", 0)) for page in islice(self._pages(name, how), pages))

    def _table_of(self, target: ViewTarget) -> tuple[str, Mapping[str, Any]]:
        """Where Feast keeps a table for each version, `feast apply` makes it at once; else there is the plain one."""
        wanted = [self._named(target.project, stored) for stored in stored_names(target)]
        for name in wanted:
            if about := self._described(name):
                return name, about
        raise ConnectorError(
            f"The online store has no table {wanted[-1]!r}.",
            fix="Run feast apply and feast materialize-incremental, or correct the address of this connection.",
        )

    def _named(self, project: str, table: str) -> str:
        return self._template.replace("{project}", project).replace("{table_name}", table)

    def _described(self, name: str) -> Mapping[str, Any] | None:
        try:
            found: Mapping[str, Any] = self._client.describe_table(TableName=name)["Table"]
        except ClientError as error:
            if _code(error) == "ResourceNotFoundException":
                return None
            raise _explained(error) from error
        except BotoCoreError as error:
            raise _away(error) from error
        return found

    def _pages(self, name: str, how: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        try:
            scan = self._client.get_paginator("scan")
            yield from scan.paginate(TableName=name, PaginationConfig={"PageSize": ITEMS_AT_ONCE}, **how)
        except ClientError as error:
            raise _explained(error) from error
        except BotoCoreError as error:
            raise _away(error) from error

    @cached_property
    def _client(self) -> Any:
        try:
            return boto3.client("dynamodb", region_name=self._region, config=PATIENCE)
        except (BotoCoreError, ValueError) as error:
            raise ConnectorError(
                f"{self._region[:50]!r} is no region of AWS.", fix="Write dynamodb://eu-west-1."
            ) from error


def _reading(
    target: ViewTarget, name: str, about: Mapping[str, Any], seen: Seen, since: datetime | None, *, is_complete: bool
) -> ViewReading:
    # DynamoDB counts items anew every six hours: of a store that was read whole, what was read is newer.
    total = seen.rows if is_complete else int(about.get("ItemCount", 0))
    return ViewReading(
        origin="served",
        newest_event_at=seen.newest_of_all,
        rows=total,
        entities=total,
        is_entity_count_approximate=not is_complete,
        profiles=tuple(
            Profile(column.name, seen.rows, seen.nulls[column.name], present=seen.present[column.name])
            for column in target.columns
        ),
        sample_size=None if is_complete else seen.rows,
        null_rate_error=None if is_complete or not seen.rows else Z_95 * math.sqrt(0.25 / seen.rows),
        window_from=since or seen.oldest,
        window_until=seen.newest,
        query=f"DescribeTable {name}; Scan {name}, event_ts and values of features that are not personal, "
        f"{ITEMS_AT_ONCE} items at a time; of personal features COUNT",
        stored_bytes=_whole(about.get("TableSizeBytes")),
    )


def _moment(attribute: Any) -> datetime | None:
    """Text as Python writes it. Without a zone it is UTC, as Feast has it."""
    written = attribute.get("S", "") if isinstance(attribute, dict) else ""
    try:
        found = datetime.fromisoformat(written)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _is_null(value: Any) -> bool:
    return not isinstance(value, dict) or value.get("NULL") is True or bytes(value.get("B", b"?")) in NULL_VALUES


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _away(error: BotoCoreError) -> ConnectorError:
    return StoreAway(f"DynamoDB cannot be asked: {type(error).__name__}.", fix=_RIGHTS)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _explained(error: ClientError) -> ConnectorError:
    kind = StoreAway if _code(error) in _AWAY else ConnectorError
    return kind(f"DynamoDB refused: {_code(error) or 'no reason given'}.", fix=_RIGHTS)
