"""`manage.py verify_audit`: walk the chain of the audit log. Ends with 1 when something is wrong."""

from argparse import ArgumentParser
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.chain.anchors import anchors_in, kept_anchors
from registry.chain.state import ChainState, chain_state
from registry.chain.verifying import verify_audit


class Command(BaseCommand):
    help = (
        "Say whether the audit log is what was sealed, and at which row it first is not. "
        "Compares with the anchors that Charter keeps, with CHARTER_AUDIT_ANCHOR_FILE, and with files named here."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anchors", type=Path, nargs="+", default=[], help="files of anchors, kept elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        done = verify_audit(chain(kept_anchors(), *map(anchors_in, options["anchors"])))
        state = chain_state()
        for line in _said(state, done.anchors):
            self.stdout.write(line)
        if not done.is_sound:
            raise CommandError("\n".join(map(str, state.faults)), returncode=1)
        self.stdout.write("Nothing was changed, removed, inserted or moved.")


def _said(state: ChainState, anchors: int) -> list[str]:
    head = (
        f"{state.head.place:,} entries are sealed; the head is {state.head.hash}."
        if state.head
        else "Nothing is sealed."
    )
    since = f", the oldest since {state.waits_since:%Y-%m-%d %H:%M:%S} UTC" if state.waits_since else ""
    off = "" if state.is_anchored else " Anchoring is off: whoever owns the database could write the chain anew."
    return [head, f"{state.waiting:,} wait for their seal{since}.", f"Compared with {anchors:,} anchors.{off}"]
