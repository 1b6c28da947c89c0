"""The client in Python: waiting and awaited the same, warnings once, typed errors, and calls that are tried again."""

import asyncio
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

import charter
from charter import AsyncRegistry, Registry, exchange, flows, settings
from charter.errors import Forbidden, NotConfigured, NotFound, NotUsable, Refused, Unreachable
from registry.choices import PullKind
from registry.models import Feature, Pull
from tests.cast import token_for
from tests.factories import ConnectionFactory, FeatureFactory, ProjectFactory, ViewFactory

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "pay.stats.amount"


@pytest.fixture
def feature(cast: SimpleNamespace) -> Feature:
    """Version 1 is deprecated, version 2 stands for the feature."""
    view = ViewFactory(project=ProjectFactory(name="pay", owner=cast.payments), name="stats")
    made = FeatureFactory.create(view=view, name="amount", number=2, privacy_class="none", version__default=1.5,
                                 version__default_policy="constant", version__privacy_class="none")  # fmt: skip
    made.versions.create(
        number=1, dtype="int64", state="deprecated", deprecated_at=timezone.now(), sunset_on=date(2031, 1, 31),
        replacement=made.versions.get(),
    )  # fmt: skip
    return made


@pytest.fixture
def token(cast: SimpleNamespace) -> str:
    return token_for(cast.owner_a, "features:read", "features:write")


@pytest.fixture
def registry(live_server: Any, token: str) -> Iterator[Registry]:
    with Registry(live_server.url, token) as made:
        yield made


def test_a_feature_and_its_versions(registry: Registry, feature: Feature) -> None:
    handle = registry.feature(KEY)
    assert (handle.reference, handle.default, handle.contract.number) == (f"{KEY}@2", 1.5, 2)
    handle.assert_usable()
    feature.versions.filter(number=2).update(state="quarantined", state_reason="Values of one shop are doubled.")
    with pytest.raises(NotUsable, match=r"is quarantined. Values of one shop"):
        registry.feature(KEY).assert_usable()


def test_a_deprecated_version_warns_once_and_names_what_follows(registry: Registry, feature: Feature) -> None:
    Feature.objects.update(name="old", key="pay.stats.old")  # nothing warned of it before in this process
    with pytest.warns(FutureWarning, match=r"old@1 is deprecated and served until 2031-01-31; read .*old@2") as seen:
        registry.feature("pay.stats.old").version(1)
    assert seen[0].filename.endswith("handles.py")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        registry.feature("pay.stats.old@1")


def test_awaited_is_the_same(live_server: Any, token: str, feature: Feature) -> None:
    async def ask() -> list[Any]:
        async with AsyncRegistry(live_server.url, token) as registry:
            handle = await registry.feature(KEY)
            same = await handle.version(2)
            found, health = await asyncio.gather(registry.search("amount"), registry.feature_health(KEY))
            with pytest.raises(NotFound):
                await registry.feature("no.such.thing")
            retire = await registry.can_retire(KEY)
            return [handle.reference, same.reference, [one.key for one in found], health["state"], retire.ok]

    with ThreadPoolExecutor(1) as pool:  # of its own: a browser of another test may keep a loop in this thread
        answered = pool.submit(lambda: asyncio.run(ask())).result()
    assert answered == [f"{KEY}@2", f"{KEY}@2", [KEY], "unknown", False]


def test_both_have_every_verb() -> None:
    public = {name for name in dir(Registry) if not name.startswith("_")}
    assert public == {name for name in dir(AsyncRegistry) if not name.startswith("_")}
    verbs = {
        name
        for name, value in vars(flows).items()
        if callable(value) and getattr(value, "__module__", "") == flows.__name__
    }
    assert {name for name in verbs if not name.startswith("_")} - {"parts", "told_in", "question"} <= public


def test_errors_have_a_type_and_a_way_out(live_server: Any, registry: Registry, feature: Feature) -> None:
    with pytest.raises(Refused) as refused:
        registry.retire(f"{KEY}@1")
    assert (refused.value.status, bool(refused.value.errors), bool(refused.value.request_id)) == (422, True, True)
    with Registry(live_server.url, "charter_pat_wrong") as stranger, pytest.raises(Forbidden) as unknown:
        stranger.me()
    assert (unknown.value.code, bool(unknown.value.fix)) == ("invalid_token", True)


