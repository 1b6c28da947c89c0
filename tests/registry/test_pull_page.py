"""The page of a pull: progress until it is over, errors for those who may see them, cancelling."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from registry.choices import PullKind, PullState
from registry.models import Pull
from tests.cast import page_as
from tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db
ROLES = ("viewer", "owner_a", "owner_b", "member", "chair", "auditor", "admin")
PART = {"HX-Request": "true"}


def made(cast: SimpleNamespace, state: str, **fields: Any) -> Pull:
    started = timezone.now() - timedelta(seconds=10)
    connection = ConnectionFactory(slug="feast", name="Feast", owner=cast.payments)
    return Pull.objects.create(
        connection=connection, kind=PullKind.MEASUREMENTS, state=state, started_at=started, **fields
    )


def shown(cast: SimpleNamespace, pull: Pull, role: str = "admin", **options: Any) -> str:
    return " ".join(page_as(getattr(cast, role)).get(pull.get_absolute_url(), **options).content.decode().split())


def test_a_running_pull_says_how_far_it_is(cast: SimpleNamespace) -> None:
    page = shown(cast, made(cast, PullState.RUNNING, done=50, total=200))
    assert re.search(r"50 of 200 · 4\.\d+/s · about 3\d s left", page)
    assert 'hx-trigger="every 1s"' in page
    assert "Reload to see how far it is" in page  # without scripts


def test_its_part_asks_again_until_it_is_finished(cast: SimpleNamespace) -> None:
    pull = made(cast, PullState.RUNNING)
    part = shown(cast, pull, headers=PART)
    assert 'hx-trigger="every 1s"' in part
    assert "<html" not in part
    Pull.objects.filter(pk=pull.pk).update(state=PullState.SUCCEEDED, finished_at=timezone.now())
    part = shown(cast, pull, headers=PART)
    assert "hx-trigger" not in part
    assert f"{pull.reference}: Succeeded" in part  # for those who do not see it


@pytest.mark.parametrize("role", ROLES)
def test_errors_are_for_those_who_answer_for_the_store(cast: SimpleNamespace, role: str) -> None:
    errors = [{"object": "people.customer", "reason": "No <b>column</b> age.", "fix": "GRANT SELECT"}]
    page = shown(cast, made(cast, PullState.PARTIAL, errors=errors, warnings=["people.x is odd"]), role)
    may = role in {"owner_a", "auditor", "admin"}
    assert ("people.customer" in page, "GRANT SELECT" in page, "people.x is odd" in page) == (may, may, may)
    assert "<b>column" not in page
    assert "Partly succeeded" in page


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", [PullState.QUEUED, PullState.RUNNING])
def test_administrators_and_the_team_cancel(cast: SimpleNamespace, role: str, state: str) -> None:
    pull = made(cast, state)
    may = role in {"owner_a", "admin"}
    assert (">Cancel<" in shown(cast, pull, role)) == may
    answer = page_as(getattr(cast, role)).post(reverse("registry:pull-cancel", args=[pull.pk]))
    pull.refresh_from_db()
    assert answer.status_code == (302 if may else 403)
    assert (pull.cancel_requested_at is not None) == may
    assert (pull.state == PullState.CANCELLED) == (may and state == PullState.QUEUED)


def test_cancelling_what_is_over_says_so(cast: SimpleNamespace) -> None:
    pull = made(cast, PullState.SUCCEEDED, finished_at=timezone.now())
    answer = page_as(cast.admin).post(reverse("registry:pull-cancel", args=[pull.pk]), follow=True)
    assert "is already finished" in answer.content.decode()


def test_a_failed_pull_offers_another_try(cast: SimpleNamespace) -> None:
    errors = [{"object": "feast", "reason": "Nobody answers.", "fix": ""}]
    page = shown(cast, made(cast, PullState.FAILED, errors=errors, finished_at=timezone.now()))
    assert "Try the rest again" in page
    assert "What was read before stays as it was" in page


def test_a_pull_that_never_was_is_not_found(cast: SimpleNamespace) -> None:
    assert page_as(cast.viewer).get(reverse("registry:pull", args=[999_999_999])).status_code == 404
    assert page_as(cast.viewer).get(reverse("registry:pull", args=[10**30])).status_code == 404


def test_the_page_takes_few_queries(cast: SimpleNamespace, django_assert_max_num_queries: Any) -> None:
    pull = made(cast, PullState.RUNNING)
    client = page_as(cast.owner_a)
    client.get("/teams/")
    with django_assert_max_num_queries(5):
        client.get(pull.get_absolute_url(), headers=PART)
