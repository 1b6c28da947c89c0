"""Migrations: none is missing, and none stops the release that still runs while it is applied."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django_migration_linter import MigrationLinter
from django_migration_linter.sql_analyser import analyse_sql_statements

# The last migration of each app that can stop nobody: those of the first release, and one that makes an app's first
# tables, which no release before it reads.
HARMLESS = {"registry": 2, "monitoring": 2, "lineage": 2, "governance": 1}
# These make tables of their own by SQL, for want of partitions in Django; the linter takes their way back for a danger.
OWN_TABLES = {
    ("monitoring", "0010_tables_of_days_and_drift"), ("monitoring", "0012_table_of_skew"),
    ("monitoring", "0021_adopted"), ("monitoring", "0023_serving"),
}  # fmt: skip


def number(name: str) -> int:
    return int(name.partition("_")[0])


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_the_running_release_survives_each_migration(capsys: pytest.CaptureFixture[str]) -> None:
    linter = MigrationLinter(include_apps=[app for app in HARMLESS if apps.is_installed(app)], no_cache=True)
    linter.all_warnings_as_errors = True
    for app, name in linter.migration_loader.disk_migrations:
        if app in HARMLESS and number(name) > HARMLESS[app] and (app, name) not in OWN_TABLES:
            linter.lint_migration(linter.migration_loader.disk_migrations[app, name])
    assert not linter.has_errors, capsys.readouterr().out


@pytest.mark.django_db
def test_the_linter_knows_our_database_engine() -> None:
    """It chooses its rules by the engine's name, which here is django-prometheus's."""
    linter = MigrationLinter(no_cache=True)
    errors, _, _ = analyse_sql_statements(
        linter.sql_analyser_class, ['ALTER TABLE "registry_feature" DROP COLUMN "search"']
    )
    assert [issue.code for issue in errors] == ["DROP_COLUMN"]
