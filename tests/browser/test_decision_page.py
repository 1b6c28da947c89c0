"""What machines were told, as auditors read it: without barriers, in both themes, wide and narrow."""

from types import SimpleNamespace

import pytest

from tests.browser.conftest import Visit, faults
from tests.governance.asking import make_asking
from tests.governance.machines import asker, decided, grant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_no_barriers_and_nothing_cut_off(cast: SimpleNamespace, visit: Visit) -> None:
    asking = make_asking(cast)
    grant(asking)
    client = asker(asking)
    decided(client)
    decided(client, "pay.users.email", environment="dev")
    assert faults(visit, ["/audit/decisions/", "/audit/decisions/?decision=true"], user=cast.auditor) == {}
