"""What a source is called among lineage tools, so that what others say about a table is about the same one.

Names follow OpenLineage's rules (https://openlineage.io/docs/spec/naming). Its Python package holds them too, and loads
its whole client with them: a test compares the two. Where a name needs a host or an account that the registry does not
tell, there is none: a guessed name would join the wrong tables.
"""

import re
from urllib.parse import parse_qs, urlsplit

from registry.models import FeatureView, Source

Name = tuple[str, str]  # namespace, name
_SEARCH_PATH = re.compile(r"search_path\s*=\s*(\S+)")


def dataset_name(source: Source, *, database_url: str = "", folder: str = "") -> Name | None:
    """The source's (namespace, name); None when too little is known for a name that others would use too.

    `database_url` is the PostgreSQL of the connection's offline store, `folder` what relative paths start from.
    """
    if source.kind == "file":
        return _file(source.location, folder)
    if source.kind == "postgres" and database_url:
        return _postgres(source.location, database_url)
    if source.kind == "bigquery":
        return _bigquery(source.location)
    return _kafka(source) if source.kind == "kafka" else None


def table_of(view: FeatureView) -> Source | None:
    """The table behind the view: of a push or stream source, the one it is kept in."""
    return (view.source.batch_source or view.source) if view.source else None


def source_name(view: FeatureView, table: Source) -> Name | None:
    """What lineage tools call the view's table, with the connection's address where the name needs it."""
    offline = str(view.connection.settings.get("offline_url", "")) if view.connection else ""
    is_database = offline.startswith("postgres")
    return dataset_name(table, database_url=offline if is_database else "", folder="" if is_database else offline)


def view_name(view: FeatureView) -> Name:
    """A view's own name as a dataset: ours, since the naming rules have none for feature views."""
    return "charter", view.key


def _file(location: str, folder: str) -> Name | None:
    address = urlsplit(location)
    path = address.path.lstrip("/")
    if address.scheme in {"s3", "s3a", "gs"} and address.netloc and path:
        return f"{'gs' if address.scheme == 'gs' else 's3'}://{address.netloc}", path
    if address.scheme in {"", "file"} and location:
        local = address.path if address.path.startswith("/") or not folder else f"{folder.rstrip('/')}/{address.path}"
        return "file", local
    return None


def _bigquery(location: str) -> Name | None:
    return ("bigquery", location) if location.count(".") == 2 and all(location.split(".")) else None


def _postgres(location: str, database_url: str) -> Name | None:
    address = urlsplit(database_url)
    schema, _, table = location.rpartition(".")
    schema, database = schema or _usual_schema(address.query), address.path.lstrip("/")
    if not (address.hostname and database and schema and table):
        return None
    return f"postgres://{address.hostname}:{address.port or 5432}", f"{database}.{schema}.{table}"


def _usual_schema(query: str) -> str:
    """Where a table without a schema is: what the address says, as in `?options=-csearch_path%3Dmarts`, or `public`.

    Of several schemas it could be any that has the table: then there is none.
    """
    said = _SEARCH_PATH.findall(" ".join(parse_qs(query).get("options", ())))
    return ("" if "," in said[-1] else said[-1]) if said else "public"


def _kafka(source: Source) -> Name | None:
    servers = str(source.options.get("bootstrap_servers", "")).split(",")[0]
    host, _, port = servers.partition(":")
    return (f"kafka://{host}:{port or '9092'}", source.location) if host and source.location else None
