"""A backup that was never restored is a hope: these are."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from portal.embedded import backup, postgres, preflight
from portal.embedded.children import Family
from portal.embedded.console import Refusal
from portal.embedded.environment import child_environment, write_run_file
from tests.portal.running import data_folder


@pytest.fixture
def home() -> Iterator[Path]:
    """An installation with something in its database."""
    with data_folder() as folder:
        (folder / "logs").mkdir()
        family = Family()
        postgres.create(postgres.cluster_of(folder), "--no-sync")
        with psycopg.connect(postgres.start(folder, family)) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
            connection.execute("CREATE TABLE kept AS SELECT 'Ätna' AS name")
            connection.execute("CREATE TABLE django_migrations ()")
        family.stop()
        for name in ("secret_key", "encryption_key"):
            (folder / name).write_text(f"{name} of old")
        yield folder


def test_what_was_backed_up_comes_back_with_its_keys(home: Path, tmp_path: Path) -> None:
    backup.save(home, tmp_path / "backup")
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o700
    with data_folder() as new_home:
        backup.restore(new_home, tmp_path / "backup")
        assert (new_home / "encryption_key").read_text() == "encryption_key of old"
        assert (new_home / "encryption_key").stat().st_mode & 0o777 == 0o600
        family = Family()
        with psycopg.connect(postgres.start(new_home, family)) as connection:
            assert connection.execute("SELECT name, similarity(name, 'Ätna') FROM kept").fetchone() == ("Ätna", 1.0)
        family.stop()


def test_a_running_installation_is_backed_up_without_stopping_it(home: Path, tmp_path: Path) -> None:
    family = Family()
    with preflight.lock(home):
        url = postgres.start(home, family)
        services = {"DATABASE_URL": url, "BROKER_URL": "redis://unused", "CACHE_URL": "redis://unused"}
        write_run_file(home, child_environment(home, "127.0.0.1", 8000, services))
        backup.save(home, tmp_path / "backup")
        assert family.children[0].is_running
        assert (tmp_path / "backup" / "charter.dump").stat().st_size > 1000
    family.stop()


def test_nothing_is_overwritten(home: Path, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="is there already"):
        backup.save(home, tmp_path)
    (tmp_path / "charter.dump").touch()
    with pytest.raises(Refusal, match="there are data in"):
        backup.restore(home, tmp_path)
    assert (home / "secret_key").read_text() == "secret_key of old"


def test_a_broken_dump_is_refused_in_pg_restores_words(tmp_path: Path) -> None:
    (tmp_path / "charter.dump").write_text("no dump")
    with data_folder() as new_home:
        for _ in range(2):  # the failed one is no obstacle for the next
            with pytest.raises(Refusal, match="pg_restore failed: .*not appear to be a valid archive"):
                backup.restore(new_home, tmp_path)


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="there is no charter.dump"):
        backup.restore(tmp_path, tmp_path / "nowhere")
    with pytest.raises(Refusal, match="there is no database of `make run`"):
        backup.save(tmp_path, tmp_path / "backup")
