"""Files of a bucket, read by boto3 over HTTP from a server in this process that speaks the two S3 calls needed."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit

import duckdb
import pytest

from connectors.files.buckets import BucketFolder
from connectors.files.client import FileStore
from connectors.records import ConnectorError
from tests.connectors.targets import target


class Bucket(BaseHTTPRequestHandler):
    """ListObjectsV2 and GetObject of the bucket "lake", kept in a folder."""

    root: Path

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        _, bucket, *key = unquote(parts.path).split("/", 2)
        if bucket != "lake":
            self._answer(403, b"<Error><Code>AccessDenied</Code></Error>")
        elif key and key[0]:
            self._answer(200, (self.root / key[0]).read_bytes())
        else:
            self._answer(200, self._listing(parse_qs(parts.query).get("prefix", [""])[0]))

    def _listing(self, prefix: str) -> bytes:
        files = ((p.relative_to(self.root).as_posix(), p.stat().st_size) for p in self.root.rglob("*") if p.is_file())
        listed = [f"<Contents><Key>{k}</Key><Size>{s}</Size></Contents>" for k, s in files if k.startswith(prefix)]
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{''.join(listed)}</ListBucketResult>".encode()

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder behind the bucket, served for as long as the test runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Lake", (Bucket,), {"root": tmp_path}))
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    for number, name in enumerate(
        ("shop/day=1/a.parquet", "shop/day=2/b.parquet", "shop/_tmp/c.parquet", "hr/d.parquet")
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute(f"COPY (SELECT {number} AS x) TO '{tmp_path / name}'")
    yield tmp_path
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize(
    ("location", "rows"),
    [
        ("s3://lake/shop", 2),
        ("s3a://lake/shop/", 2),
        ("day=1", 1),
        ("s3://lake/shop/day=2/b.parquet", 1),
        ("s3://lake/shop/day=*/*.parquet", 2),
    ],
)
def test_a_key_a_prefix_and_a_pattern_are_read(location: str, rows: int) -> None:
    reading = FileStore(BucketFolder("s3://lake/shop")).read(target(location, "x", "day"))
    assert reading.rows == rows
    assert [profile.nulls for profile in reading.profiles] == [0, 0]


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize(
    "location", ["s3://lake/hr/d.parquet", "s3://other/shop/a.parquet", "s3://lake/shopping/x.parquet", "/etc/passwd"]
)
def test_other_buckets_and_prefixes_are_refused(location: str) -> None:
    with pytest.raises(ConnectorError, match="leads outside|holds no Parquet") as refused:
        FileStore(BucketFolder("s3://lake/shop")).read(target(location, "x"))
    assert refused.value.fix


@pytest.mark.usefixtures("lake")
def test_more_than_the_limit_is_not_copied() -> None:
    with pytest.raises(ConnectorError, match="more than the 0 MiB"):
        FileStore(BucketFolder("s3://lake/shop", limit_mib=0)).read(target("", "x"))


@pytest.mark.usefixtures("lake")
def test_a_refusal_names_the_right_that_is_missing_and_no_secret() -> None:
    (right,) = FileStore(BucketFolder("s3://private/x")).test()
    assert not right.ok
    assert right.detail == "'s3://private/x' could not be read: AccessDenied."
    assert "s3:GetObject on s3://private/x" in right.fix
    assert "very-secret" not in right.detail + right.fix


@pytest.mark.usefixtures("lake")
def test_the_test_of_a_connection_reads_one_file() -> None:
    (right,) = FileStore(BucketFolder("s3://lake")).test()
    assert right.ok
