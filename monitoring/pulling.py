"""What pulls tell of the stores that they read: verdicts on connections, and on views that could not be read.

Everything is read off the last pulls, so that whoever looks again finds the same, and a killed worker loses nothing.
What a store answered is told on the page of the pull, to those who may see it, and nowhere else.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.statements import fetch
from monitoring.models import Origin
from monitoring.readings import Reading, Subject
from registry.choices import PullKind, PullState
from registry.models import Connection, FeatureView, Pull
from registry.stores import pulls_of

OFFLINE, ONLINE = "offline store", "online store"
STORES = {Origin.SOURCE.value: OFFLINE, Origin.SERVED.value: ONLINE}
# As many views that cannot be read, and none that can, are a store that cannot be read.
AWAY_FROM = 3
_LAST = """
SELECT asked.connection, asked.kind, pull.id, pull.state, pull.finished_at, pull.counts, pull.stores
FROM unnest(%s::bigint[], %s::text[]) AS asked(connection, kind)
CROSS JOIN LATERAL (
  SELECT id, state, finished_at, ARRAY(SELECT jsonb_object_keys(counts)) AS counts,
         ARRAY(SELECT error ->> 'store' FROM jsonb_array_elements(errors) AS error WHERE error ? 'store') AS stores
  FROM registry_pull
  WHERE connection_id = asked.connection AND kind = asked.kind AND state IN ('succeeded', 'partial', 'failed')
  ORDER BY id DESC LIMIT 5
) AS pull
ORDER BY asked.connection, asked.kind, pull.id DESC
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """A pull that has ended, and which stores it found away."""

    id: int
    state: str
    at: datetime
    counts: Sequence[str]
    stores: Sequence[str]

    @property
    def has_failed(self) -> bool:
        return self.state == PullState.FAILED


def of_pulls(known: Collection[tuple[str, str]]) -> Iterator[Reading]:
    """Verdicts of the last pulls of every connection that is on. `known` are breaches that may be over."""
    asked = [(one.pk, kind) for one in Connection.objects.filter(is_enabled=True) for kind in pulls_of(one.kind)]
    found: dict[tuple[int, str], list[Ended]] = defaultdict(list)
    for connection, kind, *pull in fetch(_LAST, [[one for one, _ in asked], [kind for _, kind in asked]]):
        found[connection, kind].append(Ended(*pull))
    for (connection, kind), pulls in found.items():
        yield _of_pull(connection, kind, pulls)
        if kind == PullKind.MEASUREMENTS and not pulls[0].has_failed:
            yield from _of_stores(connection, pulls, known)


def _of_pull(connection: int, kind: str, pulls: Sequence[Ended]) -> Reading:
    newest = pulls[0]
    subject = Subject(f"pull {connection} {kind}", connection=connection)
    in_a_row = _in_a_row([pull.has_failed for pull in pulls])
    return Reading("pull", subject, newest.has_failed, newest.at, f"Pulling its {kind} failed.", in_a_row)


def _of_stores(connection: int, pulls: Sequence[Ended], known: Collection[tuple[str, str]]) -> Iterator[Reading]:
    newest = pulls[0]
    errors: list[dict[str, Any]] = Pull.objects.values_list("errors", flat=True).get(pk=newest.id)
    for origin, store in STORES.items():
        unread = {int(one["view"]) for one in errors if one.get("origin") == origin}
        has_read_none = len(unread) >= AWAY_FROM and f"{origin}_readings" not in newest.counts
        is_away = store in newest.stores or has_read_none
        in_a_row = 0 if has_read_none else _in_a_row([store in pull.stores for pull in pulls if not pull.has_failed])
        subject = Subject(f"store {connection} {store}", connection=connection)
        yield Reading("store", subject, is_away, newest.at, f"The {store} could not be read.", in_a_row)
        if not is_away:
            yield from _of_unread(connection, origin, unread, newest.at, known)


def unread_view(view: int, origin: str) -> Subject:
    return Subject(f"view {view} {origin}", view=view)


def _of_unread(
    connection: int, origin: str, unread: set[int], at: datetime, known: Collection[tuple[str, str]]
) -> Iterator[Reading]:
    """Views that could not be read, and of those that could not be read before, those that could."""
    place = "source" if origin == Origin.SOURCE else "online store"
    for view in sorted(unread):
        yield Reading("unreadable", unread_view(view, origin), True, at, f"Its {place} could not be read.")
    before = [int(text.split()[1]) for text, kind in known if kind == "unreadable" and text.endswith(f" {origin}")]
    mine = FeatureView.objects.present().filter(connection=connection, pk__in=set(before) - unread)
    for view in mine.values_list("pk", flat=True) if before else ():
        yield Reading("unreadable", unread_view(view, origin), False, at)


def _in_a_row(bad: Sequence[bool]) -> int:
    """How many agree with the first."""
    return next((place for place, one in enumerate(bad) if one != bad[0]), len(bad))
