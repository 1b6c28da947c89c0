"""Pages in a real browser: both themes and widths, without barriers, with their panels, keys and charts working."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from registry.models import Feature, Follow, Usage, Version
from tests.browser.conftest import Visit, faults
from tests.factories import (
    ConnectionFactory,
    ConsumerFactory,
    EntityFactory,
    FeatureFactory,
    ProjectFactory,
    SourceFactory,
    ViewFactory,
)
from tests.measured import measure

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = (
    "/", "/f/payments/stats/avg_amount/", "/f/payments/stats/avg_amount/versions/", "/f/payments/stats/phone/",
    "/f/payments/stats/avg_amount/activity/?as_of=2126-01-01", "/f/payments/stats/avg_amount/health/",
    "/f/payments/stats/phone/health/", "/v/payments/stats/", "/v/payments/stats/health/", "/compare",
    "/compare?a=payments.stats.avg_amount&b=payments.stats.phone",
    "/compare?a=payments.stats_of_settled_card_transactions.mean_amount_of_thirty_days",
    "/teams/", "/teams/payments/", "/people/alice/",
    "/p/", "/p/payments/", "/a/payments/orders/", "/c/model/ranker/", "/health/", "/health/?tab=nulls",
)  # fmt: skip

# The sum of Chromium's own layout shifts so far; none at all means zero.
SHIFT = """new Promise(done => {
  setTimeout(() => done(0), 500);
  new PerformanceObserver(list => done(list.getEntries().reduce((sum, entry) => sum + entry.value, 0)))
    .observe({type: "layout-shift", buffered: true});
})"""


@pytest.fixture
def feature(cast: SimpleNamespace) -> Feature:
    """payments.stats with two features, one of them personal: measured, read, of two versions."""
    project = ProjectFactory(name="payments", owner=cast.payments)
    view = ViewFactory(
        project=project, name="stats", connection=ConnectionFactory(), is_online=True, ttl=timedelta(days=7),
        source=SourceFactory(project=project, name="orders"), schedule_every=timedelta(hours=1), health="crit",
        definition="SELECT user_id, avg(amount) FROM orders GROUP BY user_id", health_reasons=["Too old."],
    )  # fmt: skip
    view.entities.add(EntityFactory(project=project))
    feature = FeatureFactory(view=view, name="avg_amount", health="crit", tags=["tier=1"], models_count=1)
    Version.objects.create(feature=feature, number=2, dtype="decimal", state="active", activated_at=timezone.now())
    FeatureFactory(view=view, name="phone", privacy_class="direct-identifier", looks_personal=True)
    consumer = ConsumerFactory(name="ranker", project=project, team=cast.risk)
    Usage.objects.create(consumer=consumer, feature=feature, evidence="declared")
    for hours in reversed(range(30)):
        at = timezone.now() - timedelta(hours=hours)
        measure(view, at=at, age=timedelta(minutes=30 + hours), nulls=hours % 7)
        measure(view, origin="served", at=at, age=timedelta(minutes=40), sample_size=50)
    return feature


def test_no_barriers_and_nothing_cut_off(visit: Visit, cast: SimpleNamespace, feature: Feature) -> None:
    assert faults(visit, PAGES, user=cast.owner_a) == {}


def test_the_verdict_needs_no_scrolling(visit: Visit, cast: SimpleNamespace, feature: Feature) -> None:
    page = visit(feature.get_absolute_url(), user=cast.viewer)
    fold = page.locator(".tiles").bounding_box()
    assert fold is not None
    assert fold["y"] + fold["height"] < 800
    assert page.locator(".tiles .spark").count() == 2
    assert page.locator(".tiles .chip").count() == 2


def test_nothing_moves_when_the_trust_strip_arrives(visit: Visit, cast: SimpleNamespace, feature: Feature) -> None:
    page = visit(feature.get_absolute_url(), user=cast.viewer)
    shift = page.evaluate(SHIFT)
    assert shift <= 0.05


def test_following_by_key(visit: Visit, cast: SimpleNamespace, feature: Feature) -> None:
    page = visit(feature.get_absolute_url(), user=cast.viewer)
    page.keyboard.press("f")
    page.get_by_role("button", name="Following · 1").wait_for()
    assert Follow.objects.get().feature == feature


def test_choosing_a_version_keeps_the_page_and_its_address(
    visit: Visit, cast: SimpleNamespace, feature: Feature
) -> None:
    page = visit(feature.get_absolute_url(), user=cast.viewer)
    page.get_by_label("Version", exact=True).select_option("2")
    page.wait_for_url("**/?v=2")
    page.locator(".rail").get_by_text("decimal").wait_for()


def test_charts_are_drawn_when_they_are_looked_at(visit: Visit, cast: SimpleNamespace, feature: Feature) -> None:
    page = visit(f"{feature.get_absolute_url()}health/", user=cast.viewer)
    page.locator("charter-figure .main-svg").first.wait_for()
    for figure in page.locator("charter-figure").all():
        figure.scroll_into_view_if_needed()
        figure.locator(".main-svg").first.wait_for()
    assert page.locator("charter-figure").count() == 5
    personal = visit("/f/payments/stats/phone/health/", user=cast.viewer)
    assert personal.locator("charter-figure").count() == 3


def test_rows_get_their_pictures(visit: Visit, cast: SimpleNamespace, feature: Feature) -> None:
    page = visit(feature.view.get_absolute_url(), user=cast.viewer)
    assert page.locator("td .picture svg").count() == 2


def test_comparing_what_is_ticked(visit: Visit, cast: SimpleNamespace, feature: Feature) -> None:
    page = visit(feature.view.get_absolute_url(), user=cast.viewer)
    page.get_by_label("Select avg_amount").check()
    page.get_by_label("Select phone").check()
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("heading", name="Compare").wait_for()
    assert page.locator("tr.differs").count() > 0


def test_without_scripts(visit: Visit, cast: SimpleNamespace, feature: Feature) -> None:
    page = visit(feature.get_absolute_url(), user=cast.viewer, java_script_enabled=False)
    assert page.locator(".tiles .figure").first.text_content() == "40 m"
    page.get_by_role("button", name="Follow").click()
    assert page.get_by_role("button", name="Following · 1").is_visible()
    page.get_by_label("Version", exact=True).select_option("2")
    page.get_by_role("button", name="Show").click()
    assert page.locator(".rail").get_by_text("decimal").is_visible()
