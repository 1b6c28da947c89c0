"""Where a file registry lies, and how its bytes are fetched whole: a local path or an S3 object."""

import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from connectors.records import ConnectorError

T = TypeVar("T")

MAX_BYTES = 256 * 2**20
ATTEMPTS = 5
PAUSE_SECONDS = 0.2
NO_ACCESS = {"403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"}
ABSENT = {"404", "NoSuchKey", "NoSuchBucket", "NotFound"}


class LocalFile:
    def __init__(self, path: Path) -> None:
        self.shown = str(path)
        self._path = path

    def read(self, parse: Callable[[bytes], T]) -> T:
        """What `parse` makes of the file once it holds still. `parse` raises ValueError for half a registry.

        Feast truncates the file and writes it anew, so a reader can meet it empty or cut off.
        """
        trouble = "a writer keeps changing it"
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(PAUSE_SECONDS)
            before = self._state()
            data = self._bytes()
            is_fresh = abs(time.time() - before[1] / 1e9) < PAUSE_SECONDS
            if is_fresh:
                time.sleep(PAUSE_SECONDS)
            if self._state() != before:
                continue
            try:
                return parse(data)
            except ValueError as error:
                trouble = str(error)
        raise ConnectorError(
            f"{self.shown} is not a complete Feast registry: {trouble}.",
            fix="If a feast apply is running, try again when it is done; else run feast apply to write the file anew.",
        )

    def _state(self) -> tuple[int, int]:
        """Size and time of change."""
        try:
            found = self._path.stat()
        except OSError as error:
            raise self._unreadable(error) from None
        if not stat.S_ISREG(found.st_mode):
            raise ConnectorError(f"{self.shown} is not a file.", fix="Give the path of registry.db itself.")
        if found.st_size > MAX_BYTES:
            raise too_large(self.shown)
        return found.st_size, found.st_mtime_ns

    def _bytes(self) -> bytes:
        try:
            with self._path.open("rb") as file:
                return file.read(MAX_BYTES + 1)
        except OSError as error:
            raise self._unreadable(error) from None

    def _unreadable(self, error: OSError) -> ConnectorError:
        return ConnectorError(
            f"{self.shown} cannot be read: {(error.strerror or 'unknown reason').lower()}.",
            fix="Check the path of the connection, and that the user Charter runs as may read the file.",
        )


class S3Object:
    """Credentials and endpoint come from the environment, as boto3 finds them. Puts are atomic: no waiting."""

    def __init__(self, bucket: str, key: str) -> None:
        self.shown = f"s3://{bucket}/{key}"
        self._address = {"Bucket": bucket, "Key": key}

    def read(self, parse: Callable[[bytes], T]) -> T:
        data = self._bytes()
        try:
            return parse(data)
        except ValueError as error:
            raise ConnectorError(
                f"{self.shown} is not a complete Feast registry: {error}.", fix="Run feast apply to write it anew."
            ) from None

    def _bytes(self) -> bytes:
        patience = Config(connect_timeout=10, read_timeout=60, retries={"max_attempts": 2})
        try:
            answer = boto3.Session().client("s3", config=patience).get_object(**self._address)
            if answer["ContentLength"] > MAX_BYTES:
                raise too_large(self.shown)
            body: bytes = answer["Body"].read(MAX_BYTES + 1)
        except ClientError as error:
            raise self._refused(str(error.response.get("Error", {}).get("Code", ""))) from None
        except BotoCoreError as error:
            raise ConnectorError(
                f"{self.shown} cannot be fetched: {type(error).__name__}.",
                fix="Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or a role, and AWS_ENDPOINT_URL for a store "
                "that is not Amazon's.",
            ) from None
        return body

    def _refused(self, code: str) -> ConnectorError:
        if code in ABSENT:
            return ConnectorError(f"{self.shown} does not exist.", fix="Check bucket and key of the connection.")
        if code in NO_ACCESS:
            return ConnectorError(f"Access to {self.shown} was refused.", fix="Allow s3:GetObject on this object.")
        return ConnectorError(f"{self.shown} cannot be fetched: the store said {code or 'nothing'}.")


def too_large(shown: str) -> ConnectorError:
    return ConnectorError(
        f"{shown} is larger than {MAX_BYTES // 2**20} MB.", fix="Use a SQL registry for a store of this size."
    )


def locate(address: str) -> LocalFile | S3Object:
    scheme, separator, rest = address.partition("://")
    if not separator:
        return LocalFile(Path(address))
    if scheme == "file":
        return LocalFile(Path(unquote(urlsplit(address).path)))
    if scheme == "s3":
        bucket, _, key = rest.partition("/")
        if not bucket or not key:
            raise ConnectorError("The S3 address is incomplete.", fix="Use s3://bucket/path/registry.db.")
        return S3Object(bucket, key)
    raise ConnectorError(
        f"Registries at {scheme[:20]}:// are not supported.",
        fix="Use the URL of a SQL registry, s3://bucket/path/registry.db, or the path of a registry.db: what is behind "
        "Feast's own servers, not the servers. A file in another object store can be copied to one of these.",
    )
