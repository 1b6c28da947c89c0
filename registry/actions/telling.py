"""Telling people and programs: a message is written in the transaction of what it tells of, and sent after it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from registry.models import Delivery, Feature, Message, Team, User
from registry.notifications import send_messages
from registry.outbox.addressing import deliveries_for
from registry.outbox.letters import Letter


@transaction.atomic
def tell(
    event: str, *, key: str, title: str, letter: Letter, data: Mapping[str, Any], teams: Iterable[Team] = (),
    users: Iterable[User] = (), everybody: bool = False, feature: Feature | None = None, pages: bool = False,
    but: User | None = None,
) -> Message | None:  # fmt: skip
    """Write a message and where it goes. `key` makes it one: a message with a key that was used is not written again,
    and None returned. What is told to `everybody` is read by those who see the `feature`. Where it `pages`, somebody
    may be woken. A team's member who is `but` is not told."""
    said = {"event": event, "title": title[:300], "letter": letter.as_json, "data": dict(data), "feature": feature}
    message, is_new = Message.objects.get_or_create(key=key, defaults={**said, "is_for_everybody": everybody})
    if not is_new:
        return None
    teams = list(teams)
    message.teams.add(*teams)
    deliveries = deliveries_for(event, teams=teams, users=users, everybody=everybody, pages=pages, but=but)
    for one in deliveries:
        one.message = message
    Delivery.objects.bulk_create(deliveries)
    send_messages()
    return message
