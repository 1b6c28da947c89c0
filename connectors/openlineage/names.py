"""What datasets are called: https://openlineage.io/docs/spec/naming."""

from urllib.parse import unquote, urlsplit

from connectors.openlineage.events import Name

# The databases whose tables are called by host and port, with the port that is meant when none is written.
DEFAULT_PORTS = {
    "postgres": 5432, "redshift": 5439, "mysql": 3306, "trino": 8080, "clickhouse": 8123, "oracle": 1521,
    "mssql": 1433, "presto": 8080, "dremio": 31010, "spark": 10001,
}  # fmt: skip
ACCOUNTS = frozenset({"snowflake", "databricks"})  # databases that are called by an account or one host
SAME = {"postgresql": "postgres", "s3a": "s3", "s3n": "s3", "gcs": "gs", "abfs": "abfss", "sqlserver": "mssql"}
BUCKETS = frozenset({"s3", "gs", "abfss", "wasbs", "hdfs", "dbfs"})


def of_uri(uri: str) -> Name | None:
    """The (namespace, name) of the dataset at `uri`; None for what is no URI. A login in it is left out."""
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname or "", parts.port  # a port that is no number raises
    except ValueError:
        return None
    scheme = SAME.get(parts.scheme, parts.scheme)
    path = unquote(parts.path)
    if scheme == "file":
        return _file(parts.netloc.rpartition("@")[2], path)
    if scheme in BUCKETS and parts.netloc and path.strip("/"):
        # Of Azure's container@account, what stands before the @ is no login.
        place = parts.netloc if ":" not in parts.netloc.rpartition("@")[0] else parts.netloc.rpartition("@")[2]
        return f"{scheme}://{place}", path.strip("/")
    if not (scheme and host and path.strip("/")):
        return None
    if scheme == "bigquery":
        return "bigquery", ".".join([parts.netloc.rpartition("@")[2], *path.strip("/").split("/")])
    is_table = scheme in DEFAULT_PORTS or scheme in ACCOUNTS
    namespace = server_namespace(uri) or ""
    return namespace, path.strip("/").replace("/", ".") if is_table else path.strip("/")


def server_namespace(address: str) -> str | None:
    """The namespace of the tables of a database: postgresql://me:secret@DB/shop is postgres://db:5432."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    scheme = SAME.get(parts.scheme, parts.scheme)
    if scheme in DEFAULT_PORTS:
        return _server(scheme, host, port) if host else None
    if scheme == "duckdb":  # the path as dbt's profile writes it
        return f"duckdb://{parts.netloc}{parts.path}" if parts.netloc or parts.path else None
    if scheme == "snowflake":
        return f"snowflake://{_account(parts.netloc.rpartition('@')[2])}" if host else None
    return f"{scheme}://{host}{f':{port}' if port else ''}" if scheme and host else None


def _server(scheme: str, host: str, port: int | None) -> str:
    return f"{scheme}://{host}:{port or DEFAULT_PORTS[scheme]}"


def _file(host: str, path: str) -> Name | None:
    """As Airflow's own provider names files: a path that is only a host is taken for the file."""
    if path.strip("/"):
        return (f"file://{host}" if host else "file"), path
    return ("file", f"/{host}") if host else None


def _account(written: str) -> str:
    """Organization-account as it is; an old locator with region and cloud, for which Snowflake has defaults."""
    parts = written.removesuffix(".snowflakecomputing.com").split(".")
    if "-" in parts[0]:
        return parts[0]
    return ".".join(parts + ["us-west-1", "aws"][len(parts) - 1 :]) if len(parts) < 3 else ".".join(parts)
