"""The copy of the defaults: never in the way, never believed without its signature, and closed where it is personal."""

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from charter.kept import Defaults
from charter.registry import Registry
from registry.models import Consumer, Feature, FeatureView
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory
from tests.governance.machines import grant_by_hand

pytestmark = pytest.mark.django_db(transaction=True)
CONSUMER = "model:fraud"
Known = Callable[[], Defaults]


@pytest.fixture
def view(cast: SimpleNamespace) -> FeatureView:
    return ViewFactory.create(project=ProjectFactory(name="pay", owner=cast.payments), name="stats")


@pytest.fixture
def features(view: FeatureView) -> dict[str, Feature]:
    """One that is nobody's, and one that is somebody's with a default that is not."""
    consumer = Consumer.objects.create(kind="model", name="fraud")
    made = {}
    for name, privacy in (("amount", "none"), ("income", "quasi-identifier")):
        made[name] = FeatureFactory.create(
            view=view, name=name, privacy_class=privacy, version__privacy_class=privacy, version__default=1.5,
            version__default_policy="mean",
        )  # fmt: skip
        consumer.usages.create(feature=made[name], number=1, evidence="declared")
    two_days = timezone.now() + timedelta(days=2)
    grant_by_hand(made["income"].versions.get(), consumer, ends_at=two_days)
    return made


@pytest.fixture
def registry(
    live_server: Any, cast: SimpleNamespace, features: dict[str, Feature], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Registry]:  # fmt: skip
    from tests.cast import token_for

    monkeypatch.setenv("CHARTER_CACHE", str(tmp_path))
    with Registry(live_server.url, token_for(cast.service, "features:read")) as made:
        yield made


def away(registry: Registry) -> None:
    """From now on nobody answers there; what is kept stays kept."""
    registry.do = _nobody  # type: ignore[method-assign]


def _nobody(call: Any) -> Any:
    from charter.errors import Unreachable

    raise Unreachable("Nobody answers.")


def test_it_says_what_to_serve(registry: Registry) -> None:
    defaults = Defaults(registry, CONSUMER)
    amount, income = defaults.entry("pay.stats.amount@1"), defaults.entry("pay.stats.income")
    assert amount is not None
    assert income is not None
    assert (amount.default, amount.closes_at, amount.is_personal) == (1.5, None, False)
    assert (income.reference, income.is_personal, income.is_closed) == ("pay.stats.income@1", True, False)
    assert defaults.entry("pay.stats.other") is None
    assert defaults.stale_seconds is not None
    assert defaults.stale_seconds < 5


def test_while_charter_is_away_personal_features_close_and_the_rest_stays_open(registry: Registry) -> None:
    Defaults(registry, CONSUMER).refresh()
    away(registry)
    for days, is_closed in ((0, False), (1, False), (2, True), (30, True)):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            defaults = Defaults(registry, CONSUMER)
            amount, income = defaults.entry("pay.stats.amount@1"), defaults.entry("pay.stats.income@1")
            assert amount is not None
            assert income is not None
            assert (amount.default, amount.is_closed, income.is_closed) == (1.5, False, is_closed), days
            assert defaults.stale_seconds == pytest.approx(days * 86_400, abs=60)


def test_nobody_is_kept_waiting_once_there_is_a_copy(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """A portal that hangs costs one thread, not the requests that are served meanwhile."""
    defaults = Defaults(registry, CONSUMER)
    defaults.refresh()
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and says nothing
        settings = type(registry.settings)(f"http://127.0.0.1:{silent.getsockname()[1]}", "token")
        monkeypatch.setattr(registry, "settings", settings)
        defaults._ask_at = 0.0
        started = time.monotonic()
        for _ in range(100):
            assert defaults.entry("pay.stats.amount@1") is not None
        assert time.monotonic() - started < 0.5
        asking = [thread for thread in threading.enumerate() if thread.name == "charter-defaults"]
        assert len(asking) == 1
        asking[0].join(timeout=30)
        assert not asking[0].is_alive(), "an impatient call gives up"


def test_what_changes_is_learned(registry: Registry, features: dict[str, Feature]) -> None:
    defaults = Defaults(registry, CONSUMER)
    defaults.refresh()
    features["amount"].versions.update(state="quarantined")
    defaults.refresh()
    entry = defaults.entry("pay.stats.amount@1")
    assert entry is not None
    assert entry.served == "default"


def test_what_has_not_changed_is_not_sent_again(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    Defaults(registry, CONSUMER).refresh()
    answers: list[Any] = []
    asked = registry.do
    monkeypatch.setattr(registry, "do", lambda call: answers.append(asked(call)) or answers[-1])
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        defaults = Defaults(registry, CONSUMER)  # another process: the copy on disk knows its tag
        defaults.refresh()
    assert answers == [None]
    assert defaults.stale_seconds == 0


def test_a_bundle_of_somebody_else_changes_nothing(
    registry: Registry, features: dict[str, Feature], settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Even when it comes from the right address: then the service goes on with what it has."""
    defaults = Defaults(registry, CONSUMER)
    defaults.refresh()
    features["amount"].versions.update(state="quarantined")
    settings.SECRET_KEY = "a stranger's secret, long enough to be taken for a real one"
    defaults.refresh()
    entry = defaults.entry("pay.stats.amount@1")
    assert entry is not None
    assert entry.served == "value"
    assert "not signed by the Charter" in caplog.text


def test_a_new_key_is_followed_when_the_old_one_vouches_for_it(
    registry: Registry, features: dict[str, Feature], settings: Any, tmp_path: Path
) -> None:
    defaults = Defaults(registry, CONSUMER)
    defaults.refresh()
    [place] = tmp_path.rglob("keys.json")
    before = json.loads(place.read_text())
    features["amount"].versions.update(state="quarantined")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the next secret of the same people, which is as long as this"
    defaults.refresh()
    entry = defaults.entry("pay.stats.amount@1")
    assert entry is not None
    assert entry.served == "default"
    after = json.loads(place.read_text())
    assert len(after) == 2
    assert before.items() <= after.items()


def test_a_pinned_key_is_the_only_one(registry: Registry) -> None:
    from registry.signing import public_keys

    [key] = public_keys().values()
    assert Defaults(registry, CONSUMER, public_key=key).entry("pay.stats.amount@1") is not None
    other = key[:4] + ("A" if key[4] != "A" else "B") + key[5:]
    assert Defaults(registry, "model:fraud", public_key=other).entry("pay.stats.amount@1") is None


def test_a_disk_that_cannot_be_written_costs_the_copy_alone(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("CHARTER_CACHE", str(tmp_path / "file"))
    assert Defaults(registry, CONSUMER).entry("pay.stats.amount@1") is not None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_child_that_is_forked_off_while_its_parent_asks_can_ask_itself() -> None:
    nowhere = Registry("http://127.0.0.1:1", "token")
    defaults = Defaults(nowhere, "model:x")
    assert defaults._asking.acquire()
    child = os.fork()
    if child == 0:
        os._exit(int(defaults._asking.locked()))
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert defaults._asking.locked()
