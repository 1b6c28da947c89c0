"""Webhooks: made, changed, given a new key, tried, taken away. Their addresses and keys are sealed at once."""

import base64
import secrets
from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import uuid4

from django.utils import timezone

from registry.actions.action import Note, action, invalid, lock
from registry.choices import Channel, DeliveryState, HookKind
from registry.models import Delivery, Message, Team, User, Webhook
from registry.models.messages import BOTH_KEYS_FOR
from registry.notifications import send_messages
from registry.outbox.events import ASKED_FOR, EVENTS
from registry.outbox.letters import Letter
from registry.secrets import seal, unseal

LONGEST_ADDRESS, LONGEST_KEY, MOST_HOOKS = 2_000, 100, 50


@action("registry.create_webhook")
def create_webhook(
    team: Team | None, note: Note, *, actor: User, name: str, kind: str, url: str, events: Sequence[str] = (),
    routing_key: str = "",
) -> tuple[Webhook, str]:  # fmt: skip
    """A new webhook of a team, or without one of everybody. Returns it and its signing key, which is never shown
    again; only those that are signed have one. `routing_key` is what PagerDuty knows the service by."""
    if Webhook.objects.filter(team=team).count() >= MOST_HOOKS:
        raise invalid(team=f"At most {MOST_HOOKS} webhooks. Remove one that is not used.")
    key = new_key() if _kind(kind) == HookKind.STANDARD else ""
    hook = Webhook(team=team, name=_name(name), kind=kind, events=_events(events), created_by=actor)
    _seal(hook, url, {"key": key or _routing_key(kind, routing_key)})
    hook.save(force_insert=True)
    note.subject = hook
    note.changes = {"host": [None, hook.host], "events": [None, list(hook.events)]}
    return hook, key


@action("registry.change_webhook")
def change_webhook(
    hook: Webhook, note: Note, *, actor: User, name: str | None = None, url: str | None = None,
    events: Sequence[str] | None = None, is_on: bool | None = None,
) -> Webhook:  # fmt: skip
    """What is left out stays. Switching it on again forgets why it was off."""
    row: Webhook = lock(hook)
    if name is not None:
        note.change("name", row.name, _name(name))
        row.name = _name(name)
    if events is not None:
        note.change("events", row.events, _events(events))
        row.events = _events(events)
    if url is not None:
        before = row.host
        _seal(row, url, unseal(bytes(row.sealed), bound_to=row.bound_to))
        note.changes["host"] = [before, row.host]
    if is_on is not None and is_on == (row.disabled_at is not None):
        note.change("is_on", not is_on, is_on)
        row.disabled_at = None if is_on else timezone.now()
        row.disabled_because = "" if is_on else f"{actor} switched it off."
    row.save()
    return row


@action("registry.change_webhook")
def renew_key(hook: Webhook, note: Note, *, actor: User) -> str:
    """Make a new signing key and return it. For a day everything is signed with both."""
    row: Webhook = lock(hook)
    if row.kind != HookKind.STANDARD:
        raise invalid(kind="Only signed webhooks have a key.")
    held, key = unseal(bytes(row.sealed), bound_to=row.bound_to), new_key()
    row.sealed = seal(held | {"key": key, "former_key": held["key"]}, bound_to=row.bound_to)
    row.both_until = timezone.now() + BOTH_KEYS_FOR
    row.save(update_fields=["sealed", "both_until"])
    note.changes = {"key": ["", "renewed"]}
    return key


@action("registry.remove_webhook")
def remove_webhook(hook: Webhook, note: Note, *, actor: User) -> None:
    """Nothing is sent there any more, and what was sent there is forgotten."""
    note.changes = {"host": [hook.host, None]}
    lock(hook).delete()


@action("registry.change_webhook")
def try_webhook(hook: Webhook, note: Note, *, actor: User) -> Message:
    """Send a message that says no more than that it arrived."""
    letter = Letter(paragraphs=("If you can read this, the webhook works.",), why=f"{actor} pressed Test.")
    message = Message.objects.create(
        key=f"webhook.test {uuid4()}", event="webhook.test", title="A test from Charter", letter=letter.as_json,
        data={"webhook": str(hook.pk)},
    )  # fmt: skip
    Delivery.objects.create(message=message, channel=Channel.HOOK, webhook=hook)
    send_messages()
    note.changes = {"test": ["", message.pk]}
    return message


@action("registry.redeliver")
def redeliver(delivery: Delivery, note: Note, *, actor: User) -> Delivery:
    """Send it again, with the same number, from the first try on."""
    row: Delivery = lock(delivery)
    if row.state == DeliveryState.WAITING and row.due_at <= timezone.now():
        raise invalid(delivery="It is on its way already.")
    note.change("state", row.state, DeliveryState.WAITING.value)
    row.state, row.due_at, row.attempts = DeliveryState.WAITING, timezone.now(), 0
    row.save(update_fields=["state", "due_at", "attempts"])
    send_messages()
    return row


def new_key() -> str:
    """A signing key as Standard Webhooks writes them: 32 random bytes."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _seal(hook: Webhook, url: str, held: dict[str, str]) -> None:
    parts = urlsplit(url.strip())
    if len(url) > LONGEST_ADDRESS or parts.scheme not in ("http", "https") or not parts.hostname:
        raise invalid(url="Write a whole address, such as https://hooks.example.com/charter.")
    if parts.username or parts.password:
        raise invalid(url="Leave user and password out of the address; what is secret belongs into its path.")
    hook.host = parts.hostname[:255]
    hook.sealed = seal(held | {"url": url.strip()}, bound_to=hook.bound_to)


def _name(name: str) -> str:
    if not 0 < len(name.strip()) <= 120:
        raise invalid(name="1 to 120 characters.")
    return name.strip()


def _kind(kind: str) -> str:
    if kind not in HookKind.values:
        raise invalid(kind=f"Choose from {', '.join(HookKind.values)}.")
    return kind


def _routing_key(kind: str, key: str) -> str:
    if (kind == HookKind.PAGERDUTY) != bool(key.strip()):
        raise invalid(routing_key="The integration key of a service in PagerDuty; nothing else has one.")
    if len(key) > LONGEST_KEY:
        raise invalid(routing_key=f"At most {LONGEST_KEY} characters.")
    return key.strip()


def _events(events: Sequence[str]) -> list[str]:
    offered = sorted(EVENTS.keys() - ASKED_FOR)
    if unknown := sorted(set(events) - set(offered)):
        raise invalid(events=f"There is no event {unknown[0]}. Choose from {', '.join(offered)}.")
    return sorted(set(events))
