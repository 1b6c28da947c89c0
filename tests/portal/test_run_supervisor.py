"""`make run` as a user lives with it: first start, a second one refused, Ctrl-C, the next start, and every bad end."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bench import scratch
from portal.embedded.testing import throwaway_valkey
from tests.portal.running import ROOT, charter, data_folder, free_port, processes_of, read_until, stop, wait_gone

ROLES = {
    "viewer": 1,
    "owner_a": 1,
    "owner_b": 1,
    "owner_c": 1,
    "committee_member": 3,
    "committee_chair": 1,
    "auditor": 1,
    "admin": 1,
    "service_features_read": 1,
    "service_lineage_write": 1,
    "service_authz_evaluate": 1,
}


@pytest.fixture
def home() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


def ready(process: subprocess.Popen[str]) -> str:
    """What it printed until it was ready."""
    seen = read_until(process, "Ctrl-C stops everything")
    assert "\nCharter is ready after " in seen, seen
    return seen


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def started(home: Path, name: str) -> list[int]:
    """The ids of the Celery processes of this kind: `worker` or `beat`."""
    return [pid for pid, command in processes_of(home).items() if f"--app portal {name} " in command]


def test_start_stop_and_start_again(home: Path) -> None:
    port = free_port()
    with charter(home, port) as first:
        seen = ready(first)
        assert answers(port)
        assert f"http://localhost:{port}" in seen
        check_identities(home, seen)
        for private in ("identities.json", "secret_key", "encryption_key", "run.env", "postgres-password"):
            assert (home / private).stat().st_mode & 0o777 == 0o600, private
        with charter(home, free_port()) as second:
            refused, _ = second.communicate(timeout=20)
        assert second.returncode == 1
        assert f"already runs with the data in {home} (process {first.pid}, http://localhost:{port})" in refused
        assert answers(port)
        code, rest = stop(first, signal.SIGINT)
        assert (code, "Stopped." in rest, "killed" in rest) == (0, True, False), rest
    assert processes_of(home) == {}
    assert not answers(port)
    kept = {name: (home / name).read_bytes() for name in ("identities.json", "secret_key")}

    before = time.monotonic()
    with charter(home, port) as again:
        assert "Loading the demo" not in ready(again)
        assert time.monotonic() - before < 60
        assert {name: (home / name).read_bytes() for name in kept} == kept
        a_dead_worker_is_replaced(home, again)
        again.kill()
        again.wait()
        assert wait_gone(home) == {}
    assert "database system is shut down" in (home / "logs" / "postgres.log").read_text().splitlines()[-1]


def check_identities(home: Path, printed: str) -> None:
    identities = json.loads((home / "identities.json").read_text())
    roles = [one["role"] for one in identities]
    assert {role: roles.count(role) for role in roles} == ROLES
    for one in identities:
        assert set(one) >= {"role", "username", "password", "token", "team", "scopes"}
        assert one["token"] in printed
        assert one["username"] in printed
    secrets = [one["token"] for one in identities] + [one["password"] for one in identities if one["password"]]
    assert len(set(secrets)) == len(secrets)


def a_dead_worker_is_replaced(home: Path, process: subprocess.Popen[str]) -> None:
    (old,) = started(home, "worker")
    os.kill(old, signal.SIGKILL)
    assert "worker: stopped (signal 9); starting it again in 1 s (1 of 5)" in read_until(process, "starting it again")
    until = time.monotonic() + 20
    while not (new := started(home, "worker")) and time.monotonic() < until:
        time.sleep(0.1)
    assert len(new) == 1
    assert new != [old]


@pytest.mark.skipif(Path(sys.executable).parent.parent != ROOT / ".venv", reason="make would build its own .venv first")
def test_make_run_ends_with_make(home: Path, migrated_template: str) -> None:
    """Killing `make` means Charter; and services named in the environment are used, not started."""
    port = free_port()
    with scratch.database("charter_of_make", template=migrated_template) as database, throwaway_valkey() as broker:
        named = {"DATABASE_URL": database, "BROKER_URL": f"{broker}/0", "CACHE_URL": f"{broker}/1"}
        with charter(home, port, "make", "run", **named) as make:
            ready(make)
            assert not (home / "postgres").exists()
            assert not (home / "valkey").exists()
            with psycopg.connect(database) as connection:
                held = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
                assert held.fetchone() > (1,)
            make.kill()
            make.wait()
            assert wait_gone(home) == {}


def test_a_database_that_does_not_answer_is_named(home: Path) -> None:
    with charter(home, free_port(), DATABASE_URL="postgresql://charter@127.0.0.1:1/charter") as process:
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "PostgreSQL at DATABASE_URL does not answer" in said
    assert processes_of(home) == {}
