"""The client as its users have it: installed alone, and around a real Feast store, with a real portal."""

import json
import os
import shutil
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from demo.environment import feast_python, site_packages
from demo.install import STORE, install
from registry.models import Consumer, ReadDay
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory
from tests.live.feast_repository import FEATURE_REPOSITORIES, FeastRepository

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]
SDK = Path(__file__).parents[2] / "sdk"
CONSUMER = "model:delays"
NAMES = ["dep_delay_mean_6h", "dep_delay_p90_24h", "cancellation_rate_24h"]
# What a service does, as one process: reads, loses its store, and says what it has seen.
SERVICE = """
import json, logging, os, sys
from feast import FeatureStore
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import REGISTRY, generate_latest
from charter import Registry
from charter.feast import GovernedStore

spans, provider = InMemorySpanExporter(), TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(spans))
trace.set_tracer_provider(provider)
logging.basicConfig(stream=sys.stderr, level=logging.INFO)

asked = json.load(sys.stdin)
store = FeatureStore(".")
plain = store.get_online_features(features=asked["features"], entity_rows=asked["rows"]).to_dict()
answers = []
with Registry() as registry, GovernedStore(store, registry, asked["consumer"], log_values=True) as governed:
    answers.append(governed.get_online_features(asked["features"], asked["rows"]))
    os.rename(asked["online"], asked["online"] + ".away")
    os.mkdir(asked["online"])  # no database can be opened there
    store = FeatureStore(".")
    governed.store = store
    answers.append(governed.get_online_features(asked["features"], asked["rows"]))
    answers.append(governed.get_online_features(asked["features"], [{"origin": "XXX"}]))
    stale = REGISTRY.get_sample_value("charter_stale_seconds", {"consumer": asked["consumer"]})
print("ANSWER" + json.dumps({
    "plain": plain, "answers": answers, "served": governed.served, "stale": stale,
    "spans": [[span.name, dict(span.attributes)] for span in spans.get_finished_spans()],
    "metrics": [line for line in generate_latest().decode().splitlines() if line.startswith("charter_")],
}))
"""


def new_environment(folder: Path, *wanted: str) -> Path:
    """The Python of a fresh environment with the client in it."""
    python = folder / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *wanted], check=True)
    return python


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the client without anything around it."""
    return shutil.copytree(SDK, tmp_path_factory.mktemp("alone") / "sdk", ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture(scope="module")
def with_feast(tmp_path_factory: pytest.TempPathFactory, copied: Path) -> Path:
    """An environment with the client and its telemetry, which sees Feast's packages behind its own."""
    python = new_environment(tmp_path_factory.mktemp("feast"), f"{copied}[telemetry]", "opentelemetry-sdk")
    (site_packages(python) / "feast.pth").write_text(str(site_packages(feast_python())))
    return python


def test_it_is_installed_alone(tmp_path: Path, copied: Path) -> None:
    """Nothing of the server comes with it, and importing it loads nothing else."""
    python = new_environment(tmp_path / "venv", str(copied))
    clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, env=clean, cwd=tmp_path, capture_output=True, text=True, check=False)

    loaded = run(
        str(python), "-c", "import charter, sys; print(len({'httpx', 'pydantic', 'typer'} & set(sys.modules)))"
    )
    assert loaded.stdout == "0\n", loaded.stderr
    every = "import charter.feast, charter.files.reading, charter.cli; print(charter.Registry, charter.AsyncRegistry)"
    assert run(str(python), "-c", every).returncode == 0
    told = run(str(python.with_name("charter")), "--help")
    assert told.returncode == 0
    assert "search" in told.stdout
    refused = run(str(python.with_name("charter")), "search", "x")
    assert refused.returncode == 1
    assert "CHARTER_URL" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.fixture
def flights(tmp_path: Path) -> FeastRepository:
    """The demo's store, filled by Feast, of our own to break."""
    shutil.copytree(FEATURE_REPOSITORIES, tmp_path / "feature_repo", symlinks=True)
    install(STORE, tmp_path / "store", datetime.now(UTC))
    return FeastRepository(tmp_path / "feature_repo" / "flights")


@pytest.fixture
def registered(cast: SimpleNamespace) -> None:
    """The first feature has a default, the second is quarantined, the third is personal with a mean."""
    view = ViewFactory(project=ProjectFactory(name="flights", owner=cast.payments), name="origin_delay_hourly")
    consumer = Consumer.objects.create(kind="model", name="delays")
    said = ({"default": -1.5}, {"default": 99.0}, {"default": 0.25, "privacy_class": "quasi-identifier"})
    for name, terms in zip(NAMES, said, strict=True):
        policy = "mean" if "privacy_class" in terms else "constant"
        contract = {f"version__{term}": value for term, value in terms.items()}
        feature = FeatureFactory(
            view=view, name=name, privacy_class=terms.get("privacy_class", "none"),
            state="quarantined" if name == NAMES[1] else "active", version__default_policy=policy, **contract,
        )  # fmt: skip
        consumer.usages.create(feature=feature, number=1, evidence="declared")


def test_a_real_store_is_governed(
    with_feast: Path, flights: FeastRepository, registered: None, cast: SimpleNamespace, live_server: Any,
    tmp_path: Path,
) -> None:  # fmt: skip
    from tests.cast import token_for

    [online] = tmp_path.rglob("online_store.db")
    asked = {
        "features": [f"origin_delay_hourly:{name}" for name in NAMES], "rows": [{"origin": "JFK"}, {"origin": "XXX"}],
        "consumer": CONSUMER, "online": str(online),
    }  # fmt: skip
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "TZ": "UTC", "CHARTER_URL": live_server.url,
        "CHARTER_TOKEN": token_for(cast.service, "features:read", "metrics:write"),
    }  # fmt: skip
    done = subprocess.run(
        [str(with_feast), "-c", textwrap.dedent(SERVICE)], cwd=flights.folder, env=environment,
        input=json.dumps(asked), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    said = json.loads(done.stdout.rpartition("ANSWER")[2])

    mean, _, rate = (said["plain"][name][0] for name in NAMES)
    assert isinstance(mean, float)
    filled = dict(zip(NAMES, [[mean, -1.5], [99.0, 99.0], [rate, 0.25]], strict=True))
    nobody = dict(zip(NAMES, [[-1.5], [99.0], [0.25]], strict=True))
    assert said["answers"] == [filled, filled, nobody]
    assert said["served"] == {"store": 2, "cache": 2, "default": 11}
    assert 0 <= said["stale"] < 60

    names = [name for name, _ in said["spans"]]
    assert names == ["charter.read_store", "charter.get_online_features"] * 3
    assert said["spans"][1][1]["charter.from_store"] == 2
    assert f'charter_served_total{{consumer="{CONSUMER}",source="cache"}} 2.0' in said["metrics"]
    assert f'charter_store_failures_total{{consumer="{CONSUMER}"}} 2.0' in said["metrics"]

    logged = [
        json.loads(line.partition(":charter.served:")[2])
        for line in done.stderr.splitlines()
        if "charter.served" in line
    ]
    assert [one["features"][NAMES[0]]["values"] for one in logged] == [filled[NAMES[0]], filled[NAMES[0]], [-1.5]]
    assert {one["features"][NAMES[2]]["values"] for one in logged} == {"personal"}
    assert "JFK" not in str(logged)
    assert {day.number: day.reads for day in ReadDay.objects.all()} == {1: 5}
    assert ReadDay.objects.count() == 3
