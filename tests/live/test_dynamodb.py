"""What real Feast 0.67 writes into DynamoDB (moto's server), as Charter counts it there."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from connectors.feast import online_dynamodb
from connectors.records import Column, ConnectorError, ViewTarget
from connectors.stores import open_online
from tests.connectors.targets import profile_of
from tests.live.third_parties import ThirdParty, environment, free_port

pytestmark = [pytest.mark.live, pytest.mark.filterwarnings("ignore")]
MOTO, FEAST = ("moto[server,dynamodb]==5.2.5",), ("feast[aws]==0.67.0", "fastapi==0.140.0")
NEWEST = datetime(2026, 11, 20, 10, tzinfo=UTC)
ROWS = 1_200
WRITE = f"""
from datetime import datetime, timedelta, timezone
import pandas as pd
from feast import Entity, FeatureStore, FeatureView, Field, FileSource
from feast.types import Float64, Int64, String

newest = datetime(2026, 11, 20, 10, tzinfo=timezone.utc)
rows = pd.DataFrame({{
    "user_id": [f"u{{n}}" for n in range({ROWS})],
    "event_timestamp": [newest - timedelta(minutes=n) for n in range({ROWS})],
    "spend": [None if n % 10 == 0 else n / 2 for n in range({ROWS})],
    "visits": list(range({ROWS})),
    "email": [None if n % 4 == 0 else f"u{{n}}@example.org" for n in range({ROWS})],
}})
rows.to_parquet("stats.parquet")
user = Entity(name="user", join_keys=["user_id"])
source = FileSource(name="stats_source", path="stats.parquet", timestamp_field="event_timestamp")
fields = [Field(name="spend", dtype=Float64), Field(name="visits", dtype=Int64), Field(name="email", dtype=String)]
stats = FeatureView(name="stats", entities=[user], schema=fields, source=source)
store = FeatureStore(".")
store.apply([user, source, stats])
store.materialize(newest - timedelta(days=10), newest + timedelta(minutes=1))
"""


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the store that Feast has filled."""
    folder, port = tmp_path_factory.mktemp("dynamodb"), free_port()
    here = f"http://127.0.0.1:{port}"
    settings = {
        "AWS_ENDPOINT_URL_DYNAMODB": here, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }  # fmt: skip
    store = {
        "project": "shop", "provider": "local", "registry": "registry.db", "offline_store": {"type": "file"},
        "online_store": {"type": "dynamodb", "region": "eu-west-1", "endpoint_url": here},
        "entity_key_serialization_version": 3,
    }  # fmt: skip
    (folder / "feature_store.yaml").write_text(json.dumps(store))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        with ThirdParty(environment("moto", *MOTO), folder).serving(
            "moto_server", "-p", str(port), ready=f"{here}/moto-api/"
        ):
            ThirdParty(environment("feast-dynamodb", *FEAST), folder, settings).run("python", "-c", WRITE)
            yield "dynamodb://eu-west-1"


def stats(*features: str, personal: tuple[str, ...] = (), view: str = "stats") -> ViewTarget:
    columns = tuple(Column(name, name, "", name in personal) for name in features)
    return ViewTarget("shop", view, None, ("user_id",), columns)


def test_a_small_store_is_read_whole(region: str) -> None:
    assert [right.ok for right in open_online(region).test()] == [True]
    reading = open_online(region).read(stats("spend", "visits", "email", "never_written"))
    assert (reading.newest_event_at, reading.entities, reading.sample_size) == (NEWEST, ROWS, None)
    assert reading.window_from == NEWEST - timedelta(minutes=ROWS - 1)
    assert {one.feature: (one.rows, one.nulls, one.present) for one in reading.profiles} == {
        "spend": (ROWS, 120, ROWS), "visits": (ROWS, 0, ROWS), "email": (ROWS, 300, ROWS),
        "never_written": (ROWS, 0, 0),
    }  # fmt: skip
    assert reading.stored_bytes is not None


def test_personal_values_stay_there(region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Any] = []
    store = online_dynamodb.DynamoOnlineStore(region)
    pages = store._pages
    monkeypatch.setattr(store, "_pages", lambda name, how: (answers.append(page) or page for page in pages(name, how)))
    reading = store.read(stats("spend", "email", personal=("email",)))
    email = profile_of(reading, "email")
    assert (email.rows, email.nulls, email.present) == (ROWS, 300, ROWS)
    assert profile_of(reading, "spend").nulls == 120
    sent = str([page.get("Items") for page in answers])  # a page ends with the hashed key to go on from
    assert "spend" in sent
    assert "example.org" not in sent
    assert "entity_id" not in sent


