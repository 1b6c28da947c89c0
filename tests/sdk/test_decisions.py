"""May it? From Python, from the command line, and while Charter is away."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from charter import AsyncRegistry, Registry
from charter.decisions import Decisions
from charter.errors import AccessDenied, Forbidden, Unreachable
from registry.models import Version
from tests.cast import token_for
from tests.factories import ConsumerFactory, FeatureFactory, ProjectFactory, ViewFactory
from tests.governance.machines import grant_by_hand

pytestmark = [pytest.mark.django_db(transaction=True)]
MODEL, POSTCODE, SIZE = "model:fraud", "pay.stats.postcode", "pay.stats.size"


@pytest.fixture
def held(cast: SimpleNamespace) -> SimpleNamespace:
    """A feature that is personal and one that is not, and a model with a grant of ten days."""
    view = ViewFactory(project=ProjectFactory(name="pay", owner=cast.payments), name="stats")
    FeatureFactory(view=view, name="size", version__privacy_class="none", privacy_class="none")
    FeatureFactory(
        view=view, name="postcode", version__privacy_class="quasi-identifier", privacy_class="quasi-identifier"
    )
    model = ConsumerFactory(kind="model", name="fraud", team=cast.payments)
    version = Version.objects.get(feature__key=POSTCODE)
    grant = grant_by_hand(version, model, ends_at=timezone.now() + timedelta(days=10))
    return SimpleNamespace(cast=cast, grant=grant)


@pytest.fixture
def registry(
    held: SimpleNamespace, live_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Registry]:
    monkeypatch.setenv("CHARTER_CACHE", str(tmp_path))
    with Registry(live_server.url, token_for(held.cast.owner_a, "authz:evaluate", "features:read")) as made:
        yield made


def away(registry: Registry) -> None:
    def nobody(call: Any) -> Any:
        raise Unreachable("Nobody answers.")

    registry.do = nobody  # type: ignore[method-assign]


def test_yes_and_no(registry: Registry, held: SimpleNamespace) -> None:
    yes = registry.can(MODEL, "serve", POSTCODE, "fraud")
    assert yes
    assert (yes.context["grant"], yes.expires_at, yes.ttl_seconds) == (str(held.grant), held.grant.ends_at, 300)
    no = registry.can("user:alice", "serve", POSTCODE, "fraud")
    assert not no
    assert registry.can(MODEL, "serve", POSTCODE, "marketing").reason == "purpose_not_allowed"
    assert (no.reason, "pay.stats.postcode@1" in no.request_url) == ("no_grant", True)
    questions = [{"subject": {"type": "model", "id": "fraud"}, "action": {"name": "serve"},
                  "resource": {"type": "feature", "id": SIZE}}] * 101  # fmt: skip
    assert len(registry.evaluate(questions)) == 101
    assert registry.can(MODEL, "read_offline", "feature_view:pay.stats", "fraud")


def test_a_handle_asserts_it(registry: Registry, live_server: Any, held: SimpleNamespace) -> None:
    feature = registry.feature(POSTCODE)
    feature.assert_usable("fraud", subject=MODEL)
    with pytest.raises(AccessDenied, match="Ask for access") as denied:
        feature.assert_usable("fraud")
    assert (denied.value.reason, "subject=user:alice" in denied.value.request_url) == ("no_grant", True)
    registry.feature(SIZE).assert_usable("fraud")
    with (
        Registry(live_server.url, token_for(held.cast.owner_a, "features:read")) as without,
        pytest.raises(Forbidden),
    ):
        without.can(MODEL, "serve", SIZE)


def test_the_same_awaited(registry: Registry) -> None:
    async def ask() -> None:
        async with AsyncRegistry(registry.settings.url, registry.settings.token) as charter:
            assert await charter.can(MODEL, "serve", POSTCODE, "fraud")
            feature = await charter.feature(POSTCODE)
            await feature.assert_allowed("fraud", subject=MODEL)
            with pytest.raises(AccessDenied):
                await feature.assert_allowed("marketing", subject=MODEL)

    with ThreadPoolExecutor(1) as pool:  # a browser's loop may live in this thread
        pool.submit(lambda: asyncio.run(ask())).result()


def test_while_charter_is_away_personal_data_close_with_the_grant(registry: Registry) -> None:
    first = Decisions(registry, MODEL)
    first.ask([("serve", POSTCODE, "fraud"), ("serve", SIZE, ""), ("serve", POSTCODE, "marketing")])
    away(registry)
    for days, may in ((0, True), (9, True), (10, False), (30, False)):
        with time_machine.travel(timezone.now() + timedelta(days=days, minutes=1)):
            for decisions in (first, Decisions(registry, MODEL)):  # the same process, and one that starts then
                answer = decisions.can("serve", POSTCODE, "fraud")
                assert answer.decision is may, days
                assert decisions.can("serve", SIZE).decision is True
                assert decisions.can("serve", POSTCODE, "marketing").reason == "purpose_not_allowed"
                assert decisions.can("serve", "pay.stats.other").reason == "unreachable"


def test_an_answer_is_used_as_long_as_it_says(registry: Registry, held: SimpleNamespace) -> None:
    asked, real = [], registry.do
    registry.do = lambda call: (asked.append(call), real(call))[1]  # type: ignore[method-assign,func-returns-value]
    decisions = Decisions(registry, MODEL)
    for _ in range(3):
        assert decisions.can("serve", POSTCODE, "fraud")
    assert len(asked) == 1
    with time_machine.travel(timezone.now() + timedelta(seconds=301)):
        assert decisions.can("serve", POSTCODE, "fraud")
    assert len(asked) == 2
    type(held.grant).objects.update(state="revoked", ended_at=timezone.now(), reason="Over.")
    with time_machine.travel(timezone.now() + timedelta(seconds=700)):
        assert not decisions.can("serve", POSTCODE, "fraud")


def test_nothing_of_others_is_believed(registry: Registry, tmp_path: Path) -> None:
    decisions = Decisions(registry, MODEL)
    decisions.can("serve", POSTCODE, "fraud")
    (kept,) = tmp_path.rglob("*.decisions.json")
    assert kept.stat().st_mode & 0o077 == 0
    for broken in ("", "[]", '{"decisions": [{}]}', '{"decisions": 1}'):
        kept.write_text(broken)
        away(registry)
        assert Decisions(registry, MODEL).can("serve", POSTCODE, "fraud").reason == "unreachable"


def test_on_the_command_line(held: SimpleNamespace, charter: Any) -> None:
    token = token_for(held.cast.owner_a, "authz:evaluate")
    yes = charter("can-access", MODEL, "serve", f"{POSTCODE}@1", "--purpose", "fraud", CHARTER_TOKEN=token)
    assert (yes.code, yes.err) == (0, "")
    assert f"by {held.grant}" in yes.out
    no = charter("can-access", "user:alice", "serve", POSTCODE, "--purpose", "fraud", CHARTER_TOKEN=token)
    assert no.code == 1
    assert "No (no_grant)" in no.out
    assert "Ask for access: http" in no.out
    as_json = charter("--json", "can-access", MODEL, "serve", SIZE, CHARTER_TOKEN=token)
    assert (as_json.code, '"decision": true' in as_json.out) == (0, True)