def test_a_name_of_a_store_may_hold_anything(registry: Registry, cast: SimpleNamespace) -> None:
    view = ViewFactory(project=ProjectFactory(name="p", owner=cast.payments), name="v")
    for name in ("a/b", "50 %", "ü@x", "a%2Fb"):
        FeatureFactory(view=view, name=name)
        assert registry.feature(f"p.v.{name}").feature.key == f"p.v.{name}"


@pytest.mark.parametrize(
    ("url", "token", "said"),
    [
        ("", "t", "Where is Charter"), ("charter.example.com", "t", "is no address"), ("ftp://x", "t", "is no address"),
        ("http://x", "", "Who asks"), ("http://x", "two words", "no token has"), ("http://x", "tökén", "no token has"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_said_at_once(
    url: str, token: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("CHARTER_URL", "CHARTER_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(NotConfigured, match=said):
        settings.known(url, token)


def test_importing_it_costs_nothing() -> None:
    assert "FeatureHandle" in charter.__all__
    with pytest.raises(AttributeError):
        _ = charter.nothing


def test_progress_is_heard_until_the_end(registry: Registry, cast: SimpleNamespace) -> None:
    connection = ConnectionFactory.create(slug="prod", owner=cast.payments)
    pull = Pull.objects.create(connection=connection, kind=PullKind.DEFINITIONS, state="running", total=4, done=1)

    def work() -> None:
        time.sleep(1.5)
        Pull.objects.filter(pk=pull.pk).update(done=4, state="succeeded", finished_at=timezone.now())
        connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    seen = [(one.done, one.state) for one in registry.watch(pull.reference)]
    worker.join()
    assert seen[0] == (1, "running")
    assert seen[-1] == (4, "succeeded")


class Flaky(BaseHTTPRequestHandler):
    """A portal on a bad day: answers by script, and keeps what it was asked."""

    script: list[tuple[int, dict[str, str]]] = []
    asked: list[tuple[str, str | None]] = []

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.asked.append((self.command, self.headers.get("Idempotency-Key")))
        status, headers = self.script.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        body = b'{"username": "vera"}' if status == 200 else b'{"code": "busy", "detail": "Later."}'
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = _answer  # noqa: N815  http.server's names

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def flaky(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., tuple[Registry, list[tuple[str, str | None]]]]]:
    """`flaky((503, {}), (200, {}))` is a client of a portal that answers so, and the list of what it was asked."""
    monkeypatch.setattr(exchange, "_pause", lambda attempt: 0.0)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Flaky)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    made: list[Registry] = []

    def answering(*script: tuple[int, dict[str, str]]) -> tuple[Registry, list[tuple[str, str | None]]]:
        Flaky.script, Flaky.asked = list(script), []
        made.append(Registry(f"http://127.0.0.1:{server.server_address[1]}", "t"))
        return made[-1], Flaky.asked

    yield answering
    for registry in made:
        registry.close()
    server.shutdown()
    server.server_close()
    thread.join()


def test_what_passes_is_tried_again(flaky: Any) -> None:
    registry, asked = flaky((503, {}), (429, {"Retry-After": "0"}), (200, {}))
    assert registry.me()["username"] == "vera"
    assert len(asked) == 3


def test_a_write_is_repeated_under_one_key(flaky: Any) -> None:
    registry, asked = flaky((502, {}), (200, {}))
    registry.run(_written())
    assert len({key for _, key in asked}) == 1
    assert asked[0][1]


def _written() -> Any:
    from charter.calls import report_usage

    return (yield report_usage([]))


def test_it_is_not_tried_for_ever(flaky: Any) -> None:
    registry, asked = flaky(*[(503, {})] * 9)
    with pytest.raises(Refused) as refused:
        registry.me()
    assert (refused.value.status, len(asked)) == (503, exchange.MOST_TRIES)


def test_a_redirect_is_not_followed_with_the_token(flaky: Any) -> None:
    registry, asked = flaky((302, {"Location": "http://elsewhere.test/"}))
    with pytest.raises(Unreachable, match=r"leads to http://elsewhere.test/"):
        registry.me()
    assert len(asked) == 1


def test_something_else_than_charter_is_said_to_be_that(flaky: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    registry, _ = flaky((404, {}))
    monkeypatch.setattr(Flaky, "_answer", None)
    monkeypatch.setattr(Flaky, "do_GET", lambda self: self.send_error(404))
    with pytest.raises(Unreachable, match="is not Charter"):
        registry.me()
