"""Registering and ending features in a real browser: by hand from the first page to the last, without barriers."""

from types import SimpleNamespace

import pytest
from django.utils import timezone

from registry.actions.registering import create_view, register_feature
from registry.models import Feature, Version
from tests.browser.conftest import Visit, faults
from tests.factories import EntityFactory, FeatureFactory, ProjectFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DRAFT = "/f/pay/stats/avg_amount_7d/draft"
OLD = "/f/pay/stats/old_amount"
PAGES = (
    "/new/", "/new/?view=pay.stats", "/new/view", f"{DRAFT}/meaning/", f"{DRAFT}/type/", f"{DRAFT}/values/",
    f"{DRAFT}/privacy/", f"{DRAFT}/definition/", f"{DRAFT}/check/", "/f/pay/stats/avg_amount_7d/",
    f"{OLD}/versions/", f"{OLD}/deprecate/?v=2", f"{OLD}/quarantine/?v=2", f"{OLD}/retire/?v=1", "/v/pay/stats/",
)  # fmt: skip


@pytest.fixture
def project(cast: SimpleNamespace) -> None:
    made = ProjectFactory(name="pay", owner=cast.payments)
    EntityFactory(project=made)
    view = create_view(made, actor=cast.owner_a, name="stats", entities=["user"], is_online=True)
    register_feature(view, actor=cast.owner_a, name="avg_amount_7d", terms={"dtype": "float64"})
    old = FeatureFactory(view=view, name="old_amount")
    Version.objects.filter(feature=old).update(
        state="deprecated", deprecated_at=timezone.now(), sunset_on=timezone.now().date()
    )
    Version.objects.create(feature=old, number=2, dtype="decimal", state="active", activated_at=timezone.now())
    Version.objects.create(feature=old, number=3, dtype="decimal", state="draft", note="Why not")
    Feature.objects.filter(pk=old.pk).update(number=2)


def test_no_barriers_and_nothing_cut_off(visit: Visit, cast: SimpleNamespace, project: None) -> None:
    assert faults(visit, PAGES, user=cast.owner_a) == {}


def test_from_the_top_bar_to_a_published_feature(visit: Visit, cast: SimpleNamespace, project: None) -> None:
    page = visit("/", user=cast.owner_a)
    page.get_by_role("link", name="New", exact=True).click()
    page.get_by_role("link", name="pay.stats").click()
    page.get_by_label("Name").press_sequentially("Max Amount")
    page.get_by_text("Small letters, digits and _, and a letter first: max_amount.").wait_for()
    page.get_by_label("Name").fill("old_amount_2")
    page.get_by_text("Good name").wait_for()
    page.get_by_text("pay.stats.old_amount").wait_for()
    page.get_by_label("Name").fill("max_amount_7d")
    page.get_by_role("button", name="Save as draft").click()
    page.get_by_label("Description").fill("Largest amount of seven days.")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_label("Type").fill("float64")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("link", name="Check and publish").click()
    page.get_by_role("link", name="Say the class.").click()
    page.get_by_label("Not personal").check()
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("button", name="Publish v1").click()
    page.get_by_text("v1 is published.").wait_for()
    assert Feature.objects.get(name="max_amount_7d").state == "active"
