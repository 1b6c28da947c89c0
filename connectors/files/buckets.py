"""Files of an S3 bucket, copied to a temporary folder for as long as one measurement takes.

DuckDB can read S3 itself, but only with an extension that it downloads while running; Charter installs nothing at run
time. A copy is bounded in size: what is larger belongs to an engine that works beside the bucket.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from connectors.files.folders import PATTERN, data_files, delta, format_of, is_hidden
from connectors.records import ConnectorError

SCHEMES = ("s3", "s3a", "s3n")
PATIENCE = Config(connect_timeout=10, read_timeout=60, retries={"max_attempts": 3})


class BucketFolder:
    """`s3://bucket/prefix`; keys outside the prefix are refused. Keys, region and endpoint come from AWS's own settings
    in the environment (AWS_ACCESS_KEY_ID, AWS_PROFILE, AWS_ENDPOINT_URL_S3 and so on).
    """

    def __init__(self, url: str, *, limit_mib: int = 2048) -> None:
        parts = urlsplit(url)
        self._bucket, self._prefix = parts.netloc, parts.path.strip("/")
        self._limit = limit_mib * 2**20
        self.name = f"s3://{self._bucket}/{self._prefix}"

    @contextmanager
    def files(self, location: str = "", *, at_most: int | None = None) -> Iterator[list[Path]]:
        try:
            client = boto3.client("s3", config=PATIENCE)
            wanted = self._objects(client, self._key(location), at_most)
            with TemporaryDirectory(prefix="charter-s3-") as folder:
                for key in wanted:
                    self._copy(client, key, _under(Path(folder), key))
                yield data_files(Path(folder).rglob("*"), location or self.name)
        except (BotoCoreError, ClientError) as error:
            raise ConnectorError(
                f"{location or self.name!r} could not be read: {_reason(error)}.",
                fix=f"Give Charter's workers credentials with s3:ListBucket and s3:GetObject on {self.name}.",
            ) from error

    def _key(self, location: str) -> str:
        """The key, prefix or pattern that a location stands for."""
        if "://" not in location:
            return "/".join(part for part in (self._prefix, location.strip("/")) if part)
        parts = urlsplit(location)
        key = parts.path.strip("/")
        is_under = key == self._prefix or key.startswith(f"{self._prefix}/") or not self._prefix
        if parts.scheme not in SCHEMES or parts.netloc != self._bucket or not is_under:
            raise ConnectorError(
                f"{location.split('?')[0]!r} leads outside {self.name!r}, which is all that this connection may read.",
                fix="Let an administrator add an offline store connection for that bucket, or a shorter prefix.",
            )
        return key

    def _objects(self, client: Any, key: str, at_most: int | None) -> list[str]:
        fixed = key[: next((at for at, letter in enumerate(key) if letter in PATTERN), len(key))]
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=fixed)
        listed = [(held["Key"], held["Size"]) for page in pages for held in page.get("Contents", [])]
        if any("/_delta_log/" in held for held, _ in listed):
            raise delta(key)
        found = [(held, size) for held, size in listed if _is_named(held, key, is_pattern=fixed != key)][:at_most]
        if (size := sum(size for _, size in found)) > self._limit:
            raise ConnectorError(
                f"{key!r} holds {size / 2**20:,.0f} MiB, more than the {self._limit / 2**20:,.0f} MiB that are copied.",
                fix="Connect an engine that reads the bucket itself, or point the source at fewer files.",
            )
        return [held for held, _ in found]

    def _copy(self, client: Any, key: str, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            shutil.copyfileobj(client.get_object(Bucket=self._bucket, Key=key)["Body"], file)


def _is_named(held: str, key: str, *, is_pattern: bool) -> bool:
    """Is this object data that the key names? In a pattern "*" stands for anything, "/" included."""
    if format_of(Path(held)) is None:
        return False
    if is_pattern:
        return fnmatchcase(held, key)
    folder = f"{key}/" if key else ""
    return held == key or (held.startswith(folder) and not is_hidden(held[len(folder) :]))


def _under(folder: Path, key: str) -> Path:
    """Where a key is copied to. Its folders are kept, for they may be partitions; its way out of ours is not."""
    return folder.joinpath(*(part for part in key.split("/") if part not in ("", ".", "..")))


def _reason(error: Exception) -> str:
    """The error's code or kind: its text may quote a signed request."""
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else type(error).__name__
