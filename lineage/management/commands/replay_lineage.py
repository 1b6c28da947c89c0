"""`manage.py replay_lineage`: fold the events that are kept once more."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lineage.actions.replaying import Incomplete, replay


class Command(BaseCommand):
    help = "Make the lineage graph anew from the events that are kept. Safe to repeat, and while events come in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from-nothing", action="store_true", help="forget first what events have added up to")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = replay(from_nothing=options["from_nothing"])
        except Incomplete as error:
            raise CommandError(f"{error} Replay without --from-nothing: nothing is lost then.") from None
        self.stdout.write(f"{count:,} events were folded again.")
