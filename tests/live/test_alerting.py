"""Real Prometheus and Alertmanager: rules that promtool takes, figures that a scrape keeps, alerts that begin and end;
and a real mail server.

Debian has the programs as `prometheus` and `prometheus-alertmanager`.
"""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from monitoring.models import Incident
from registry.actions.webhooks import create_webhook
from registry.models import FeatureView
from registry.outbox.sending import send_due
from tests.cast import api_as, token_for
from tests.live.third_parties import free_port
from tests.monitoring.breaking import FRESH, hourly, read

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]
PATIENCE = 60.0  # seconds


def program(*names: str) -> str:
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip(f"No {names[0]} on this machine; Debian's package of that name has it.")
    return found


def eventually(said: Callable[[], Any]) -> Any:
    """The first answer that is not empty."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            if found := said():
                return found
        except httpx.HTTPError:
            pass
        time.sleep(0.3)
    raise AssertionError("It did not happen in time.")


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Start a server of these arguments; it ends with the test."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> None:
        quiet = subprocess.DEVNULL
        running.append(subprocess.Popen(arguments, cwd=tmp_path, stdout=quiet, stderr=quiet))

    yield start
    for one in running:
        one.terminate()
        one.wait(20)


@pytest.fixture
def view(cast: SimpleNamespace) -> FeatureView:
    return hourly('odd"name', owner=cast.payments)


def rules(cast: SimpleNamespace, folder: Path) -> Path:
    file = folder / "rules.yaml"
    response = api_as(cast.viewer).get("/api/v1/export?format=prometheus-rules")
    file.write_bytes(b"".join(response.streaming_content))
    return file


def test_promtool_takes_the_rules(cast: SimpleNamespace, view: FeatureView, tmp_path: Path) -> None:
    promtool = program("promtool")
    for number in range(3):
        hourly(f"v{number}")
    done = subprocess.run([promtool, "check", "rules", rules(cast, tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "9 rules found" in done.stdout


def test_the_rules_fire_when_they_should(cast: SimpleNamespace, view: FeatureView, tmp_path: Path) -> None:
    """promtool runs the rules over made-up figures: silent within the limit, firing past it."""
    promtool = program("promtool")
    rules(cast, tmp_path)
    series = f'charter_view_freshness_age_seconds{{view="{view.key}"}}'.replace('odd"name', 'odd\\"name')
    alert = {"eval_time": "30m", "alertname": "FeatureViewStale", "exp_alerts": [{
        "exp_labels": {"severity": "ticket", "view": view.key, "project": view.project.name, "owner": "payments"},
        "exp_annotations": {
            "summary": f"{view.key}: older than 2 h",
            "runbook_url": "http://localhost:8000/docs/runbook-materialization/",
            "dashboard": f"http://localhost:8000{view.get_absolute_url()}",
        },
    }]}  # fmt: skip
    made = {"series": series, "values": "7300+0x40"}
    quiet = {"series": series, "values": "7100+0x40"}
    told = {"series": "charter_views_left_out", "values": "0+0x40"}
    (tmp_path / "tests.yaml").write_text(json.dumps({
        "rule_files": ["rules.yaml"], "evaluation_interval": "1m",
        "tests": [
            {"interval": "1m", "input_series": [made, told], "alert_rule_test": [alert]},
            {"interval": "1m", "input_series": [quiet, told], "alert_rule_test": [alert | {"exp_alerts": []}]},
        ],
    }))  # fmt: skip
    done = subprocess.run(
        [promtool, "test", "rules", "tests.yaml"], cwd=tmp_path, capture_output=True, text=True
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_scrapes_each_view(
    cast: SimpleNamespace, view: FeatureView, live_server: Any, tmp_path: Path, serve: Callable[..., None]
) -> None:
    prometheus, port = program("prometheus"), free_port()
    read(view)
    rules(cast, tmp_path)
    token = token_for(cast.viewer, "features:read")
    (tmp_path / "prometheus.yml").write_text(json.dumps({
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"}, "rule_files": ["rules.yaml"],
        "scrape_configs": [{"job_name": "charter", "authorization": {"credentials": token},
                            "static_configs": [{"targets": [live_server.url.removeprefix("http://")]}]}],
    }))  # fmt: skip
    here = f"http://127.0.0.1:{port}"
    serve(prometheus, "--config.file=prometheus.yml", f"--storage.tsdb.path={tmp_path / 'data'}",
          f"--web.listen-address=127.0.0.1:{port}")  # fmt: skip

    def age() -> float | None:
        query = {"query": "charter_view_freshness_age_seconds"}
        found = httpx.get(f"{here}/api/v1/query", params=query, timeout=5).json()["data"]["result"]
        return float(found[0]["value"][1]) if found and found[0]["metric"]["view"] == view.key else None

    assert eventually(age) > 5 * 3600

    def is_pending() -> bool:
        found = httpx.get(f"{here}/api/v1/alerts", timeout=5).json()["data"]["alerts"]
        return "FeatureViewStale" in {one["labels"]["alertname"] for one in found}

    assert eventually(is_pending)


def test_alertmanager_opens_and_closes(
    cast: SimpleNamespace, view: FeatureView, tmp_path: Path, serve: Callable[..., None], settings: Any
) -> None:
    alertmanager, port = program("prometheus-alertmanager", "alertmanager"), free_port()
    settings.CHARTER_WEBHOOK_HOSTS = ["127.0.0.1"]
    (tmp_path / "alertmanager.yml").write_text("route: {receiver: none}\nreceivers: [{name: none}]\n")
    here = f"http://127.0.0.1:{port}"
    serve(alertmanager, "--config.file=alertmanager.yml", f"--storage.path={tmp_path / 'data'}",
          f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=")  # fmt: skip
    eventually(lambda: httpx.get(f"{here}/-/ready", timeout=5).is_success)
    create_webhook(cast.payments, actor=cast.owner_a, name="Alerts", kind="alerts", url=here)

    def alerts() -> list[dict[str, Any]]:
        found = httpx.get(f"{here}/api/v2/alerts", params={"filter": 'alertname="CharterIncident"'}, timeout=5)
        return found.json()

    read(view, times=2)
    send_due()
    (begun,) = eventually(alerts)
    assert begun["labels"]["incident"] == str(Incident.objects.get())
    assert begun["labels"]["owner"] == "payments"
    assert begun["status"]["state"] in {"active", "unprocessed"}
    read(view, age=FRESH, times=2)
    send_due()
    assert eventually(lambda: not alerts())


def test_a_real_mail_server_gets_both_mails(cast: SimpleNamespace, view: FeatureView, mail_server: list[Any]) -> None:
    read(view, times=2)
    read(view, age=FRESH, times=2)
    send_due()
    incident = Incident.objects.get()
    subjects = [str(mail["Subject"]) for mail in mail_server]
    assert subjects == [f"{incident}: {incident.title}", f"Over: {incident}: {incident.title}"]
