"""What has happened, for programs that ask instead of being called: in one order, a page after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Min

from registry.models import Actor, Message
from registry.outbox.letters import as_event
from registry.queries.named import versions_named


class NotKept(Exception):
    """Something may have been missed: what came after that cursor is not all here."""


@dataclass(frozen=True, slots=True)
class Events:
    """Events as webhooks get them, each with its `id`. `after` is where to go on, at the end too."""

    data: list[dict[str, Any]]
    after: int
    has_more: bool


def events_after(actor: Actor, after: int | None, *, limit: int) -> Events:
    """What the actor may see of what came after a place, or since the oldest event that is kept. Raises NotKept."""
    kept = Message.objects.aggregate(first=Min("place"), last=Max("place"))
    first, last = kept["first"] or 1, kept["last"] or 0
    if after is not None and not first - 1 <= after <= last:
        raise NotKept
    # Not beyond `last`, which was asked first: what gets a place meanwhile is for the next page.
    held = Message.objects.visible_to(actor).filter(place__gt=after or 0, place__lte=last).order_by("place")
    rows = list(held.defer("letter", "title")[: limit + 1])
    has_more = len(rows) > limit
    rows = rows[:limit]
    return Events(_shown(rows, actor), rows[-1].place or last if has_more else last, has_more)


def _shown(rows: Sequence[Message], actor: Actor) -> list[dict[str, Any]]:
    """A replacement in a project that is hidden from the actor is not named."""
    names = {str(row.data["replacement"]) for row in rows if row.data.get("replacement")}
    hidden = {one.reference for one in versions_named(sorted(names), actor) if not one.is_there}
    events = [{"id": row.public_id, **as_event(row)} for row in rows]
    for event in events:
        if event["data"].get("replacement") in hidden:
            event["data"] = event["data"] | {"replacement": ""}
    return events
