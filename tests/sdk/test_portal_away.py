"""The portal dies, and services go on: real processes, killed for real."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from django.conf import settings
from django.db import connection

from charter.errors import NotUsable, Unreachable
from charter.feast import GovernedStore
from charter.kept import Defaults
from charter.registry import Registry
from charter.reporting import UsageReporter
from registry.models import Consumer, ReadDay, Version
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROOT = Path(__file__).parents[2]
CONSUMER = "model:fraud"


class Portal:
    """The real web server on the test's database, at one port, started and killed at will."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        server = urlsplit(os.environ["DATABASE_URL"])
        database = urlunsplit(server._replace(path=f"/{connection.settings_dict['NAME']}"))
        env = os.environ | {
            "DATABASE_URL": database, "CHARTER_SECRET_KEY": settings.SECRET_KEY, "PYTHONUNBUFFERED": "1",
        }  # fmt: skip
        command = ["-m", "granian", "--interface", "wsgi", "--port", str(self.port), "portal.wsgi:application"]
        self.process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        for _ in range(300):
            try:
                httpx.get(f"{self.url}/healthz", timeout=1)
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                return
        raise TimeoutError("The portal did not start.")

    def kill(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@pytest.fixture
def portal(cast: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    monkeypatch.setenv("CHARTER_CACHE", str(tmp_path))
    view = ViewFactory(project=ProjectFactory(name="pay", owner=cast.payments), name="stats")
    for name, default in (("amount", 1.5), ("leaking", 0.0)):
        Version.objects.filter(feature=FeatureFactory(view=view, name=name)).delete()
        feature = view.features.get(name=name)
        made = Version.objects.create(
            feature=feature, number=1, dtype="float64", default=default, default_policy="constant",
            state="quarantined" if name == "leaking" else "active", privacy_class="none",
        )  # fmt: skip
        feature.privacy_class = "none"
        feature.save()
        consumer, _ = Consumer.objects.get_or_create(kind="model", name="fraud")
        consumer.usages.create(feature=feature, number=made.number, evidence="declared")
    made_portal = Portal()
    made_portal.start()
    yield made_portal
    made_portal.kill()


@pytest.fixture
def registry(portal: Portal, cast: SimpleNamespace) -> Iterator[Registry]:
    from tests.cast import token_for

    with Registry(portal.url, token_for(cast.service, "features:read", "metrics:write")) as made:
        yield made


class Store:
    """Answers as Feast's does, while it is up."""

    is_up = True
    project = "pay"

    def get_online_features(
        self, features: list[str], entity_rows: list[dict[str, Any]], full_feature_names: bool
    ) -> Any:
        if not self.is_up:
            raise ConnectionError("redis is away")
        values = {
            name.replace(":", "__"): [7.0 if row["user_id"] else None for row in entity_rows] for name in features
        }
        return SimpleNamespace(to_dict=lambda: values)


def test_services_go_on_without_the_portal_and_nothing_is_lost(
    portal: Portal, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("charter.exchange.MOST_TRIES", 1)
    defaults, reports = Defaults(registry, CONSUMER), UsageReporter(registry, CONSUMER)
    assert defaults.entry("pay.stats.amount@1").default == 1.5
    assert defaults.entry("pay.stats.leaking").served == "default"
    reports.read(["pay.stats.amount@1"], 3)
    assert reports.flush() == 0

    portal.kill()
    with pytest.raises(Unreachable):
        registry.me()
    assert Defaults(registry, CONSUMER).entry("pay.stats.amount@1").default == 1.5
    reports.read(["pay.stats.amount@1"], 4)
    assert reports.flush() == 1
    again = UsageReporter(registry, CONSUMER)  # another process, after this one has died
    again.read(["pay.stats.amount@1"], 5)
    assert again.flush() == 2

    portal.start()
    assert again.flush() == 0
    assert reports.flush() == 0
    assert ReadDay.objects.get().reads == 12


def test_missing_values_get_defaults_and_what_is_quarantined_is_not_read(portal: Portal, registry: Registry) -> None:
    store = Store()
    governed = GovernedStore(store, registry, consumer=CONSUMER, project="pay")
    names, rows = ["stats:amount", "stats:leaking"], [{"user_id": 1}, {"user_id": 0}]
    assert governed.get_online_features(names, rows) == {"amount": [7.0, 1.5], "leaking": [0.0, 0.0]}
    portal.kill()
    store.is_up = False
    assert governed.get_online_features(names, rows)["amount"] == [7.0, 1.5]
    assert governed.get_online_features(names, [{"user_id": 2}])["amount"] == [1.5]
    assert governed.served == {"store": 1, "cache": 1, "default": 8}
    with pytest.raises(ConnectionError):
        governed.get_online_features(["stats:unknown"], rows)


def test_what_somebody_else_signed_is_not_believed(
    portal: Portal, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Defaults(registry, CONSUMER).entry("pay.stats.amount@1") is not None
    monkeypatch.setattr("charter.exchange.MOST_TRIES", 1)
    portal.kill()
    (bundle,) = tmp_path.rglob("*.bundle.json")
    bundle.write_text(bundle.read_text().replace("1.5", "9.5"))
    assert Defaults(registry, CONSUMER).entry("pay.stats.amount@1") is None
    assert oct(bundle.stat().st_mode & 0o777) == "0o600"


def test_what_is_retired_is_refused(portal: Portal, registry: Registry) -> None:
    Version.objects.filter(feature__name="amount").update(state="deprecated", deprecated_at="2026-01-01T00:00:00Z")
    Version.objects.filter(feature__name="amount").update(state="retired")
    governed = GovernedStore(Store(), registry, consumer=CONSUMER, project="pay")
    with pytest.raises(NotUsable, match="is retired"):
        governed.get_online_features(["stats:amount"], [{"user_id": 1}])
