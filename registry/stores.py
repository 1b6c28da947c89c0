"""From a connection to the connectors that read it."""

from dataclasses import dataclass

from connectors.records import ConnectorError, DefinitionReader, ViewReader
from registry.models import Connection
from registry.secrets import resolve, unseal

# The addresses a connection of each kind has, with what they are for.
ADDRESSES = {
    "feast": {
        "registry_url": "Where the definitions are: a SQL address, or the path of registry.db",
        "offline_url": "Where the history is: a folder, an s3:// address or a PostgreSQL address",
        "online_url": "Where values are served from: SQLite, PostgreSQL or Redis",
    }
}


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of a connection with their secrets in place. Never stored, logged or shown."""

    registry: str
    offline: str
    online: str


def addresses(connection: Connection) -> Addresses:
    """Settings and secrets put together. Raises ConnectorError when a secret is missing."""
    known = {**connection.settings, **unseal(bytes(connection.sealed), bound_to=connection.slug)}
    return Addresses(*(resolve(str(known.get(name, ""))) for name in ADDRESSES[connection.kind]))


def definition_reader(connection: Connection) -> DefinitionReader:
    from connectors.feast.client import open_registry

    url = addresses(connection).registry
    if not url:
        raise ConnectorError("No registry address is set.", fix="Edit the connection and set the registry address.")
    return open_registry(url, projects=tuple(connection.settings.get("projects", ())))


def offline_reader(connection: Connection) -> ViewReader | None:
    """The reader of the connection's history; None when it has no such store. Raises ConnectorError."""
    from connectors.stores import open_offline

    url = addresses(connection).offline
    return open_offline(url) if url else None


def online_reader(connection: Connection) -> ViewReader | None:
    """The reader of what the connection serves; None when it has no such store. Raises ConnectorError."""
    from connectors.stores import open_online

    url = addresses(connection).online
    return open_online(url) if url else None


def measurable_kinds(connection: Connection) -> frozenset[str]:
    """Which kinds of source the connection's offline store can be asked about."""
    scheme = addresses(connection).offline.split(":", 1)[0]
    return frozenset({"postgres"} if scheme.startswith("postgres") else {"file"})
