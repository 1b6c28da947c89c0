"""Migrations: complete, and safe to run beside the release before them."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django_migration_linter import MigrationLinter

ROOT = Path(__file__).resolve().parents[1]
APPS = [app for app in ("registry", "monitoring", "lineage", "governance") if (ROOT / app / "migrations").is_dir()]


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


@pytest.mark.django_db
def test_later_migrations_lock_nothing_for_long(capsys: pytest.CaptureFixture[str]) -> None:
    """An app's first migration meets an empty database, where nothing can be locked or lost."""
    linter = MigrationLinter(str(ROOT), include_apps=APPS, no_cache=True, ignore_initial_migrations=True)
    linter.lint_all_migrations()
    assert not linter.has_errors, capsys.readouterr().out
