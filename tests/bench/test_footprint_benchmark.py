"""The footprint's benchmark starts a real server on a database of its own and weighs it."""

import pytest

from bench.footprint import ADDRESSES, LARGEST_KB, one_size


@pytest.mark.slow
def test_two_workers_are_weighed_and_every_answer_is_small(migrated_template: str) -> None:
    weights = one_size(500, requests=2, template=migrated_template)
    assert 0 < weights.pss <= weights.rss
    assert set(weights.answers) == set(ADDRESSES)
    assert all(0 < kilobytes <= LARGEST_KB for kilobytes in weights.answers.values()), weights.answers
