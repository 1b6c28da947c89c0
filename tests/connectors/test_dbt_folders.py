"""Artifacts of dbt in a bucket, read by boto3 over HTTP from a server in this process."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.dbt.client import DbtLineage
from connectors.dbt.folders import RESULTS
from tests.connectors.web import Answer, Asked, serving

DATABASE = "postgres://localhost:59871"


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
