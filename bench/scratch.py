"""Databases that live as long as a benchmark, on the server that DATABASE_URL names."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg

DEFAULT_URL = "postgresql://127.0.0.1:5432/charter"


def address(name: str) -> str:
    """The URL of another database on the same server, by the same user."""
    server = urlsplit(os.environ.get("DATABASE_URL", DEFAULT_URL))
    return urlunsplit(server._replace(scheme="postgresql", path=f"/{name}"))


@contextmanager
def database(name: str, *, template: str = "template0") -> Iterator[str]:
    """A new database and its URL; dropped afterwards. One of that name is thrown away first."""
    with psycopg.connect(address("postgres"), autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield address(name)
        finally:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def charter_database(name: str) -> Iterator[str]:
    """A database with Charter's tables, all empty. It also serves as a template for others, migrated once."""
    with database(name) as url:
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], check=True, env=environment(url))
        yield url


def measure_each(bench: str, sizes: Sequence[int]) -> None:
    """Run `python -m bench.<bench> --step SIZE` for each size, on a database of its own with Charter's tables."""
    for size in sizes:
        with charter_database(f"charter_bench_{bench}") as url:
            command = [sys.executable, "-m", f"bench.{bench}", "--step", str(size)]
            subprocess.run(command, check=True, env=environment(url))


def environment(url: str) -> dict[str, str]:
    """Charter's settings for a process that works on this database, whose tasks nobody takes."""
    return os.environ | {"DATABASE_URL": url, "BROKER_URL": "memory://", "DJANGO_SETTINGS_MODULE": "portal.settings"}


def peak_megabytes() -> float:
    """Of this process, from Linux itself: getrusage would count the parent's memory too."""
    with open("/proc/self/status") as status:
        return int(status.read().partition("VmHWM:")[2].split()[0]) / 1024
