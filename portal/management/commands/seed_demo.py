"""`manage.py seed_demo [--json]`: make the demo, or show how to come into the one there is."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal.demo import identities_path, seed


class Command(BaseCommand):
    help = "Make the demo: people by role, their teams, and a connection to a real Feast store."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print the identities as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        identities = seed()
        if options["json"]:
            self.stdout.write(json.dumps(identities, indent=2))
        else:
            self.stdout.write(f"The demo is in place. Logins and tokens: {identities_path()}")
