"""What Charter hears of a real Prometheus that scrapes a real Feast server, beside what was asked of that server."""

import json
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from connectors.prometheus.client import KNOWN, PrometheusServing, shown_at
from connectors.prometheus.questions import QUESTIONS, Question
from connectors.records import Figure
from demo.install import STORE, install
from tests.connectors.web import LOCAL
from tests.live.feast_repository import FEATURE_REPOSITORIES, FeastRepository
from tests.live.feast_serving import METRICS_PORT, ask, eventually, feature_server, is_free, prometheus

pytestmark = pytest.mark.live
TIMES = 30
FEATURES = ["origin_delay_hourly:dep_delay_mean_6h", "origin_delay_hourly:cancellation_rate_24h"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus that has watched: of three airports two are known, and one request of five fails."""
    if shutil.which("prometheus") is None or not is_free(METRICS_PORT):
        pytest.skip("There is no prometheus (Debian's package of that name has it), or its port 8000 is taken.")
    folder = tmp_path_factory.mktemp("serving")
    shutil.copytree(FEATURE_REPOSITORIES, folder / "feature_repo", symlinks=True)
    install(STORE, folder / "store", datetime.now(UTC))
    repository = FeastRepository(folder / "feature_repo" / "flights")
    with feature_server(repository) as server, prometheus(folder, f"127.0.0.1:{METRICS_PORT}") as here:
        assert [right.ok for right in PrometheusServing(here, allowed_hosts=LOCAL).test()] == [True, False]
        assert PrometheusServing(here, allowed_hosts=LOCAL).figures().figures == ()
        # Prometheus counts from the first time that it sees a series.
        ask(server, FEATURES, origin=["JFK", "XXX", "LGA"])
        ask(server, ["nothing:nothing"], origin=["JFK"])
        eventually(lambda: PrometheusServing(here, allowed_hosts=LOCAL).test()[1].ok)
        time.sleep(2)
        for turn in range(TIMES):
            assert ask(server, FEATURES, origin=["JFK", "XXX", "LGA"]) == 200
            if turn % 5 == 0:
                assert ask(server, ["nothing:nothing"], origin=["JFK"]) >= 400
        time.sleep(3)
        yield here


def heard(served: str, labels: str = "?job=feast") -> dict[str, Figure]:
    found = PrometheusServing(f"{served}{labels}", allowed_hosts=LOCAL).figures()
    assert found.problems == ()
    return {figure.name: figure for figure in found.figures}


def test_latencies_hits_and_errors_are_heard(served: str) -> None:
    found = heard(served)
    assert set(found) == {question.figure for question in QUESTIONS}
    assert found["hit_rate"].view == "origin_delay_hourly"
    assert found["hit_rate"].value == pytest.approx(2 / 3, abs=0.01)
    assert found["error_rate"].value == pytest.approx(6 / 36, abs=0.02)
    assert 0 < found["latency_p50"].value <= found["latency_p95"].value <= found["latency_p99"].value < 5
    assert found["values_per_second"].value > 0


def test_labels_keep_servers_apart(served: str) -> None:
    assert heard(served, "?job=elsewhere") == {}
    assert heard(served, '?job=fe"ast\\') == {}


def test_the_evidence_can_be_asked_again(served: str) -> None:
    hits = heard(served)["hit_rate"]
    again = httpx.get(f"{served}/api/v1/query", params={"query": hits.query}).json()["data"]["result"]
    assert again[0]["metric"] == {"feature_view": hits.view}
    assert httpx.get(shown_at(served, hits.query), follow_redirects=True).status_code == 200


def test_what_is_recorded_for_other_tests_is_still_so_answered(served: str) -> None:
    """tests/connectors/prometheus.json was written by `record` below: the shapes must be the same."""
    kept = json.loads((Path(__file__).parents[1] / "connectors" / "prometheus.json").read_text())
    assert {query: shape(answer) for query, answer in record(served).items()} == {
        query: shape(answer) for query, answer in kept.items()
    }


def record(here: str) -> dict[str, object]:
    asked = [*(question.filled('job="feast"') for question in QUESTIONS), Question("", KNOWN).filled('job="feast"')]
    found = {query: httpx.get(f"{here}/api/v1/query", params={"query": query}).json() for query in asked}
    return found | {"vector(1)": httpx.get(f"{here}/api/v1/query", params={"query": "vector(1)"}).json()}


def shape(answer: object) -> object:
    """Without what was measured."""
    if isinstance(answer, dict):
        return {name: shape(part) for name, part in answer.items()}
    if isinstance(answer, list):
        return [shape(part) for part in answer]
    return "number" if isinstance(answer, int | float) else "text"
