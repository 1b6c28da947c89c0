"""What lineage's tests share."""

from types import SimpleNamespace

import pytest


@pytest.fixture
def world(cast: SimpleNamespace) -> SimpleNamespace:
    """The company of tests/lineage/orders.py, with `api` as Alice, who owns what is hidden too."""
    from tests.cast import api_as  # models cannot be imported before Django is set up
    from tests.lineage.orders import make_orders

    made = make_orders(cast)
    made.api = api_as(cast.owner_a)
    return made
