"""What the tests of governance share."""

from types import SimpleNamespace

import pytest

from tests.stores import Stores


@pytest.fixture
def ending(cast: SimpleNamespace) -> SimpleNamespace:
    """A version that several teams read; see tests/governance/ending.py."""
    from tests.governance.ending import make_ending  # its models cannot be imported before Django is set up

    return make_ending(cast)


@pytest.fixture
def asking(cast: SimpleNamespace) -> SimpleNamespace:
    """Personal features that a model of another team wants to read; see tests/governance/asking.py."""
    from tests.governance.asking import make_asking

    return make_asking(cast)


@pytest.fixture
def guarded(asking: SimpleNamespace, stores: Stores) -> SimpleNamespace:
    """The same features in a real PostgreSQL; see tests/governance/guarding.py."""
    from tests.governance.guarding import make_guarded

    return make_guarded(asking, stores)


@pytest.fixture
def measured(cast: SimpleNamespace) -> SimpleNamespace:
    """A project whose view is made and measured; see tests/governance/scoring.py."""
    from tests.governance.scoring import make_measured

    return make_measured(cast)
