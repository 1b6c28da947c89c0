"""Connections: made, changed, tested, previewed. Secrets go in and never come out."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from common.logs import HIDDEN, scrub
from connectors.records import ConnectorError, Right
from registry import stores
from registry.actions.action import Note, action, allow, invalid, lock
from registry.choices import PullKind
from registry.models import Connection, Team, User
from registry.secrets import holds_secret, is_reference, seal, unseal

LONGEST_SLUG = 80
SHORTEST_INTERVAL, LONGEST_INTERVAL = timedelta(minutes=1), timedelta(days=31)
_READERS: tuple[tuple[str, Callable[[Connection], Any]], ...] = (
    ("Registry", stores.definition_reader), ("Offline store", stores.offline_reader),
    ("Online store", stores.online_reader), ("Figures of serving", stores.metrics_reader),
)  # fmt: skip
_LINEAGE_READERS = (("Service", stores.lineage_reader),)
_OPTIONS = {"project_prefix", "projects"}
_CHANGEABLE = ("name", "owner", "is_enabled", "definitions_every", "measurements_every")


@action("registry.create_connection")
def create_connection(
    team: Team | None, note: Note, *, actor: User | None, name: str, kind: str = "feast", addresses: Mapping[str, str],
    options: Mapping[str, Any] | None = None, definitions_every: timedelta | None = None,
    measurements_every: timedelta | None = None,
) -> Connection:  # fmt: skip
    """Connect a store for `team` (or for nobody yet). Its first pulls are due at once.

    `addresses` are those of its kind in `stores.ADDRESSES`. Plain passwords in them are encrypted.
    """
    if kind not in stores.ADDRESSES:
        raise invalid(kind=f"Choose one of: {', '.join(stores.ADDRESSES)}.")
    slug = slugify(name)[:LONGEST_SLUG]
    if not slug:
        raise invalid(name="Give it a name with letters or digits.")
    connection = Connection(slug=slug, name=name.strip(), kind=kind, owner=team)
    _set_addresses(connection, addresses, options or {})
    _set_intervals(connection, {"definitions_every": definitions_every, "measurements_every": measurements_every})
    if not connection.settings.get(first := stores.needed(kind)):
        raise invalid(**{first: f"Say where it is. {stores.ADDRESSES[kind][first]}."})
    try:
        with transaction.atomic():
            connection.save()
    except IntegrityError:
        raise invalid(name=f"There is already a connection called {slug}. Choose another name.") from None
    note.subject = connection
    note.changes["addresses"] = [None, connection.settings]
    return connection


@action("registry.change_connection")
def change_connection(
    connection: Connection, note: Note, *, actor: User | None, addresses: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None, **changes: Any,
) -> Connection:  # fmt: skip
    """Change name, owner, on/off, intervals or addresses. An address left out keeps its value and its secret."""
    unknown = set(changes) - set(_CHANGEABLE)
    if unknown:
        raise invalid(**dict.fromkeys(unknown, f"This cannot be changed. Choose from: {', '.join(_CHANGEABLE)}."))
    row: Connection = lock(connection)
    if addresses or options is not None:
        before = dict(row.settings)
        _set_addresses(row, addresses or {}, options if options is not None else before)
        note.change("settings", before, row.settings)
        row.change_token = ""  # another place may hold other things under the same token
    _set_intervals(row, changes)
    for name in {"name", "owner", "is_enabled"} & changes.keys():
        note.change(name, getattr(row, name), changes[name])
        setattr(row, name, changes[name])
    row.failures, row.open_until = 0, None
    row.save()
    return row


def test_connection(connection: Connection, *, actor: User | None) -> list[Right]:
    """Try each right the connection needs, one line each. Changes nothing."""
    allow(actor, "registry.test_connection", connection)
    rights: list[Right] = []
    for name, opened in _READERS if PullKind.DEFINITIONS in stores.pulls_of(connection.kind) else _LINEAGE_READERS:
        try:
            reader = opened(connection)
            tried = reader.test() if reader else []
        except ConnectorError as error:
            tried = [Right("open", False, str(error), error.fix)]
        rights += [Right(f"{name}: {right.name}", right.ok, scrub(right.detail), right.fix) for right in tried]
    return rights


# pytest would take it for a test.
test_connection.__test__ = False  # type: ignore[attr-defined]


def _set_addresses(connection: Connection, addresses: Mapping[str, str], options: Mapping[str, Any]) -> None:
    """Put addresses without secrets in `settings` (scrubbed ones for show), those with secrets in `sealed`."""
    known = stores.ADDRESSES[connection.kind]
    unknown = sorted(set(addresses) - set(known))
    if unknown:
        raise invalid(**{name: f"Unknown address. Choose from: {', '.join(known)}." for name in unknown})
    secrets = unseal(bytes(connection.sealed), bound_to=connection.slug)
    settings = {name: value for name, value in connection.settings.items() if name in known}
    for name, value in addresses.items():
        value = _checked(name, value)
        if value == connection.settings.get(name):
            continue  # sent back as it was shown, with stars for its secret
        if HIDDEN in value:
            raise invalid(**{name: "Write the password again, or a reference such as ${env:CHARTER_STORE_PASSWORD}."})
        secrets.pop(name, None)
        is_bare = name in stores.SECRET and bool(value) and not is_reference(value)
        settings[name] = HIDDEN if is_bare else scrub(value)
        if is_bare or holds_secret(value):
            secrets[name] = value
    connection.settings = settings | {name: options[name] for name in _OPTIONS & options.keys()}
    connection.sealed = seal(secrets, bound_to=connection.slug) if secrets else b""


def _checked(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise invalid(**{name: "Give one address as text."})
    if len(value) > 2_000 or "\x00" in value:
        raise invalid(**{name: "This is no address: too long, or with a NUL character."})
    return value.strip()


def _set_intervals(connection: Connection, changes: Mapping[str, Any]) -> None:
    for name in ("definitions_every", "measurements_every"):
        every = changes.get(name)
        if every is None:
            continue
        if not isinstance(every, timedelta) or not SHORTEST_INTERVAL <= every <= LONGEST_INTERVAL:
            raise ValidationError({name: [f"Choose 1 minute to {LONGEST_INTERVAL.days} days."]})
        setattr(connection, name, every)
