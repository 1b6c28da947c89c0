"""`manage.py database_roles`: the SQL that lets web and workers add to the audit log and no more."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.chain.grants import NoName, may_change_log, roles_sql


class Command(BaseCommand):
    help = (
        "Print SQL, to be run by a superuser, that makes a role which owns the database and runs migrate, and one "
        "without its rights for everything else. With --check, say what the role of DATABASE_URL may do: 1 when it "
        "could change the audit log."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--owner", default="charter_owner", help="who owns tables and migrates")
        parser.add_argument("--app", default="charter_app", help="who serves")
        parser.add_argument("--check", action="store_true", help="print nothing to run, look at our own role")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self._check()
            return
        try:
            self.stdout.write(roles_sql(options["owner"], options["app"]))
        except NoName as error:
            raise CommandError(str(error)) from None

    def _check(self) -> None:
        role, may = may_change_log()
        if may:
            raise CommandError(f"The role {role} could change the audit log: docs/operations.md says how it cannot.")
        self.stdout.write(f"The role {role} adds to the audit log and can change nothing in it.")
