"""The embedded PostgreSQL: made, started, found again, and closed to those without its password."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from portal.embedded import postgres
from portal.embedded.children import Family
from portal.embedded.console import Refusal
from portal.embedded.place import socket_folder
from portal.embedded.testing import throwaway_postgres
from tests.portal.running import data_folder


@pytest.fixture
def new_home() -> Iterator[Path]:
    with data_folder() as folder:
        (folder / "logs").mkdir()
        yield folder


@pytest.fixture
def home(new_home: Path) -> Path:
    """A data folder whose cluster has been made, without waiting for the disk."""
    postgres.create(postgres.cluster_of(new_home), "--no-sync")
    return new_home


@pytest.fixture
def family() -> Iterator[Family]:
    started = Family()
    yield started
    started.stop()


def value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_it_lowers_letters_and_counts_in_utc_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/Chicago")
    monkeypatch.setenv("LANG", "C")
    with throwaway_postgres() as url:
        assert value(url, "SELECT lower('ÄÖ')") == "äö"
        assert value(url, "SHOW timezone") == "UTC"
        assert value(url, "SHOW server_encoding") == "UTF8"


def test_the_applications_role_owns_its_database_and_is_no_superuser() -> None:
    with throwaway_postgres() as url:
        assert value(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        for extension in ("pg_trgm", "unaccent", "btree_gin"):
            with psycopg.connect(url) as connection:
                connection.execute(f"CREATE EXTENSION {extension}")


def test_data_survive_a_restart(home: Path, family: Family) -> None:
    url = postgres.start(home, family)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert family.stop() == []
    assert postgres.start(home, family) == url
    assert value(url, "SELECT answer FROM kept") == 42


def test_it_listens_on_a_private_socket_alone_and_asks_for_the_password(home: Path, family: Family) -> None:
    url = postgres.start(home, family)
    assert value(url, "SHOW listen_addresses") == ""
    assert (home / "postgres").stat().st_mode & 0o777 == 0o700
    assert (home / "postgres-password").stat().st_mode & 0o777 == 0o600
    password = (home / "postgres-password").read_text()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(password, "guessed"))
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(url.replace(f":{password}", ""))


def test_an_interrupted_creation_is_begun_anew(new_home: Path, family: Family) -> None:
    half_made = new_home / "postgres" / "data.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    assert value(postgres.start(new_home, family), "SELECT 1") == 1
    assert not half_made.exists()


def test_a_pid_file_that_names_a_stranger_is_put_away(home: Path, family: Family) -> None:
    postgres.start(home, family)
    family.stop()
    (home / "postgres" / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n/nowhere\n")
    assert value(postgres.start(home, family), "SELECT 1") == 1


def test_a_server_left_behind_is_stopped_before_its_data_are_used(home: Path, family: Family) -> None:
    leftover = Family()
    postgres.start(home, leftover)
    try:
        assert value(postgres.start(home, family), "SELECT 1") == 1
        assert leftover.children[0].exit_code == 0
    finally:
        leftover.stop()


def test_data_of_another_major_version_are_refused_with_what_to_do(home: Path, family: Family) -> None:
    (home / "postgres" / "data" / "PG_VERSION").write_text("17\n")
    with pytest.raises(Refusal, match="written by PostgreSQL 17 .* docs/operations.md"):
        postgres.start(home, family)


def test_a_server_that_cannot_start_says_why(home: Path, family: Family) -> None:
    with (home / "postgres" / "data" / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(Refusal, match="no_such_setting"):
        postgres.start(home, family)


def test_a_long_path_gets_a_short_private_socket(tmp_path: Path) -> None:
    long = tmp_path / ("long" * 20)
    folder = socket_folder(long)
    try:
        assert len(str(folder)) < 40
        assert folder.stat().st_mode & 0o777 == 0o700
        folder.chmod(0o755)
        with pytest.raises(Refusal, match="belongs to somebody else"):
            socket_folder(long)
    finally:
        folder.rmdir()
