"""Two roles: what serves may add to the audit log, and PostgreSQL refuses it everything else, triggers or not."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection

from registry.chain.grants import NoName, kept, roles_sql

ROOT = Path(__file__).resolve().parents[2]
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
OWNER, APP, COPY = f"charter_owner_{WORKER}", f"charter_app_{WORKER}", f"charter_roles_{WORKER}"
CHAIN = ("registry_auditentry", "registry_seal", "registry_anchor", "registry_verification")


def manage(url: str, *arguments: str, code: int = 0) -> str:
    env = os.environ | {"DATABASE_URL": url, "BROKER_URL": "memory://", "DATABASE_STATEMENT_TIMEOUT_MS": "0"}
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


REFUSED_ON_EACH = (
    "UPDATE {} SET {} = now()", "DELETE FROM {}", "TRUNCATE {}", "DROP TABLE {}", "ALTER TABLE {} DISABLE TRIGGER ALL",
    "ALTER TABLE {} DISABLE TRIGGER USER", "ALTER TABLE {} ADD COLUMN x int", "ALTER TABLE {} OWNER TO {app}",
    "CREATE RULE gone AS ON INSERT TO {} DO INSTEAD NOTHING",
    "CREATE TRIGGER t BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger()",
    "SELECT charter_drop_partition('{0}', '{0}')",
)  # fmt: skip
REFUSED = (
    "SET session_replication_role = replica", "SET ROLE {owner}", "DROP DATABASE {copy}",
    "CREATE TABLE public.x (y int)", "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DROP FUNCTION charter_make_partition", "ALTER ROLE {app} SUPERUSER", "CREATE ROLE other",
    "GRANT {owner} TO {app}", "DROP SCHEMA public CASCADE", "ALTER SYSTEM SET fsync = off",
    "REASSIGN OWNED BY {owner} TO {app}", "CREATE EXTENSION hstore", "DROP EXTENSION pg_trgm CASCADE",
    "DELETE FROM registry_featurekeptrow", "UPDATE django_migrations SET name = 'x'",
    "SELECT setval('registry_auditentry_id_seq', 1)",
)  # fmt: skip


def url(role: str, database: str) -> str:
    """Of a role without a password, on the server of the tests."""
    server = urlsplit(os.environ["DATABASE_URL"])
    at = server.netloc.rpartition("@")[2]
    return urlunsplit(server._replace(scheme="postgresql", netloc=f"{role}@{at}", path=f"/{database}"))


@pytest.fixture
def made(transactional_db: None) -> Iterator[SimpleNamespace]:
    """A copy of the tests' database, as one role has made it, given to two."""
    name, former = connection.settings_dict["NAME"], urlsplit(os.environ["DATABASE_URL"]).username
    connection.close()
    try:
        superuser = psycopg.connect(url("postgres", "postgres"), autocommit=True)
    except psycopg.OperationalError:
        pytest.skip("Roles are made by a superuser, who does not let us in at DATABASE_URL.")
    with superuser:
        superuser.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        superuser.execute(f'CREATE DATABASE {COPY} OWNER "{former}" TEMPLATE "{name}"')
        try:
            with psycopg.connect(url("postgres", COPY), autocommit=True) as there:
                for _ in range(2):  # safe to repeat
                    there.execute(roles_sql(OWNER, APP))
            yield SimpleNamespace(owner=url(OWNER, COPY), app=url(APP, COPY))
        finally:
            superuser.execute(f"DROP DATABASE {COPY} WITH (FORCE)")
            superuser.execute(f"DROP ROLE IF EXISTS {OWNER}, {APP}")


def statements() -> Iterator[str]:
    for table in CHAIN:
        moment = "ended_at" if table == "registry_verification" else "at"
        yield from (one.format(table, moment, app=APP) for one in REFUSED_ON_EACH)
    yield from (one.format(owner=OWNER, app=APP, copy=COPY) for one in REFUSED)


def not_refused(url: str) -> list[str]:
    """Which of them PostgreSQL lets this role do."""
    let = []
    for statement in statements():
        with psycopg.connect(url, autocommit=True) as connection:
            try:
                connection.execute(statement)
            except psycopg.Error as error:
                if not isinstance(error, psycopg.errors.InsufficientPrivilege | psycopg.errors.RaiseException):
                    let.append(f"{statement}: {error}")
            else:
                let.append(statement)
    return let


@pytest.mark.django_db(transaction=True)
def test_the_serving_role_adds_to_the_log_and_can_do_nothing_else_to_it(made: SimpleNamespace) -> None:
    assert not_refused(made.app) == []
    assert "adds to the audit log" in manage(made.app, "database_roles", "--check")
    assert f"{OWNER} could change" in manage(made.owner, "database_roles", "--check", code=1)
    manage(made.app, "shell", "-c", WORK)
    assert "1 entries are sealed" in manage(made.app, "verify_audit")
    _later_tables_are_served(made)


def _later_tables_are_served(made: SimpleNamespace) -> None:
    with psycopg.connect(made.owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE made_later (id bigserial)")
    with psycopg.connect(made.app) as connection:
        connection.execute("INSERT INTO made_later DEFAULT VALUES; UPDATE made_later SET id = 2")


def test_only_plain_names_are_written_into_sql() -> None:
    for owner, app in (('x"; DROP', "a"), ("a", "a"), ("A", "b"), ("", "b")):
        with pytest.raises(NoName):
            roles_sql(owner, app)


def test_history_is_only_added_to_as_well_and_decisions_are_kept() -> None:
    assert kept()["registry_auditentry"] == kept()["registry_seal"] == "UPDATE, DELETE"
    assert kept()["registry_featurekeptrow"] == "UPDATE, DELETE"
    assert kept()["governance_decision"] == "DELETE"
    assert "registry_feature" not in kept()


WORK = """
from common.statements import fetch
from django.utils import timezone
from lineage.actions.keeping import keep_events
from monitoring.tasks import keep_partitions
from registry.actions.people import add_member
from registry.chain.sealing import seal_waiting
from registry.models import Team, User
team = Team.objects.create(slug="t", name="T")
add_member(team, actor=None, user=User.objects.create(username="u"))
assert seal_waiting() == 1
keep_partitions()
keep_events(timezone.now())
for table in ("lineage_event", "monitoring_viewmeasurement"):
    month = f"{timezone.now():%Y%m}"
    fetch(f"SELECT * FROM {table}_{month}", [])
    fetch("SELECT charter_drop_partition(%s, %s)", [table, f"{table}_{month}"])
"""
