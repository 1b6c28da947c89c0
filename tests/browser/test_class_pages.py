"""Suggestions of classes in a real browser: without barriers, and decided."""

from types import SimpleNamespace

import pytest

from governance.models import ClassSuggestion
from governance.tasks import suggest_classes
from tests.browser.conftest import Visit, faults
from tests.lineage.orders import RAW, make_orders
from tests.lineage.personal import mailed, tagged
from tests.lineage.sent import tell

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def suggestion(cast: SimpleNamespace) -> ClassSuggestion:
    """An address of raw orders is made into a feature of payments; nobody tells its class."""
    mailed(make_orders(cast))
    tell(tagged(RAW, ("pii", "true", "email")))
    suggest_classes()
    return ClassSuggestion.objects.get()


def test_no_barriers_and_nothing_cut_off(visit: Visit, cast: SimpleNamespace, suggestion: ClassSuggestion) -> None:
    pages = ("/classes/", "/classes/?of=decided", f"/classes/{suggestion}/", "/f/shop/order_stats/email/lineage/")
    assert faults(visit, pages, user=cast.owner_a) == {}


def test_the_owner_decides(visit: Visit, cast: SimpleNamespace, suggestion: ClassSuggestion) -> None:
    page = visit("/f/shop/order_stats/email/lineage/", user=cast.owner_a)
    page.get_by_role("link", name="Decide").click()
    page.get_by_label("Direct identifier").check()
    page.get_by_label("Purposes").fill("fraud")
    page.get_by_role("button", name="Accept").click()
    page.get_by_text("shop.order_stats.email has the class.").wait_for()
    suggestion.refresh_from_db()
    assert suggestion.state == "accepted"
