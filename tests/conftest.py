"""What every test can use: real services, and a cast of people by role.

PostgreSQL and Valkey are started once for the whole run, unless DATABASE_URL and BROKER_URL already name some.
"""

import os
import secrets
import tempfile
from pathlib import Path
from types import SimpleNamespace

import django
import pytest

import common.redis
from tests import migrated
from tests.receivers import mail_server, receiver  # noqa: F401  fixtures for every test
from tests.stores import stores  # noqa: F401

ROOT = Path(__file__).resolve().parents[1]
os.environ.setdefault("CHARTER_SECRET_KEY", secrets.token_urlsafe(40))
os.environ.setdefault("CHARTER_MODE", "single")
HOME = tempfile.TemporaryDirectory(prefix="charter-tests-")  # gone when this process ends
os.environ["CHARTER_HOME"] = HOME.name
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


def pytest_configure(config: pytest.Config) -> None:
    """Start the services before Django reads its settings; xdist's workers inherit the addresses."""
    if not hasattr(config, "workerinput") and not {"DATABASE_URL", "BROKER_URL"} <= os.environ.keys():
        from portal.embedded.testing import start_services

        os.environ.update(start_services())
        if config.getoption("dist", "no") != "no":
            migrated.begin()
    _own_databases_of_the_broker()
    django.setup()
    _leave_settings_to_workers(config)
    _static_files_from_their_folders()
    common.redis.PATIENCE = 30  # a busy machine must not look like a Redis that is away


def _own_databases_of_the_broker() -> None:
    """Each xdist worker has its own queue and cache: clearing one must not empty another's."""
    place = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) * 2
    for offset, name in enumerate(("BROKER_URL", "CACHE_URL")):
        server = os.environ[name].rpartition("/")[0]
        os.environ[name] = f"{server}/{place + offset + 2}"


def _leave_settings_to_workers(config: pytest.Config) -> None:
    """pytest-django loads settings at once where the environment names them: in a worker that inherits it, before the
    worker has databases of its own, so that all would share those of the first."""
    if not hasattr(config, "workerinput") and config.getoption("dist", "no") != "no":
        del os.environ["DJANGO_SETTINGS_MODULE"]


def _static_files_from_their_folders() -> None:
    """Nobody collects static files for a test."""
    from django.conf import settings

    settings.STATIC_ROOT = HOME.name
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.fixture(scope="session")
def migrated_template() -> str:
    """The database to copy where a test wants one of its own with Charter's tables: they need no migrating again."""
    return migrated.template()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, migrated_template: str) -> None:
    """Each worker's own database is a copy too."""
    from django.conf import settings

    settings.DATABASES["default"]["TEST"]["TEMPLATE"] = migrated_template


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """Let tests that commit clean up after themselves: production's audit log and its seals refuse TRUNCATE, always."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgname LIKE '%never_truncated%'")
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{name}"')
        # knox makes its own token table although ours takes its place, and it stands in the way of TRUNCATE.
        cursor.execute("DROP TABLE IF EXISTS knox_authtoken")


@pytest.fixture(scope="session")
def real_inputs() -> Path:
    """The folder of registries, tables and events written by others. Not part of the project."""
    folder = Path(os.environ.get("CHARTER_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"No real inputs at {folder}; set CHARTER_TEST_DATA to their folder.")
    return folder


@pytest.fixture(autouse=True, scope="session")
def _own_databases() -> None:
    """What one worker counts, another one must not clear."""
    from django.conf import settings

    assert settings.CACHES["default"]["LOCATION"] == os.environ["CACHE_URL"]


@pytest.fixture
def cast(db: None) -> SimpleNamespace:
    """One person for each role, and two teams; see tests/cast.py."""
    from tests.cast import make_cast  # its models cannot be imported before Django is set up

    return make_cast()


@pytest.fixture(autouse=True)
def _empty_cache(request: pytest.FixtureRequest) -> None:
    """No test sees what another one cached."""
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        from django.core.cache import cache

        cache.clear()
