"""One database with Charter's tables for a whole run: migrating takes half a minute of a core, copying a moment.

The process that controls the run starts this as one of its own while the workers still collect; they copy what it
makes.
"""

import atexit
import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from bench import scratch

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "charter_migrated"
UNDER_WAY, FAILED = "charter_migrating", "charter_not_migrated"
ANNOUNCED = "CHARTER_TEST_TEMPLATE"  # in the environment of workers that can wait for one
PATIENCE = 600  # seconds


def begin() -> None:
    """Start migrating, and let the workers know that it is worth waiting for."""
    os.environ[ANNOUNCED] = TEMPLATE
    program = subprocess.Popen([sys.executable, "-m", "tests.migrated"], cwd=ROOT)
    atexit.register(_end, program)


def _end(program: subprocess.Popen[bytes]) -> None:
    program.kill()
    program.wait()


def template() -> str:
    """The name of a database to copy: with Charter's tables once they are there, or else an empty one."""
    if ANNOUNCED not in os.environ:
        return "template0"
    until = time.monotonic() + PATIENCE
    with psycopg.connect(scratch.address("postgres"), autocommit=True) as server:
        while not (found := _present(server)) and time.monotonic() < until:
            time.sleep(0.2)
    if found != TEMPLATE:
        raise RuntimeError("The migrations failed, or took longer than ten minutes: what they said is above.")
    return found


def _present(server: psycopg.Connection) -> str:
    query = "SELECT datname FROM pg_database WHERE datname IN (%s, %s)"
    found = server.execute(query, (TEMPLATE, FAILED)).fetchone()
    return str(found[0]) if found else ""


def _migrate() -> None:
    with psycopg.connect(scratch.address("postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {UNDER_WAY} TEMPLATE template0")
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        done = subprocess.run(command, env=scratch.environment(scratch.address(UNDER_WAY)), check=False)
        server.execute(f"ALTER DATABASE {UNDER_WAY} RENAME TO {FAILED if done.returncode else TEMPLATE}")


if __name__ == "__main__":
    _migrate()
