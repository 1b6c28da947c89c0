"""The scorecard in a real browser: without barriers, and nothing cut off on a phone."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from governance.actions.attesting import attest_check
from governance.actions.keeping_scores import keep_scorecard
from tests.browser.conftest import Visit, faults
from tests.governance.scoring import make_measured
from tests.measured import measure

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_no_barriers_and_nothing_cut_off(visit: Visit, cast: SimpleNamespace) -> None:
    made = make_measured(cast)
    measure(made.view)
    until = timezone.now().date() + timedelta(days=30)
    attest_check(
        None, actor=cast.admin, check="cost-alerts", statement="The budget pages us at 80 %.", valid_until=until
    )
    keep_scorecard()
    pages = (
        "/scorecard/",
        "/scorecard/?view=pay.stats",
        "/scorecard/owners/",
        "/scorecard/cost-alerts/",
        "/v/pay/stats/",
    )
    assert faults(visit, pages, user=cast.admin) == {}
