"""Search beside its floors: every job finds something, and ours at least what the floor finds."""

import pytest

pytestmark = pytest.mark.django_db


def test_every_job_answers() -> None:
    from bench.fill import fill
    from bench.search import rows, timed
    from registry.models import User

    fill(2_000)
    found = {row.name: timed(row, rounds=2) for row in rows(User.objects.get(username="bench"))}
    assert len(found) == 6
    for name, (floor, ours) in found.items():
        assert floor.answers > 0, name
        assert ours.answers > 0, name
    # The floors look for what was typed as it stands; ours also finds the misspelled and what means the same.
    assert found["3 search: fts_ranked"][1].answers >= found["3 search: fts_ranked"][0].answers
