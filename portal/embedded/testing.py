"""A PostgreSQL and a Valkey to be thrown away, for tests: real ones, made in a second, gone with their process.

Whoever reaches PostgreSQL's socket is trusted (its folder lets only its user in), and nothing is ever flushed to disk:
never for data that anybody wants to keep.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from portal.embedded import postgres, valkey
from portal.embedded.children import Family
from portal.embedded.place import own_folder
from portal.embedded.postgres import Cluster

UNSAFE_AND_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
PREFIX = "charter-test-"
CELERY_AND_CACHE = ("BROKER_URL", "CACHE_URL")  # in the order of their databases


def start_services(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Start what `environ` does not name yet of DATABASE_URL, BROKER_URL and CACHE_URL, and return these addresses.

    For `pytest_configure` of the process that controls the xdist workers. The servers stop when that process ends.
    """
    running, started = ExitStack(), {}
    atexit.register(running.close)
    if "DATABASE_URL" not in environ:
        started["DATABASE_URL"] = running.enter_context(throwaway_postgres())
    if not set(CELERY_AND_CACHE) <= set(environ):
        url = running.enter_context(throwaway_valkey())
        started |= {name: f"{url}/{database}" for database, name in enumerate(CELERY_AND_CACHE) if name not in environ}
    return started


@contextmanager
def throwaway_postgres(*settings: str, port: int = postgres.PORT) -> Iterator[str]:
    """The URL of a new server's database `charter`, as its owner. Extra settings are given as `name=value`.

    Nothing listens on TCP, unless `listen_addresses` says so: then at `port`, for whoever is on this machine.
    """
    with _folder_and_family() as (folder, family):
        options = (*UNSAFE_AND_FAST, *settings)
        cluster = Cluster(postgres.find_programs(), folder, folder / "log", settings=options, port=port)
        postgres.create(cluster, "--no-sync")
        postgres.launch(cluster, family)
        postgres.create_database(cluster, password="unused")  # noqa: S106 - the socket is trusted
        yield cluster.url(postgres.ROLE, postgres.DATABASE, "")


@contextmanager
def throwaway_valkey() -> Iterator[str]:
    """`redis://:password@127.0.0.1:port` of a new, empty server that keeps nothing."""
    with _folder_and_family() as (folder, family):
        yield valkey.start(folder, folder / "log", family, valkey.FORGETFUL)


@contextmanager
def _folder_and_family() -> Iterator[tuple[Path, Family]]:
    _sweep()
    folder = own_folder(Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir="/tmp")))  # noqa: S108 - mode 700
    family = Family()
    try:
        yield folder, family
    finally:
        family.stop()
        shutil.rmtree(folder)


def _sweep() -> None:
    """Remove the folders of processes that were killed; their servers ended with them."""
    for folder in Path("/tmp").glob(f"{PREFIX}*"):  # noqa: S108
        pid = folder.name.removeprefix(PREFIX).partition("-")[0]
        if not Path(f"/proc/{pid}").exists():
            shutil.rmtree(folder, ignore_errors=True)