def test_with_nothing_but_personal_features(region: str) -> None:
    reading = open_online(region).read(stats("email", personal=("email",)))
    assert (reading.entities, reading.newest_event_at, profile_of(reading, "email").nulls) == (ROWS, NEWEST, 300)


def test_a_large_store_is_sampled_and_says_how_well(region: str) -> None:
    reading = online_dynamodb.DynamoOnlineStore(region, sample_size=500).read(
        stats("spend", "email", personal=("email",))
    )
    assert reading.sample_size == 500
    assert reading.null_rate_error == pytest.approx(0.98 / 500**0.5, rel=0.01)
    assert (reading.entities, reading.is_entity_count_approximate) == (ROWS, True)
    spend, email = reading.profiles
    assert spend.null_rate == pytest.approx(0.1, abs=0.05)
    assert (email.rows, email.present) == (500, 500)
    assert email.null_rate == pytest.approx(0.25, abs=0.07)


def test_many_features_are_asked_for_in_parts(region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(online_dynamodb, "FEATURES_AT_ONCE", 1)
    reading = open_online(region).read(stats("spend", "visits", "email"))
    assert {one.feature: (one.rows, one.nulls) for one in reading.profiles} == {
        "spend": (ROWS, 120), "visits": (ROWS, 0), "email": (ROWS, 300),
    }  # fmt: skip


def test_a_window_narrows_everything_but_the_newest(region: str) -> None:
    since = NEWEST - timedelta(minutes=99)
    reading = open_online(region).read(stats("spend", "email", personal=("email",)), since=since)
    assert (reading.entities, reading.newest_event_at) == (100, NEWEST)
    assert [(one.rows, one.nulls) for one in reading.profiles] == [(100, 10), (100, 25)]


def test_a_version_of_its_own_comes_first_and_the_plain_table_else(region: str) -> None:
    assert open_online(region).read(replace(stats("spend"), version=3)).entities == ROWS
    client = boto3.client("dynamodb", region_name="eu-west-1")
    key = [{"AttributeName": "entity_id", "KeyType": "HASH"}]
    kinds = [{"AttributeName": "entity_id", "AttributeType": "S"}]
    client.create_table(
        TableName="shop.stats_v3", KeySchema=key, AttributeDefinitions=kinds, BillingMode="PAY_PER_REQUEST"
    )
    assert open_online(region).read(replace(stats("spend"), version=3)).entities == 0


def test_odd_items_are_no_reason_to_stop(region: str) -> None:
    client = boto3.client("dynamodb", region_name="eu-west-1")
    client.create_table(
        TableName="shop.odd", KeySchema=[{"AttributeName": "entity_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "entity_id", "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST",
    )  # fmt: skip
    moment = {"S": "2026-11-20 10:00:00+00:00"}
    odd: list[dict[str, Any]] = [
        {}, {"event_ts": {"S": "soon"}}, {"event_ts": {"N": "5"}}, {"event_ts": moment},
        {"event_ts": moment, "values": {"S": "x"}}, {"event_ts": moment, "values": {"M": {"spend": {"NULL": True}}}},
        {"event_ts": moment, "values": {"M": {"spend": {"S": "text"}}}},
    ]  # fmt: skip
    for number, item in enumerate(odd):
        client.put_item(TableName="shop.odd", Item={"entity_id": {"S": str(number)}, **item})
    reading = open_online(region).read(stats("spend", view="odd"))
    assert (reading.entities, reading.newest_event_at) == (4, NEWEST)
    assert (profile_of(reading, "spend").present, profile_of(reading, "spend").nulls) == (2, 1)


def test_a_view_that_was_never_materialized_says_what_to_do(region: str) -> None:
    with pytest.raises(ConnectorError, match="no table 'shop.gone'") as missing:
        open_online(region).read(stats("spend", view="gone"))
    assert "feast apply" in missing.value.fix


def test_without_the_right_it_says_which(region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1")
    monkeypatch.setattr(online_dynamodb, "PATIENCE", online_dynamodb.Config(retries={"max_attempts": 0}))
    [right] = open_online(region).test()
    assert (right.ok, "dynamodb:Scan" in right.fix) == (False, True)
