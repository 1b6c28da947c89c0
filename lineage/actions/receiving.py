"""Events are kept as they come, before anybody looks at what they say."""

from collections.abc import Sequence
from dataclasses import dataclass

from common.statements import execute_many
from lineage import notifications
from lineage.openlineage.admitting import Admitted

# The body says when it happened, so the same body always meets itself in the same partition.
_KEEP = """
INSERT INTO lineage_event
  (event_at, digest, kind, event_type, namespace, name, run, producer, size, warnings, sender, body)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Receipt:
    """How many of a batch are new, and how many had been kept before."""

    kept: int
    duplicates: int


def keep_events(events: Sequence[Admitted], *, sender: str) -> Receipt:
    """Keep the events durably, each once. They are folded soon after by a worker, now or when there is one again."""
    rows = [_row(one, sender) for one in sorted(events, key=lambda one: (one.event_at, one.digest))]
    # No transaction around it: what is kept of a batch stays kept when it is sent again, and a commit costs as much as
    # all the rest of a single event.
    if kept := execute_many(_KEEP, rows):
        notifications.fold_events()
    return Receipt(kept, len(events) - kept)


def _row(one: Admitted, sender: str) -> tuple:
    return (
        one.event_at, one.digest, one.kind, one.event_type, one.namespace, one.name, one.run, one.producer,
        len(one.body), list(one.warnings), sender, one.body.decode(),
    )  # fmt: skip
