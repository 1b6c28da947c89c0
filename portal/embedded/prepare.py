"""What has to be true before Charter serves: static files collected, database shaped, demo loaded."""

import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg

from portal.embedded.children import Child, Family
from portal.embedded.console import Refusal, step

ROOT = Path(__file__).resolve().parents[2]


def manage(home: Path, env: Mapping[str, str], *command: str) -> Child:
    """One management command as a child, its output in a log of its own."""
    full = [sys.executable, "manage.py", *command]
    return Child(command[0], full, home / "logs" / f"{command[0]}.log", env, cwd=ROOT)


def is_empty(database_url: str) -> bool:
    """Has nobody ever migrated this database? Only such a one gets demo data: never a database with somebody's own."""
    try:
        with psycopg.connect(database_url, connect_timeout=10) as connection:
            row = connection.execute("SELECT to_regclass('django_migrations') IS NULL").fetchone()
    except psycopg.OperationalError as error:
        raise Refusal(f"PostgreSQL at DATABASE_URL does not answer: {str(error).strip()}") from error
    return bool(row and row[0])


def shape_database(home: Path, env: Mapping[str, str], family: Family) -> None:
    """Migrate, and load the demo into a database that was empty, also when a first start was interrupted half-way."""
    demo_pending = home / "demo-pending"
    if is_empty(env["DATABASE_URL"]):
        demo_pending.touch()
    step("Bringing the database up to date")
    family.run(manage(home, env, "migrate", "--no-input"), "bringing the database up to date")
    if demo_pending.exists():
        step("Loading the demo (first start only)")
        family.run(manage(home, env, "seed_demo"), "loading the demo")
        demo_pending.unlink()
