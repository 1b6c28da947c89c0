"""Throw-away services: what the tests themselves stand on."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from portal.embedded.testing import start_services, throwaway_postgres
from tests.portal.running import ROOT, clean_environment, processes_of, read_until, wait_gone

# A test run that a shell started in the background has Ctrl-C ignored, and its children inherit that.
HOLDER = """
import signal
import time
signal.signal(signal.SIGINT, signal.default_int_handler)
from portal.embedded.testing import start_services
print("up", start_services()["DATABASE_URL"], flush=True)
time.sleep(60)
"""


@pytest.fixture
def holder() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER], cwd=ROOT, env=clean_environment(), stdout=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.communicate()


def folder_of(url: str) -> Path:
    return Path(url.partition("host=")[2].partition("&")[0])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_when_the_holder_ends(holder: subprocess.Popen[str], number: signal.Signals) -> None:
    folder = folder_of(read_until(holder, "up"))
    assert processes_of(folder)
    holder.send_signal(number)
    holder.wait()
    assert wait_gone(folder) == {}
    if number == signal.SIGKILL:  # nobody was there to remove its folder: the next one does
        with throwaway_postgres():
            pass
    assert not folder.exists()


def test_only_what_is_not_named_is_started() -> None:
    named = {"DATABASE_URL": "postgresql://elsewhere/charter", "CACHE_URL": "redis://elsewhere/1"}
    started = start_services(named)
    assert set(started) == {"BROKER_URL"}
    client = redis.Redis.from_url(started["BROKER_URL"])
    assert client.ping()
    client.close()


def test_the_suite_itself_runs_on_real_services() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        assert connection.info.server_version >= 150000
