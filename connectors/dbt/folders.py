"""Where dbt leaves its artifacts: a folder of this machine, of an S3 bucket or of a web server."""

from collections.abc import Collection
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import boto3
import orjson
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from connectors.http import MIB, JsonService, NotThere
from connectors.records import ConnectorError

LARGEST = 512 * MIB  # a manifest of 10,000 models is about 150 MiB
RESULTS = "run_results*.json"  # some keep the results of each command beside each other
MOST_RESULTS = 50
PATIENCE = Config(connect_timeout=10, read_timeout=60, retries={"max_attempts": 3})


class ArtifactFolder(Protocol):
    """A folder of artifacts, `target` in a dbt project."""

    def results(self) -> list[str]:
        """Names of files with results of runs."""
        ...

    def read(self, name: str) -> Any:
        """What a file holds, as JSON data; None when there is no such file. Raises ConnectorError."""
        ...


def open_folder(
    url: str, *, base_folder: Path | None = None, token: str = "", allowed_hosts: Collection[str] = ()
) -> ArtifactFolder:
    """By its address: a path, file:///path, s3://bucket/prefix or https://host/path."""
    scheme = urlsplit(url).scheme
    if scheme in ("http", "https"):
        return WebFolder(url, token=token, allowed_hosts=allowed_hosts)
    if scheme in ("s3", "s3a", "s3n"):
        return BucketFolder(url)
    if scheme == "file" or (url.strip() and "://" not in url):
        return LocalFolder(Path(unquote(urlsplit(url).path) if scheme == "file" else url), root=base_folder)
    raise ConnectorError(
        "This is no address of a folder of artifacts.", fix="Write a path, s3://bucket/prefix or https://host/path."
    )


class LocalFolder:
    def __init__(self, folder: Path, *, root: Path | None = None) -> None:
        self._folder = ((root or Path()) / folder).resolve()
        if root is not None and not self._folder.is_relative_to(root.resolve()):
            raise ConnectorError(
                f"{str(folder)!r} lies outside {str(root)!r}, which is all that connections may read.",
                fix="Choose a folder inside it, or let an administrator allow a wider one.",
            )

    def results(self) -> list[str]:
        try:
            return sorted(path.name for path in islice(self._folder.glob(RESULTS), MOST_RESULTS))
        except OSError as error:
            raise _unreadable(str(self._folder), error) from error

    def read(self, name: str) -> Any:
        path = self._folder / name
        try:
            if not path.resolve().is_relative_to(self._folder):
                raise ConnectorError(f"{name} leads out of its folder.", fix="Put the file itself there, not a link.")
            if not path.is_file():
                return None
            return parse(name, path.read_bytes() if path.stat().st_size <= LARGEST else None)
        except OSError as error:
            raise _unreadable(name, error) from error


class BucketFolder:
    """Keys, region and endpoint come from AWS's own settings in the environment, as for other buckets."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._bucket, self._prefix = parts.netloc, f"{parts.path.strip('/')}/".lstrip("/")

    def results(self) -> list[str]:
        found = self._call("list_objects_v2", Prefix=f"{self._prefix}run_results", MaxKeys=MOST_RESULTS)
        names = (held["Key"].removeprefix(self._prefix) for held in found.get("Contents", []))
        return sorted(name for name in names if fnmatchcase(name, RESULTS))

    def read(self, name: str) -> Any:
        try:
            found = self._call("get_object", Key=f"{self._prefix}{name}")
        except NotThere:
            return None
        return parse(name, found["Body"].read() if found["ContentLength"] <= LARGEST else None)

    def _call(self, method: str, **arguments: Any) -> Any:
        try:
            return getattr(boto3.client("s3", config=PATIENCE), method)(Bucket=self._bucket, **arguments)
        except (BotoCoreError, ClientError) as error:
            # The code or kind only: the text may quote a signed request.
            reason = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
            kind = NotThere if reason in ("NoSuchKey", "404") else ConnectorError
            fix = "Give Charter's workers credentials with s3:ListBucket and s3:GetObject on it."
            raise kind(f"s3://{self._bucket}/{self._prefix} could not be read: {reason}.", fix=fix) from error


class WebFolder:
    """A web server tells no names, so only dbt's own are asked for."""

    def __init__(self, url: str, *, token: str, allowed_hosts: Collection[str]) -> None:
        self._web = JsonService(
            url, product="The artifacts' server", token=token, allowed_hosts=allowed_hosts, limit=LARGEST
        )

    def results(self) -> list[str]:
        return ["run_results.json"]

    def read(self, name: str) -> Any:
        with self._web as web:
            try:
                return web.get(f"/{name}")
            except NotThere:
                return None


def parse(name: str, body: bytes | None) -> Any:
    """None stands for more than LARGEST."""
    if body is None:
        raise ConnectorError(f"{name} is larger than {LARGEST // MIB} MiB.")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise ConnectorError(
            f"{name} is not JSON.", fix="Perhaps dbt was writing it; the next read will tell."
        ) from None


def _unreadable(name: str, error: OSError) -> ConnectorError:
    return ConnectorError(
        f"{name} could not be read: {error.strerror or 'it cannot be opened'}.",
        fix="Let the account that runs Charter's workers read the folder and its files.",
    )
