"""A registry file that is being written, moved to S3, or not there at all."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from connectors.feast import file_locations
from connectors.feast import registry_pb2 as pb
from connectors.feast.client import open_registry
from connectors.records import ConnectorError


@pytest.fixture
def registry_file(tmp_path: Path, feast_samples: Path) -> Path:
    return Path(shutil.copy(feast_samples / "file_registry_redis_repo.db", tmp_path / "registry.db"))


def test_path_and_file_url_read_the_same(registry_file: Path) -> None:
    by_path = open_registry(str(registry_file)).definitions(known={})
    assert by_path == open_registry(f"file://{registry_file}").definitions(known={})
    assert [(view.name, len(view.features), view.state) for view in by_path.views] == [
        ("user_stats", 2, "available_online")
    ]


def test_the_token_follows_the_version_id(registry_file: Path) -> None:
    reader = open_registry(str(registry_file))
    before = reader.change_token()
    registry = pb.Registry.FromString(registry_file.read_bytes())
    registry.version_id = "another write"
    registry_file.write_bytes(registry.SerializeToString())
    assert reader.change_token() != before
    registry.ClearField("version_id")
    registry_file.write_bytes(registry.SerializeToString())
    without = reader.change_token()
    registry.feature_views[0].spec.owner = "ada"
    registry_file.write_bytes(registry.SerializeToString())
    assert reader.change_token() != without


def test_a_write_that_changes_nothing_changes_no_digest(registry_file: Path) -> None:
    """Feast writes the whole file each time, and tags in whatever order they come."""
    registry = pb.Registry.FromString(registry_file.read_bytes())
    view = registry.feature_views[0]
    tags = {f"tag{number}": "x" for number in range(20)}
    digests = set()
    for order in (tags, dict(reversed(tags.items()))):
        registry.ClearField("feature_views")
        without = registry.SerializeToString()
        stored = view.SerializeToString() + _spec_tags(order)
        registry_file.write_bytes(without + bytes([0x32, len(stored) & 0x7F | 0x80, len(stored) >> 7]) + stored)
        found = open_registry(str(registry_file)).definitions(known={}).views[0]
        assert found.tags == tags
        digests.add(found.digest)
    assert len(digests) == 1


def _spec_tags(tags: dict[str, str]) -> bytes:
    """A second piece of spec, merged with the first, with tags in the given order."""
    entries = b"".join(
        bytes([0x2A, len(entry)]) + entry
        for entry in (
            pb.FeatureViewSpec.TagsEntry(key=key, value=value).SerializeToString() for key, value in tags.items()
        )
    )
    return bytes([0x0A, len(entries) & 0x7F | 0x80, len(entries) >> 7]) + entries


def test_a_reader_waits_for_a_writer(registry_file: Path) -> None:
    whole = registry_file.read_bytes()
    registry_file.write_bytes(b"")  # as Feast leaves it between truncating and writing

    def finish() -> None:
        time.sleep(0.3)
        with registry_file.open("ab") as file:
            file.write(whole[:400])
            file.flush()
            time.sleep(0.3)
            file.write(whole[400:])

    writer = threading.Thread(target=finish)
    writer.start()
    found = open_registry(str(registry_file)).definitions(known={})
    writer.join()
    assert found.view_names == {("shop", "user_stats")}


def test_a_file_cut_at_a_field_is_not_taken_for_whole_while_it_changes(registry_file: Path) -> None:
    """Every prefix that ends between two objects is valid protobuf: views would seem to be gone."""
    whole = registry_file.read_bytes()
    partial = pb.Registry.FromString(whole)
    for field in ("feature_views", "data_sources", "projects", "feature_view_version_history"):
        partial.ClearField(field)
    prefix = partial.SerializeToString()
    assert whole.startswith(prefix)
    registry_file.write_bytes(prefix)
    writer = threading.Timer(0.1, lambda: registry_file.write_bytes(whole))
    writer.start()
    found = open_registry(str(registry_file)).definitions(known={})
    writer.join()
    assert len(found.sources) == 1
    assert found.view_names == {("shop", "user_stats")}


def test_an_untouched_file_is_read_without_waiting(registry_file: Path) -> None:
    os.utime(registry_file, (1_700_000_000, 1_700_000_000))
    started = time.monotonic()
    open_registry(str(registry_file)).change_token()
    assert time.monotonic() - started < file_locations.PAUSE_SECONDS


@pytest.mark.parametrize(
    ("name", "message"),
    [("missing.db", "no such file"), ("", "is not a file"), ("/dev/zero", "is not a file")],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, message: str) -> None:
    (right,) = open_registry(str(tmp_path / name)).test()
    assert (right.name, right.ok) == ("Read the file", False)
    assert message in right.detail
    assert right.fix


def test_a_sqlite_file_is_told_apart(sample_registry: Path) -> None:
    with pytest.raises(ConnectorError, match="SQLite database") as caught:
        open_registry(str(sample_registry)).change_token()
    assert "sqlite:///" in caught.value.fix


class Bucket(BaseHTTPRequestHandler):
    """As much of S3 as one GET needs."""

    objects: dict[str, bytes] = {}

    def do_GET(self) -> None:
        found = self.objects.get(self.path)
        refused = self.path.startswith("/closed/")
        code = "AccessDenied" if refused else "NoSuchKey"
        body = f"<Error><Code>{code}</Code></Error>".encode() if found is None else found
        self.send_response((403 if refused else 404) if found is None else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Tests stay quiet."""


@pytest.fixture
def bucket(registry_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    Bucket.objects = {"/lake/feast/registry.db": registry_file.read_bytes(), "/lake/half.db": b"\x0a\x7f"}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sesame")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.usefixtures("bucket")
def test_a_registry_in_s3_reads_as_the_file_does(registry_file: Path) -> None:
    in_s3 = open_registry("s3://lake/feast/registry.db")
    assert in_s3.definitions(known={}) == open_registry(str(registry_file)).definitions(known={})
    assert in_s3.test()[0].detail == "s3://lake/feast/registry.db"


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("s3://lake/absent.db", "does not exist"),
        ("s3://closed/registry.db", "was refused"),
        ("s3://lake/half.db", "not a complete Feast registry"),
    ],
)
def test_what_s3_refuses_is_explained(address: str, message: str) -> None:
    with pytest.raises(ConnectorError, match=message) as caught:
        open_registry(address).definitions(known={})
    assert caught.value.fix
    assert "sesame" not in str(caught.value)


@pytest.mark.usefixtures("bucket")
def test_an_object_too_large_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_locations, "MAX_BYTES", 100)
    with pytest.raises(ConnectorError, match="larger than"):
        open_registry("s3://lake/feast/registry.db").change_token()


def test_s3_without_credentials_or_connection_says_what_to_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(ConnectorError, match="NoCredentialsError") as caught:
        open_registry("s3://lake/registry.db").change_token()
    assert "AWS_ACCESS_KEY_ID" in caught.value.fix
