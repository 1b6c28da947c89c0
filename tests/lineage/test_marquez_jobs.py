"""What Marquez's clients are told of jobs and their runs."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.cast import api_as
from tests.lineage.marquez import API, ask, below, names
from tests.lineage.orders import CLEAN, RAW, WAREHOUSE, run
from tests.lineage.sent import tell

FAILED = "0197d3e5-1111-7222-8333-444455556666"
PARENT = "0197d3e5-aaaa-7222-8333-444455556666"


def failing() -> list[dict[str, Any]]:
    """A run of `nightly.clean` below `nightly`, that starts and fails."""
    said = {
        "nominalTime": {"nominalStartTime": "2026-11-22T00:00:00Z", "nominalEndTime": "2026-11-23T00:00:00Z"},
        "parent": {"run": {"runId": PARENT}, "job": {"namespace": "etl", "name": "nightly"}},
        "errorMessage": {"message": "password is wrong", "programmingLanguage": "SQL"},
    }
    job = {
        "namespace": "etl", "name": "nightly.clean",
        "facets": {
            "sql": {"query": "SELECT 1"}, "documentation": {"description": "Cleans"},
            "sourceCodeLocation": {"type": "git", "url": "https://git.example/clean.sql"},
            "tags": {"tags": [{"key": "daily", "value": "daily"}]},
        },
    }  # fmt: skip
    once = run("nightly.clean", [RAW], [CLEAN]) | {"job": job}
    start = once | {"eventType": "START", "eventTime": "2026-11-22T01:00:00Z", "run": {"runId": FAILED}}
    end = once | {"eventType": "FAIL", "eventTime": "2026-11-22T01:00:08Z", "run": {"runId": FAILED, "facets": said}}
    above = start | {
        "job": {"namespace": "etl", "name": "nightly"},
        "run": {"runId": PARENT},
        "inputs": [],
        "outputs": [],
    }
    return [above, start, end]


@pytest.fixture
def told(world: SimpleNamespace) -> SimpleNamespace:
    tell(*failing())
    return world


def test_jobs(told: SimpleNamespace) -> None:
    found = ask(told.api, "/namespaces/etl/jobs")
    assert (names(found["jobs"]), found["totalCount"]) == (["nightly.clean", "nightly", "clean"], 3)
    assert ask(told.api, "/jobs")["jobs"] == found["jobs"]
    assert names(ask(told.api, "/jobs", limit=1, offset=2)["jobs"]) == ["clean"]
    assert ask(told.api, below(WAREHOUSE, "jobs")) == {"jobs": [], "totalCount": 0}
    assert told.api.get(f"{API}/namespaces/nope/jobs").status_code == 404


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["FAILED"], ["nightly.clean"]), (["COMPLETED"], ["clean"]), (["NEW"], []),
        (["RUNNING", "COMPLETED"], ["nightly", "clean"]),
    ],
)  # fmt: skip
def test_jobs_by_their_newest_run(told: SimpleNamespace, states: list[str], expected: list[str]) -> None:
    found = ask(told.api, "/jobs", lastRunStates=states)
    assert (names(found["jobs"]), found["totalCount"]) == (expected, len(expected))


def test_a_job(told: SimpleNamespace) -> None:
    found = ask(told.api, below("etl", "jobs", "nightly.clean"))
    latest = found.pop("latestRuns")
    assert (found.pop("latestRun"), [one["id"] for one in latest]) == (latest[0], [FAILED])
    assert found.pop("facets").keys() == {"sql", "documentation", "sourceCodeLocation", "tags"}
    parent, version = found.pop("parentJobUuid"), found.pop("currentVersion")
    assert (bool(parent), bool(version)) == (True, True)
    assert found == {
        "id": {"namespace": "etl", "name": "nightly.clean"}, "namespace": "etl", "name": "nightly.clean",
        "simpleName": "clean", "parentJobName": "nightly", "type": "BATCH", "createdAt": "2026-11-22T01:00:00Z",
        "updatedAt": "2026-11-22T01:00:08Z", "inputs": [{"namespace": WAREHOUSE, "name": RAW}],
        "outputs": [{"namespace": WAREHOUSE, "name": CLEAN}], "location": "https://git.example/clean.sql",
        "description": "Cleans", "tags": ["daily"], "labels": [], "context": {},
    }  # fmt: skip


def test_a_run(told: SimpleNamespace) -> None:
    found = ask(told.api, f"/jobs/runs/{FAILED}")
    assert found.pop("facets").keys() == {"nominalTime", "parent", "errorMessage"}
    read, written, version = (
        found.pop(name) for name in ("inputDatasetVersions", "outputDatasetVersions", "jobVersion")
    )
    assert [one["datasetVersionId"]["name"] for one in [*read, *written]] == [RAW, CLEAN]
    assert (version["namespace"], version["name"]) == ("etl", "nightly.clean")
    assert found == {
        "id": FAILED, "createdAt": "2026-11-22T01:00:00Z", "updatedAt": "2026-11-22T01:00:08Z", "state": "FAILED",
        "nominalStartTime": "2026-11-22T00:00:00Z", "nominalEndTime": "2026-11-23T00:00:00Z",
        "startedAt": "2026-11-22T01:00:00Z", "endedAt": "2026-11-22T01:00:08Z", "durationMs": 8000, "args": {},
    }  # fmt: skip


def test_runs_of_a_job_newest_first(told: SimpleNamespace) -> None:
    tell(run("clean", [RAW], [CLEAN], "2026-11-23T12:00:00Z"))
    found = ask(told.api, "/namespaces/etl/jobs/clean/runs")
    assert [one["startedAt"] for one in found["runs"]] == ["2026-11-23T12:00:00Z", "2026-11-20T12:00:00Z"]
    assert ask(told.api, "/namespaces/etl/jobs/clean/runs", limit=1)["totalCount"] == 2
    assert told.api.get(f"{API}/namespaces/etl/jobs/nope/runs").status_code == 404


def test_a_run_whose_producer_gives_no_uuid_has_our_id(told: SimpleNamespace) -> None:
    [found] = ask(told.api, "/namespaces/etl/jobs/clean/runs")["runs"]
    assert ask(told.api, f"/jobs/runs/{found['id']}") == found
    assert ask(told.api, "/jobs/runs/clean%202026-11-20T12:00:00Z") == found
    assert told.api.get(f"{API}/jobs/runs/nope").status_code == 404


def test_the_one_version(told: SimpleNamespace) -> None:
    place = below("etl", "jobs", "nightly.clean")
    now, [version] = ask(told.api, place), ask(told.api, f"{place}/versions")["versions"]
    assert version["version"] == now["currentVersion"] == now["latestRun"]["jobVersion"]["version"]
    assert version["inputs"] == now["inputs"]
    assert ask(told.api, f"{place}/versions/{version['version']}") == version
    assert told.api.get(f"{API}{place}/versions/0").status_code == 404


def test_facets_of_a_run_and_of_its_job(told: SimpleNamespace) -> None:
    path = f"/jobs/runs/{FAILED}/facets"
    assert ask(told.api, path, type="run")["facets"]["errorMessage"]["message"] == "password is wrong"
    job = ask(told.api, path, type="job")
    assert (job["runId"], job["facets"]["sql"]["query"]) == (FAILED, "SELECT 1")
    for query in ({}, {"type": "dataset"}):
        assert told.api.get(API + path, query).status_code == 400


@pytest.mark.parametrize(
    ("role", "sees"), [("owner_b", True), ("auditor", True), ("admin", True), ("viewer", False), ("service", False)]
)
def test_code_and_errors_are_for_those_who_may_see_them(told: SimpleNamespace, role: str, sees: bool) -> None:
    client = api_as(getattr(told.cast, role))
    paths = (
        "/jobs", "/namespaces/etl/jobs", "/namespaces/etl/jobs/nightly.clean", f"/jobs/runs/{FAILED}",
        "/namespaces/etl/jobs/nightly.clean/runs", "/namespaces/etl/jobs/nightly.clean/versions",
        f"/jobs/runs/{FAILED}/facets?type=run", f"/jobs/runs/{FAILED}/facets?type=job",
        f"/lineage?nodeId=dataset:{WAREHOUSE}:{CLEAN}",
    )  # fmt: skip
    for path in paths:
        text = client.get(API + path).content.decode()
        assert ("SELECT 1" in text or "password is wrong" in text) == sees, path
