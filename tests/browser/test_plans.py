"""Plans, files and readers in a real browser: applied by hand, without barriers, nothing cut off."""

from types import SimpleNamespace

import pytest
from django.utils import timezone

from charter.files.folders import check_texts
from registry.actions.plans import apply_plan, make_plan
from registry.actions.reads import Event, report_reads
from registry.models import FeatureView, Plan
from tests.browser.conftest import Visit, faults
from tests.factories import ProjectFactory
from tests.registry.test_plans import SOURCE, VIEW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def made(actor: object, text: str) -> Plan:
    texts = [("features/stats.yaml", text)]
    return make_plan(None, actor=actor, texts=texts, checked=check_texts(texts), source=SOURCE, commit="0a1b2c3d4e5f")


@pytest.fixture
def plans(cast: SimpleNamespace) -> SimpleNamespace:
    """One that is applied, one that waits, one that is refused, and a model that nobody declared."""
    ProjectFactory(name="pay", owner=cast.payments)
    applied = apply_plan(made(cast.owner_a, VIEW), actor=cast.owner_a)
    read = Event("1", "model:fraud-ranker", "pay.stats.avg_amount_7d", 1_200, timezone.now())
    report_reads([read], actor=cast.service, token_name="svc-ranker")  # noqa: S106  a name
    waiting = made(cast.owner_a, VIEW.replace("quasi-identifier", "pseudonymous").replace("over 7 days", "over a week"))
    refused = made(cast.owner_a, VIEW.replace("unit: EUR", "unit: USD").replace("ttl: 7d", "ttl: 3d"))
    return SimpleNamespace(applied=applied, waiting=waiting, refused=refused)


def test_no_barriers_and_nothing_cut_off(visit: Visit, cast: SimpleNamespace, plans: SimpleNamespace) -> None:
    addresses = [one.get_absolute_url() for one in (plans.applied, plans.waiting, plans.refused)]
    pages = (
        "/plans/", *addresses, "/v/pay/stats/", "/f/pay/stats/avg_amount_7d/", "/c/", "/c/model/fraud-ranker/",
        "/docs/files/", "/docs/client/", "/insights/",
    )  # fmt: skip
    assert faults(visit, pages, user=cast.member) == {}
    assert faults(visit, ["/c/new/"], user=cast.owner_a) == {}


def test_a_plan_is_approved_and_applied_by_hand(visit: Visit, cast: SimpleNamespace, plans: SimpleNamespace) -> None:
    page = visit(plans.waiting.get_absolute_url(), user=cast.member)
    page.get_by_role("button", name="Approve for committee").click()
    page.wait_for_load_state()
    page = visit(plans.waiting.get_absolute_url(), user=cast.owner_a)
    page.get_by_role("button", name="Apply 2 changes").click()
    page.get_by_text("is applied.").wait_for()
    view = FeatureView.objects.get()
    assert view.features.get(name="home_town").privacy_class == "pseudonymous"


def test_who_reads_undeclared_is_said_in_words(visit: Visit, cast: SimpleNamespace, plans: SimpleNamespace) -> None:
    page = visit("/f/pay/stats/avg_amount_7d/", user=cast.viewer)
    readers = page.locator("#readers")
    assert readers.get_by_text("Undeclared").is_visible()
    assert readers.get_by_text("seen by token svc-ranker").is_visible()
