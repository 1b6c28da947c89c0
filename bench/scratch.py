"""Databases that live as long as a benchmark, on the server that DATABASE_URL names."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from urllib.parse import urlsplit, urlunsplit

import django
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


@contextmanager
def filled_database(name: str, features: int) -> Iterator[str]:
    """A database with so many features of `bench.fill`."""
    with database(name) as url:
        command = [sys.executable, "-m", "bench.fill", str(features)]
        subprocess.run(command, check=True, env=environment(url), stdout=subprocess.DEVNULL)
        yield url


def run(
    bench: str, measure: Callable[[int], None], *, about: str | None, sizes: Sequence[int], unit: str, heading: str,
    made: Callable[[str, int], AbstractContextManager[str]] = lambda name, size: charter_database(name),
) -> None:  # fmt: skip
    """What `python -m bench.<bench>` does: `measure` each size in a process and on a database of its own.

    `made` makes the database of a name for a size. The process is the same command with `--step`.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=sizes, help=unit)
    parser.add_argument("--step", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.step is not None:
        django.setup()
        return measure(chosen.step)
    print(heading, flush=True)
    for size in chosen.sizes:
        with made(f"charter_bench_{bench}", size) as url:
            command = [sys.executable, "-m", f"bench.{bench}", "--step", str(size)]
            subprocess.run(command, check=True, env=environment(url))
    return None


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def environment(url: str) -> dict[str, str]:
    """Charter's settings for a process that works on this database, whose tasks nobody takes."""
    return os.environ | {"DATABASE_URL": url, "BROKER_URL": "memory://", "DJANGO_SETTINGS_MODULE": "portal.settings"}


def peak_megabytes() -> float:
    """Of this process, from Linux itself: getrusage would count the parent's memory too."""
    with open("/proc/self/status") as status:
        return int(status.read().partition("VmHWM:")[2].split()[0]) / 1024
