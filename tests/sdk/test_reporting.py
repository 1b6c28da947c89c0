"""Reports of reads: summed up, kept on disk before they are sent, delivered once, and never in the way."""

import json
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from charter import reporting
from charter.calls import Call
from charter.errors import Refused, Unreachable
from charter.registry import Registry
from charter.reporting import UsageReporter


class Portal:
    """Takes batches, or does what it is told to do instead."""

    settings = SimpleNamespace(url="http://charter.test", token="t")

    def __init__(self) -> None:
        self.batches: list[list[dict[str, Any]]] = []
        self.instead: Callable[[], Any] | None = None

    def do(self, call: Call[Any]) -> dict[str, Any]:
        events = call.body["events"]
        if self.instead is not None:
            return self.instead()  # type: ignore[no-any-return]
        self.batches.append(events)
        return {"accepted": len(events), "duplicates": 0, "rejected": []}

    @property
    def reads(self) -> dict[str, int]:
        return {event["feature"]: event["reads"] for batch in self.batches for event in batch}


def failing(error: Exception) -> Callable[[], Any]:
    def fail() -> Any:
        raise error

    return fail


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Portal:
    monkeypatch.setenv("CHARTER_CACHE", str(tmp_path))
    return Portal()


@pytest.fixture
def reporter(portal: Portal) -> UsageReporter:
    """One that reports only when it is told to."""
    return UsageReporter(portal, "model:x", every=3600)  # type: ignore[arg-type]


def test_reads_are_summed_up(portal: Portal, reporter: UsageReporter) -> None:
    reporter.read(["a.b.c@1", "a.b.d@1"], 2)
    reporter.read(["a.b.c@1"])
    assert reporter.flush() == 0
    assert portal.reads == {"a.b.c@1": 3, "a.b.d@1": 2}
    reporter.flush()
    assert len(portal.batches) == 1, "nothing new, nothing said"


def test_what_was_sent_without_an_answer_is_sent_again_as_it_was(portal: Portal, reporter: UsageReporter) -> None:
    reporter.read(["a.b.c@1"], 5)
    seen: list[Any] = []
    sent = portal.do

    def lose(call: Call[Any]) -> Any:
        seen.extend(call.body["events"])
        raise Unreachable("The answer was lost.")

    portal.do = lose  # type: ignore[method-assign]
    assert reporter.flush() == 1
    portal.do = sent  # type: ignore[method-assign]
    assert reporter.flush() == 0
    assert portal.batches == [seen]


@pytest.mark.parametrize(("status", "is_kept"), [(401, True), (403, True), (503, True), (413, False), (422, False)])
def test_a_refusal_that_passes_keeps_the_batch(
    portal: Portal, reporter: UsageReporter, status: int, is_kept: bool
) -> None:
    reporter.read(["a.b.c@1"])
    portal.instead = failing(Refused(status, {"detail": "No."}))
    assert reporter.flush() == int(is_kept)
    portal.instead = None
    reporter.flush()
    assert len(portal.batches) == int(is_kept)


def test_what_is_kept_is_for_its_charter_and_its_user_alone(
    portal: Portal, reporter: UsageReporter, tmp_path: Path
) -> None:
    portal.instead = failing(Unreachable("Away."))
    reporter.read(["a.b.c@1"])
    reporter.flush()
    [kept] = tmp_path.rglob("*.json")
    assert kept.stat().st_mode & 0o077 == 0
    other = Portal()
    other.settings = SimpleNamespace(url="http://other.test", token="t")
    assert UsageReporter(other, "model:x", every=3600).flush() == 0  # type: ignore[arg-type]
    assert other.batches == []


def test_a_file_that_is_broken_stops_nothing(portal: Portal, reporter: UsageReporter, tmp_path: Path) -> None:
    portal.instead = failing(Unreachable("Away."))
    reporter.read(["a.b.c@1"])
    reporter.flush()
    [kept] = tmp_path.rglob("*.json")
    (kept.parent / "0-half.json").write_text('[{"id": "')
    portal.instead = None
    assert reporter.flush() == 0
    assert portal.reads == {"a.b.c@1": 1}
    assert list(tmp_path.rglob("*.json")) == []


def test_a_disk_that_cannot_be_written_keeps_reports_in_memory(
    portal: Portal, reporter: UsageReporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("CHARTER_CACHE", str(tmp_path / "file"))
    portal.instead = failing(Unreachable("Away."))
    reporter.read(["a.b.c@1"], 4)
    assert reporter.flush() == 1
    portal.instead = None
    assert reporter.flush() == 0
    assert portal.reads == {"a.b.c@1": 4}


def test_not_more_is_kept_than_may_be(
    portal: Portal, reporter: UsageReporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "MOST_BATCHES", 3)
    portal.instead = failing(Unreachable("Away."))
    for number in range(5):
        reporter.read([f"a.b.c{number}@1"])
        reporter.flush()
    names = [json.loads(file.read_text())[0]["feature"] for file in sorted(tmp_path.rglob("*.json"))]
    assert names == ["a.b.c2@1", "a.b.c3@1", "a.b.c4@1"]


def test_a_batch_has_at_most_what_one_request_may_have(
    portal: Portal, reporter: UsageReporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "MOST_AT_ONCE", 4)
    reporter.read([f"a.b.c{number}@1" for number in range(10)])
    reporter.flush()
    assert sorted(map(len, portal.batches)) == [2, 4, 4]


def test_it_reports_by_itself_from_the_first_read_on(portal: Portal) -> None:
    arrived = threading.Event()
    portal.instead = lambda: arrived.set() or {"rejected": []}
    with UsageReporter(portal, "model:x", every=0.05) as reporter:  # type: ignore[arg-type]
        reporter.read(["a.b.c@1"])
        assert arrived.wait(timeout=10)


def test_reads_of_many_threads_are_all_counted(portal: Portal, reporter: UsageReporter) -> None:
    threads = [threading.Thread(target=lambda: [reporter.read(["a.b.c@1"]) for _ in range(2_000)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reporter.flush()
    assert portal.reads == {"a.b.c@1": 16_000}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_child_does_not_report_what_its_parent_has_counted(
    portal: Portal, reporter: UsageReporter, tmp_path: Path
) -> None:
    reporter.read(["a.b.c@1"], 3)
    child = os.fork()
    if child == 0:
        portal.instead = failing(Unreachable("Away."))
        reporter.read(["a.b.d@1"], 7)
        os._exit(reporter.flush())
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 1, "one batch is kept"
    reporter.flush()
    assert portal.reads == {"a.b.c@1": 3, "a.b.d@1": 7}
    assert list(tmp_path.rglob("*.json")) == []


def test_the_last_report_waits_seconds_for_a_charter_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that takes the connection and never answers: what was counted is kept for the next process."""
    monkeypatch.setenv("CHARTER_CACHE", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        registry = Registry(f"http://127.0.0.1:{silent.getsockname()[1]}", "token")
        reporter = UsageReporter(registry, "model:x", every=3600)
        reporter.read(["a.b.c@1"], 3)
        started = time.monotonic()
        reporter.stop()
        assert time.monotonic() - started < 10
    kept = json.loads(next(tmp_path.rglob("usage/**/*.json")).read_text())
    assert [(one["feature"], one["reads"]) for one in kept] == [("a.b.c@1", 3)]
