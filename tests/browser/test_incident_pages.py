"""Incident pages in Chromium: readable in both themes and widths, and done with a click."""

from types import SimpleNamespace

import pytest

from monitoring.models import Incident
from registry.models import FeatureView
from tests.browser.conftest import Visit, faults
from tests.monitoring.breaking import hourly, read

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def incident(cast: SimpleNamespace) -> Incident:
    read(hourly("stats", owner=cast.payments), times=2)
    return Incident.objects.get()


def test_no_page_has_barriers(cast: SimpleNamespace, incident: Incident, visit: Visit) -> None:
    view = FeatureView.objects.get()
    pages = (
        "/incidents/",
        "/incidents/?kiosk=1",
        incident.get_absolute_url(),
        view.get_absolute_url(),
        "/health/?kiosk=1",
    )
    assert faults(visit, pages, user=cast.owner_a) == {}


def test_acknowledged_muted_and_written_up(cast: SimpleNamespace, incident: Incident, visit: Visit) -> None:
    page = visit("/incidents/", user=cast.owner_a)
    page.get_by_role("link", name=str(incident)).click()
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_text("It is yours.").wait_for()
    page.get_by_label("Tell nobody more").select_option("4")
    page.get_by_role("button", name="Mute").click()
    page.get_by_text("Muted, but for its end.").wait_for()
    page.get_by_text("Write it down").click()
    page.get_by_label("What was learnt").fill("The **scheduler** stood still.")
    page.get_by_role("button", name="Save the note").click()
    page.locator("strong", has_text="scheduler").wait_for()
    assert page.get_by_role("button", name="Acknowledge").count() == 0


def test_the_mark_leads_from_the_feature_to_the_incident(
    cast: SimpleNamespace, incident: Incident, visit: Visit
) -> None:
    page = visit(FeatureView.objects.get().features.get().get_absolute_url(), user=cast.viewer)
    page.get_by_role("link", name=str(incident)).click()
    page.get_by_role("heading", name=str(incident)).wait_for()
