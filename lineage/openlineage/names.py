"""One name for one thing: what producers spell differently and mean alike (docs/lineage-names.md).

Only what cannot be two things is made alike: the case of a host, a port that is the usual one, quotes, the partitions
of a table. A name is never guessed from a part of it.
"""

import re
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

LONGEST = 2_000

_SCHEMES = {
    "postgresql": "postgres", "s3a": "s3", "s3n": "s3", "abfs": "abfss", "wasb": "wasbs", "gcs": "gs",
    "rediss": "redis",
}  # fmt: skip
_PORTS = {
    "postgres": 5432, "mysql": 3306, "mssql": 1433, "redshift": 5439, "oracle": 1521, "kafka": 9092, "cassandra": 9042,
    "redis": 6379, "trino": 8080, "hive": 10000, "clickhouse": 8123,
}  # fmt: skip
_BARE = {"file", "bigquery"}  # namespaces without an authority
_OBJECT_STORES = {"s3", "gs", "abfss", "wasbs", "oss", "cos", "dbfs", "hdfs"}
_PARTITION = re.compile(r"/[A-Za-z_][\w.-]*=[^/]*(?:/.*)?$")
_QUOTED = re.compile(r"\"([^\"]*)\"|`([^`]*)`|\[([^\]]*)\]")
_SLASHES = re.compile(r"/{2,}")


@lru_cache(maxsize=50_000)
def dataset_name(namespace: str, name: str) -> tuple[str, str]:
    """The one (namespace, name) of a dataset, whichever way it was spelled."""
    scheme, authority = _scheme(namespace)
    if scheme is None:
        return namespace.strip(), name.strip()
    return _namespace(scheme, authority), _name(scheme, name.strip())


def dataset_id(namespace: str, name: str) -> UUID:
    """The same id wherever and whenever the dataset is named, so that no order of events can change it."""
    return node_id("dataset", *dataset_name(namespace, name))


def job_id(namespace: str, name: str) -> UUID:
    return node_id("job", namespace, name)


def run_id(job: UUID, run: str) -> UUID:
    """A run belongs to its job: producers that number their runs would mix them up otherwise."""
    return _digest(job.bytes, run.encode())


def is_named(one: object) -> bool:
    """Whether this is an object with a namespace and a name that can be kept."""
    return isinstance(one, dict) and all(
        isinstance(text := one.get(key), str) and text.strip() and len(text) <= LONGEST for key in ("namespace", "name")
    )


def node_id(kind: str, namespace: str, name: str) -> UUID:
    return _digest(kind.encode(), namespace.encode(), name.encode())


def _digest(*parts: bytes) -> UUID:
    return UUID(bytes=blake2b(b"\0".join(parts), digest_size=16).digest())


def _scheme(namespace: str) -> tuple[str | None, str]:
    """The scheme and what follows it; None for a namespace that is no address, such as `prod` or `my:team`."""
    scheme, separator, authority = namespace.strip().partition("://")
    if not separator:
        return (scheme.lower(), "") if scheme.lower() in _BARE else (None, namespace)
    scheme = scheme.lower().partition("+")[0]
    return _SCHEMES.get(scheme, scheme), authority


def _namespace(scheme: str, authority: str) -> str:
    place = authority.split("?", 1)[0].rpartition("@")[2].strip("/") if scheme != "abfss" else authority.strip("/")
    if scheme in _BARE and not place:
        return scheme
    host, slash, path = place.partition("/")
    host = host.split(",", 1)[0].lower()  # of several brokers the first one names the cluster
    if scheme in _PORTS and ":" not in host and host:
        host = f"{host}:{_PORTS[scheme]}"
    return f"{scheme}://{host}{slash}{path}"


def _name(scheme: str, name: str) -> str:
    if scheme == "file" or scheme in _OBJECT_STORES:
        return _path(scheme, name)
    plain = _QUOTED.sub(lambda found: next(part for part in found.groups() if part is not None), name)
    # Without quotes Snowflake takes any case for the same name, and answers in capitals.
    return plain.upper() if scheme == "snowflake" and plain == name else plain


def _path(scheme: str, name: str) -> str:
    whole = _PARTITION.sub("", _SLASHES.sub("/", name)).rstrip("/")
    return (whole if scheme == "file" else whole.lstrip("/")) or "/"
