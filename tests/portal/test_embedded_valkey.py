"""The embedded Valkey: closed to those without its password, and keeping what it was given."""

import signal
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from portal.embedded import valkey
from portal.embedded.children import Family
from portal.embedded.testing import throwaway_valkey


def test_it_asks_for_a_password_and_listens_on_this_machine_alone() -> None:
    with throwaway_valkey() as url:
        client = redis.Redis.from_url(url)
        assert client.config_get("bind") == {"bind": "127.0.0.1"}
        port = client.connection_pool.connection_kwargs["port"]
        client.close()
        stranger = redis.Redis(port=port, retry=Retry(NoBackoff(), 0))
        with pytest.raises(redis.AuthenticationError):
            stranger.ping()
        stranger.close()


def test_the_password_is_in_no_process_list() -> None:
    with throwaway_valkey() as url:
        password = url.split(":")[2].split("@")[0]
        for command in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                assert password.encode() not in command.read_bytes()
            except (ProcessLookupError, FileNotFoundError):
                continue


def test_what_was_queued_survives_a_stop_and_a_kill(tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "log"
    for number, expected in ((signal.SIGTERM, [b"first"]), (signal.SIGKILL, [b"first", b"second"])):
        family = Family()
        client = redis.Redis.from_url(valkey.start(data, log, family))
        client.rpush("queue", expected[-1])
        assert client.lrange("queue", 0, -1) == expected
        if number == signal.SIGKILL:
            assert client.execute_command("WAITAOF", 1, 0, 3000)[0] == 1  # written to disk, as it is each second anyway
        client.close()
        family.children[0].signal_group(number)
        family.stop()
    family = Family()
    client = redis.Redis.from_url(valkey.start(data, log, family))
    try:
        assert client.lrange("queue", 0, -1) == [b"first", b"second"]
    finally:
        client.close()
        family.stop()
