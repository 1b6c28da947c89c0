"""From a connection to the connectors that read it."""

from urllib.parse import urlsplit

from connectors.records import ConnectorError, DefinitionReader, FigureSource, LineageReader, ViewReader
from registry.choices import PullKind
from registry.models import Connection
from registry.secrets import resolve, unseal

_LOGIN = "with user:password@ before the host where it asks for a login"
_BEARER = "A bearer token, where the service takes one instead of a login"
_NAMESPACE = "What its jobs are told under, where it pushes OpenLineage too"
# What a connection of each kind is told, with what it is for. The first is needed.
ADDRESSES = {
    "feast": {
        "registry_url": "Where the definitions are: a SQL address, or the path of registry.db",
        "offline_url": "Where the history is: a folder, an s3:// address, PostgreSQL or Snowflake",
        "online_url": "Where values are served from: SQLite, PostgreSQL, Redis or DynamoDB",
        "metrics_url": "Prometheus that watches Feast's servers, with the labels that are theirs",
        "metrics_token": "A bearer token for Prometheus, where it takes one instead of a login",
    },
    "airflow": {"service_url": f"Airflow 2 or 3, {_LOGIN}", "token": _BEARER, "namespace": _NAMESPACE},
    "dbt": {
        "artifacts_url": "Folder, s3:// or https:// address of the target folder, where manifest.json is",
        "tables_url": "The database that dbt builds in, without a password: host and port are part of table names",
        "namespace": _NAMESPACE,
    },
    "mlflow": {"service_url": f"MLflow 3, {_LOGIN}", "token": _BEARER, "namespace": _NAMESPACE},
    "prefect": {"service_url": f"Prefect 3, {_LOGIN}", "token": _BEARER, "namespace": _NAMESPACE},
    "marquez": {"service_url": f"Marquez, to move from it, {_LOGIN}", "token": _BEARER},
}
# Secrets whatever they look like.
SECRET = frozenset({"token", "metrics_token"})
_PULLS = {"feast": (PullKind.DEFINITIONS, PullKind.MEASUREMENTS)}


def pulls_of(kind: str) -> tuple[PullKind, ...]:
    """What is pulled from a connection of this kind."""
    return _PULLS.get(kind, (PullKind.LINEAGE,))


def needed(kind: str) -> str:
    """The address that a connection of this kind cannot do without."""
    return next(iter(ADDRESSES[kind]))


def address(connection: Connection, name: str) -> str:
    """The address of this name with its secrets in place; empty when it is not set. Never stored, logged or shown.

    Raises ConnectorError when a secret of this very address is missing: the other stores can still be read.
    """
    known = {**connection.settings, **unseal(bytes(connection.sealed), bound_to=connection.slug)}
    return resolve(str(known.get(name, "")))


def scheme(connection: Connection, name: str) -> str:
    """What kind of place an address names: postgresql, sqlite, rediss, or file for a path. Empty where there is none,
    or where its secret is missing."""
    try:
        url = address(connection, name)
    except ConnectorError:
        return ""
    return url.partition("://")[0].partition("+")[0].lower() if "://" in url else "file" if url else ""


def definition_reader(connection: Connection) -> DefinitionReader:
    from connectors.feast.client import open_registry

    url = address(connection, "registry_url")
    if not url:
        raise ConnectorError("No registry address is set.", fix="Edit the connection and set the registry address.")
    return open_registry(url, projects=tuple(connection.settings.get("projects", ())))


def lineage_reader(connection: Connection) -> LineageReader:
    """The reader of jobs, runs and models. Administrators say where it is, so that may be inside our own network."""
    from connectors.lineage_sources import open_lineage

    url = address(connection, needed(connection.kind))
    if not url:
        raise ConnectorError("No address is set.", fix="Edit the connection and set where the service is.")
    return open_lineage(
        connection.kind, url, namespace=address(connection, "namespace"), token=address(connection, "token"),
        database_url=address(connection, "tables_url"), allowed_hosts=[urlsplit(url).hostname or ""],
    )  # fmt: skip


def offline_reader(connection: Connection) -> ViewReader | None:
    """The reader of the connection's history; None when it has no such store. Raises ConnectorError."""
    from connectors.stores import open_offline

    url = address(connection, "offline_url")
    return open_offline(url) if url else None


def online_reader(connection: Connection) -> ViewReader | None:
    """The reader of what the connection serves; None when it has no such store. Raises ConnectorError."""
    from connectors.stores import open_online

    url = address(connection, "online_url")
    return open_online(url) if url else None


def metrics_reader(connection: Connection) -> FigureSource | None:
    """What tells figures of the connection's serving; None where nothing watches it. Raises ConnectorError."""
    from connectors.prometheus.client import PrometheusServing

    url = address(connection, "metrics_url")
    token, host = address(connection, "metrics_token"), urlsplit(url).hostname or ""
    return PrometheusServing(url, token=token, allowed_hosts=[host]) if url else None


def measurable_kinds(connection: Connection) -> frozenset[str]:
    """Which kinds of source the connection's offline store can be asked about."""
    scheme = address(connection, "offline_url").split(":", 1)[0]
    kind = "postgres" if scheme.startswith("postgres") else scheme if scheme == "snowflake" else "file"
    return frozenset({kind})
