"""Two at once: real transactions on real connections."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from governance.models import AccessRequest, Grant, RequestItem
from registry.models import User
from tests.governance.asking import ask, decide

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], Any]) -> list[str]:
    """What becomes of each: "done", or why it was refused."""
    gate = Barrier(len(works))

    def run(work: Callable[[], Any]) -> str:
        try:
            gate.wait(timeout=20)
            work()
        except (ValidationError, PermissionDenied) as refusal:
            return type(refusal).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(works)) as pool:
        return sorted(pool.map(run, works))


def test_two_last_votes_give_one_grant(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    decide(request, asking.cast.owner_a)
    voters = [asking.cast.member, asking.second, asking.third]
    said = at_once(*(lambda one=one: decide(request, one) for one in voters))
    assert said == ["ValidationError", "ValidationError", "done"]
    assert Grant.objects.count() == 1


def test_one_person_in_two_windows_votes_once(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.email)
    decide(request, asking.cast.owner_a)
    mia = asking.cast.member.pk
    said = at_once(*[lambda: decide(request, User.objects.get(pk=mia))] * 3)
    assert said == ["ValidationError", "ValidationError", "done"]
    assert not Grant.objects.exists()


def test_asked_for_twice_at_once_it_is_one_request(asking: SimpleNamespace) -> None:
    bob, bella = asking.cast.owner_b, asking.bella
    said = at_once(lambda: ask(asking, asking.postcode, actor=bob), lambda: ask(asking, asking.postcode, actor=bella))
    assert said == ["ValidationError", "done"]
    assert (AccessRequest.objects.count(), RequestItem.objects.count()) == (1, 1)


def test_an_answer_is_of_one_moment(asking: SimpleNamespace) -> None:
    """While a grant is revoked, a hundred questions in one call are all answered before it or all after."""
    from governance.actions.granting import revoke_grant
    from governance.authorization.asked import Asked, Resource, Subject
    from governance.authorization.deciding import decide
    from governance.authorization.keeping import Asker
    from tests.governance.machines import grant

    held = grant(asking)
    bob = User.objects.get(pk=asking.cast.owner_b.pk)
    one = Asked(Subject("model", "fraud-ranker"), "serve", Resource("feature", "pay.users.postcode"), "fraud", "prod")
    who, told = Asker(bob.pk, "", "", "evaluation"), []

    def ask_often() -> None:
        for _ in range(20):
            told.append({one.judged.decision for one in decide([one] * 100, bob, who)})

    reason = "Nobody needs it any longer."
    assert at_once(ask_often, lambda: revoke_grant(held, actor=asking.cast.member, reason=reason)) == ["done", "done"]
    assert all(len(answers) == 1 for answers in told)
    assert {one.judged.decision for one in decide([one], bob, who)} == {False}
