"""Folders that hold artifacts of dbt: of this machine, and of a bucket that boto3 reads from a server in here."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.dbt.client import DbtLineage
from connectors.dbt.folders import RESULTS
from connectors.records import ConnectorError
from tests.connectors.dbt_projects import DATABASE, read
from tests.connectors.web import Answer, Asked, serving


@pytest.fixture
def shop(real_inputs: Path) -> Path:
    return real_inputs / "dbt/recorded_csv_to_postgres"


@pytest.fixture
def target(real_inputs: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(real_inputs / "dbt/recorded_csv_to_postgres", tmp_path / "shop" / "target"))


@pytest.fixture
def lake(target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """ListObjectsV2 and GetObject of the bucket "lake", kept in a folder."""

    def answer(asked: Asked) -> Answer:
        key = asked.path.removeprefix("/lake").strip("/")
        if not asked.path.startswith("/lake"):
            return 403, b"<Error><Code>AccessDenied</Code></Error>"
        if not key:
            return 200, _listing(tmp_path, asked.query["prefix"])
        file = tmp_path / key
        return (200, file.read_bytes()) if file.is_file() else (404, b"<Error><Code>NoSuchKey</Code></Error>")

    with serving(answer) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        yield "s3://lake/shop/target"


def _listing(root: Path, prefix: str) -> bytes:
    keys = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    listed = [f"<Contents><Key>{key}</Key><Size>1</Size></Contents>" for key in keys if key.startswith(prefix)]
    return f"<ListBucketResult><IsTruncated>false</IsTruncated>{''.join(listed)}</ListBucketResult>".encode()


def test_a_bucket_tells_what_a_folder_tells(lake: str, target: Path) -> None:
    assert len(list(target.glob(RESULTS))) == 3
    read = [list(DbtLineage(url, database_url=DATABASE).read_lineage(since={})) for url in (lake, str(target))]
    assert [page.events for page in read[0]] == [page.events for page in read[1]]


def test_a_file_that_is_missing_is_no_fault(lake: str, target: Path) -> None:
    (target / "catalog.json").unlink()
    rights = DbtLineage(lake, database_url=DATABASE).test()
    assert all(right.ok for right in rights)
    assert "dbt docs generate" in rights[1].detail


@pytest.mark.usefixtures("lake")
def test_a_bucket_that_may_not_be_read_is_told_without_keys() -> None:
    [right] = DbtLineage("s3://other/target", database_url=DATABASE).test()
    assert "AccessDenied" in right.detail
    assert "very-secret" not in right.detail + right.fix


def test_each_file_is_tried(shop: Path) -> None:
    rights = DbtLineage(str(shop), database_url=DATABASE).test()
    assert [right.name.split()[0] for right in rights] == [
        "manifest.json", "catalog.json", "run_results.json", "sources.json",
    ]  # fmt: skip
    assert all(right.ok for right in rights)
    assert "It is not there" in rights[2].detail


def test_a_folder_without_a_manifest_is_told(tmp_path: Path) -> None:
    [right] = DbtLineage(str(tmp_path)).test()
    assert not right.ok
    assert "no manifest.json" in right.detail
    with pytest.raises(ConnectorError):
        read(tmp_path / "nowhere")


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", '{"nodes": []}', '{"nodes": {"model.a": 1}, "metadata": 3}'])
def test_what_dbt_did_not_write_is_refused(tmp_path: Path, body: str) -> None:
    (tmp_path / "manifest.json").write_text(body)
    with pytest.raises(ConnectorError):
        read(tmp_path, database_url="")


def test_links_and_folders_outside_are_refused(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").symlink_to(shop / "manifest.json")
    with pytest.raises(ConnectorError, match="leads out"):
        read(tmp_path)
    with pytest.raises(ConnectorError, match="outside"):
        DbtLineage("../other", base_folder=tmp_path)
