"""Two reviewers at once: real transactions on real connections."""

from types import SimpleNamespace

import pytest
from django.db import connection

from governance.actions.following_reviews import follow_reviews
from governance.models import Answer, Recertification, RecertificationItem, ReviewState
from registry.models import AuditEntry
from tests.governance.reviewing import begin, make_reviewing, say
from tests.governance.test_access_race import at_once

LONG_AGO = "2026-01-01T00:00:00Z"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def made(cast: SimpleNamespace) -> SimpleNamespace:
    return make_reviewing(cast)


def test_of_two_who_answer_one_counts_and_the_other_is_told(made: SimpleNamespace) -> None:
    review = begin(made)
    said: list[list[str]] = []
    works = [
        lambda who=who: said.append(say(review, who, "revoke", made.unknown))
        for who in (made.cast.owner_a, made.cast.member, made.cast.chair)
    ]
    assert at_once(*works) == ["done"] * 3
    assert sorted(map(len, said)) == [0, 1, 1]
    assert AuditEntry.objects.filter(object_type="recertificationitem").count() == 1


def test_one_completion_of_two_last_answers(made: SimpleNamespace) -> None:
    review = begin(made)
    alice, mia = made.cast.owner_a, made.cast.member
    at_once(
        lambda: say(review, alice, "keep", made.used, made.fresh),
        lambda: say(review, mia, "revoke", made.unused, made.unknown),
    )
    assert Recertification.objects.get().state == ReviewState.COMPLETED
    assert AuditEntry.objects.filter(action="governance.complete_review").count() == 1


def test_the_clock_twice_at_once_does_things_once(made: SimpleNamespace) -> None:
    review = begin(made)
    say(review, made.cast.owner_a, "revoke", made.unused)
    RecertificationItem.objects.filter(answer=Answer.REVOKE).update(revoke_at=LONG_AGO, told_at=LONG_AGO)
    assert at_once(follow_reviews, follow_reviews) == ["done"] * 2
    assert AuditEntry.objects.filter(action="governance.revoke_grant").count() == 1
    connection.close()
