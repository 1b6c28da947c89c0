"""Installing twice is harmless; an old demo, or one of another build, is replaced in one step."""

import shutil
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from demo.install import STORE, install, refresh
from tests.demo.conftest import NOW


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "var" / "demo"


def test_a_young_demo_is_left_alone(home: Path) -> None:
    first = install(STORE, home, NOW)
    touched = (home / "registry.db").stat().st_mtime_ns
    second = install(STORE, home, NOW + timedelta(days=6))
    assert (first.is_new, second.is_new) == (True, False)
    assert second.anchored_at == first.anchored_at
    assert (home / "registry.db").stat().st_mtime_ns == touched


def test_an_old_demo_is_moved_forward(home: Path) -> None:
    install(STORE, home, NOW)
    later = NOW + timedelta(days=7)
    again = install(STORE, home, later)
    assert again.is_new
    assert again.anchored_at == later.replace(microsecond=0)


def test_the_age_that_counts_as_old_can_be_given(home: Path) -> None:
    install(STORE, home, NOW)
    assert not install(STORE, home, NOW + timedelta(hours=1), refresh_after=timedelta(hours=2)).is_new
    assert install(STORE, home, NOW + timedelta(hours=2), refresh_after=timedelta(hours=2)).is_new


def test_refresh_replaces_whatever_is_in_place_and_leaves_nothing_beside_it(home: Path) -> None:
    install(STORE, home, NOW)
    (home / "stray").touch()
    refresh(STORE, home, NOW)
    assert not (home / "stray").exists()
    assert [path.name for path in home.parent.iterdir()] == ["demo"]


def test_another_build_of_the_store_replaces_the_one_in_place(home: Path, tmp_path: Path) -> None:
    install(STORE, home, NOW)
    rebuilt = shutil.copytree(STORE, tmp_path / "rebuilt")
    with sqlite3.connect(rebuilt / "registry.db") as connection:
        connection.execute("DELETE FROM permissions")
    connection.close()
    assert install(rebuilt, home, NOW).is_new


def test_the_urls_open(home: Path) -> None:
    demo = install(STORE, home, NOW)
    for url, table in ((demo.registry_url, "feature_views"), (demo.online_url, "flights_origin_delay_hourly")):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        connection.close()
        assert count > 0


def test_a_moment_without_a_time_zone_is_refused(home: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        install(STORE, home, datetime(2026, 11, 20, 9, 30))
