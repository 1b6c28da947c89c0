"""Checks of operations and adoption: what moves each from unknown or not met to met, and back."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from governance.actions.attesting import attest_check
from governance.scorecard.catalogue import CHECKS
from monitoring.actions.serving import limit_serving
from registry.actions.consumers import change_tier
from registry.actions.searches import add_searches
from registry.actions.tokens import note_uses
from registry.actions.webhooks import change_webhook, create_webhook
from registry.client_versions import is_supported
from registry.models import Feature, SearchDay, Usage
from registry.search.counting import take_searches
from registry.tokens import take_uses
from tests.cast import api_as, page_as
from tests.factories import ConsumerFactory
from tests.governance.scoring import came_to, failing, parts, report, state

pytestmark = pytest.mark.django_db


def attest(cast: SimpleNamespace, check: str, days: int = 90) -> None:
    statement = "Read and walked through by those on call."
    until = timezone.now().date() + timedelta(days=days)
    attest_check(None, actor=cast.member, check=check, statement=statement, valid_until=until)


def test_runbook_store(measured: SimpleNamespace) -> None:
    assert parts("runbook-store") == ["met", "unknown", "not-met"]
    assert failing("runbook-store", 2) == ["pay.stats.amount"]
    attest(measured.cast, "runbook-store")
    assert state("runbook-store") == "partly"  # readers still get nothing while the store is away
    Feature.objects.update(has_default=True)
    assert state("runbook-store") == "attested"
    assert state("runbook-store", view=measured.view) == "met"
    Feature.objects.update(has_default=False)
    assert state("runbook-store") == "partly"


def test_runbook_pipeline(cast: SimpleNamespace) -> None:
    assert state("runbook-pipeline") == "unknown"
    attest(cast, "runbook-pipeline", days=180)
    assert state("runbook-pipeline") == "attested"
    with time_machine.travel(timezone.now() + timedelta(days=181), tick=False):
        assert state("runbook-pipeline") == "unknown"


def test_restore_drill(cast: SimpleNamespace) -> None:
    assert state("restore-drill") == "unknown"
    report("restore-drill", ago=timedelta(days=91))
    assert state("restore-drill") == "unknown"
    report("restore-drill", ago=timedelta(days=89))
    assert state("restore-drill") == "met"
    report("restore-drill", ended="FAIL")
    attest(cast, "restore-drill")
    assert state("restore-drill") == "not-met"  # evidence counts before what somebody says


def test_cost_alerts(cast: SimpleNamespace) -> None:
    assert state("cost-alerts") == "unknown"
    attest(cast, "cost-alerts")
    assert state("cost-alerts") == "attested"


def test_a_budget_of_the_online_store(measured: SimpleNamespace) -> None:
    assert state("cost-alerts") == "unknown"
    limit_serving(measured.store, actor=measured.cast.admin, served_bytes=10_000_000)
    assert state("cost-alerts") == "met"


def test_on_call(measured: SimpleNamespace) -> None:
    cast = measured.cast
    model = ConsumerFactory(team=cast.risk)
    Usage.objects.create(consumer=model, feature=measured.feature, evidence="declared")
    assert state("on-call") == "unknown"  # nobody said what is of tier 1
    change_tier(model, actor=cast.owner_b, tier=1)
    assert (state("on-call"), failing("on-call")) == ("not-met", ["pay.stats"])
    hook, _ = create_webhook(
        cast.payments, actor=cast.owner_a, name="Pager", kind="pager", url="https://events.example.org/v2/enqueue",
        routing_key="r" * 32,
    )  # fmt: skip
    assert state("on-call", view=measured.view) == "met"
    change_webhook(hook, actor=cast.owner_a, is_on=False)
    assert state("on-call") == "not-met"
    url = "https://events.example.org/v2/enqueue"
    create_webhook(None, actor=cast.admin, name="All", kind="pager", url=url, routing_key="r" * 32)
    assert (state("on-call"), failing("on-call")) == ("met", [])


def test_client(cast: SimpleNamespace) -> None:
    def used_by(agent: str) -> str:
        client.get("/api/v1/features", HTTP_USER_AGENT=agent)
        note_uses(take_uses())
        return state("client")

    client: Any = api_as(cast.service)
    take_uses()  # of tests before this one
    assert state("client") == "unknown"
    assert used_by("curl/8.1") == "not-met"
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        assert used_by("charter-python/0.1.0") == "met"
    with time_machine.travel(timezone.now() + timedelta(minutes=4), tick=False):
        assert used_by("charter-python/9.0.0") == "partly"
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        assert state("client") == "unknown"


@pytest.mark.parametrize(("version", "is_fit"), [("0.1.0", True), ("0.0.9", True), ("1.0.0", False), ("x", False)])
def test_which_versions_of_the_client_are_supported(version: str, is_fit: bool) -> None:
    assert is_supported(version) is is_fit


def test_search(measured: SimpleNamespace) -> None:
    take_searches()
    page, api = page_as(measured.cast.viewer), api_as(measured.cast.service)
    assert state("search") == "unknown"
    page.get("/search?q=amount")
    page.get("/search")  # the start is no search
    api.get("/api/v1/features?q=amount")
    api.get("/api/v1/search?q=amount")
    add_searches(take_searches())
    assert (state("search"), came_to("search").parts[0].of) == ("met", 3)
    assert "1 of" in came_to("search").parts[0].said  # services are no people
    page.get("/search?q=zzzzqqqq")
    add_searches(take_searches())
    assert state("search") == "not-met"
    assert SearchDay.objects.get(user=measured.cast.viewer).searches == 2
    SearchDay.objects.update(day=timezone.now().date() - timedelta(days=31))
    assert state("search") == "unknown"


@pytest.mark.parametrize("check", ["quick-start", "local-environment"])
def test_what_a_pipeline_runs(cast: SimpleNamespace, check: str) -> None:
    assert state(check) == "unknown"
    report(check, ago=timedelta(days=8))
    assert state(check) == "unknown"
    report(check, ago=timedelta(days=2))
    assert state(check) == "met"
    report(check, ended="FAIL", ago=timedelta(days=1))
    assert state(check) == "not-met"


def test_there_are_25_checks_and_each_says_what_it_reads() -> None:
    assert [check.number for check in CHECKS] == list(range(1, 26))
    assert len({check.slug for check in CHECKS}) == 25
    assert all(check.reads.endswith(".") and check.wants.endswith(".") for check in CHECKS)


def test_nothing_is_green_where_there_is_nothing(cast: SimpleNamespace) -> None:
    """An empty installation passes nothing but what it is asked about itself."""
    passed = {check.slug for check in CHECKS if came_to(check.slug).is_passed}
    assert passed == set()
