"""Limits of a view: who sets them, what is refused, what is kept."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from registry.actions.feature_views import change_slo
from registry.models import AuditEntry, FeatureView
from tests.cast import page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory

HOURS = {"freshness": timedelta(hours=3), "max_null_rate": 0.1, "reason": "Agreed with risk"}


@pytest.fixture
def view(cast: SimpleNamespace) -> FeatureView:
    return ViewFactory(project=ProjectFactory(owner=cast.payments))


def test_an_owner_sets_them_and_says_why(cast: SimpleNamespace, view: FeatureView) -> None:
    change_slo(view, actor=cast.owner_a, **HOURS)
    view.refresh_from_db()
    assert (view.freshness_limit, view.null_rate_limit) == (timedelta(hours=3), 0.1)
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.reason) == (cast.owner_a, "registry.change_slo", "Agreed with risk")
    assert entry.changes == {"slo_freshness": [None, "3:00:00"], "slo_max_null_rate": [None, 0.1]}


def test_nothing_means_the_schedule_again(cast: SimpleNamespace, view: FeatureView) -> None:
    change_slo(view, actor=cast.owner_a, **HOURS)
    change_slo(view, actor=cast.owner_a, freshness=None, max_null_rate=None, reason="Back to the usual")
    view.refresh_from_db()
    assert (view.freshness_limit, view.null_rate_limit) == (None, 0.05)


@pytest.mark.parametrize("role", ["viewer", "owner_b", "member", "auditor", "admin"])
def test_others_do_not(cast: SimpleNamespace, view: FeatureView, role: str) -> None:
    with pytest.raises(PermissionDenied):
        change_slo(view, actor=getattr(cast, role), **HOURS)
    response = page_as(getattr(cast, role)).post(f"{view.get_absolute_url()}slo/", {"freshness": "no duration"})
    assert response.status_code == 403  # before anything is said about the form
    assert "Change limits" not in page_as(getattr(cast, role)).get(view.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"freshness": timedelta(seconds=5)}, "freshness"),
        ({"freshness": timedelta(days=4000)}, "freshness"),
        ({"max_null_rate": 1.5}, "max_null_rate"),
        ({"reason": "  "}, "reason"),
    ],
)
def test_nonsense_is_refused_by_field(
    cast: SimpleNamespace, view: FeatureView, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        change_slo(view, actor=cast.owner_a, **HOURS | wrong)
    assert [*refusal.value.message_dict] == [field]
    assert not AuditEntry.objects.exists()


def test_the_form_saves(cast: SimpleNamespace, view: FeatureView) -> None:
    FeatureFactory(view=view)
    client = page_as(cast.owner_a)
    answer = {"freshness": "1d 1h", "max_null_percent": "2.5", "reason": "Daily"}
    response = client.post(f"{view.get_absolute_url()}slo/", answer)
    assert response.url == view.get_absolute_url()  # type: ignore[attr-defined]
    html = client.get(view.get_absolute_url()).content.decode()
    assert "are saved. Health is judged anew within a minute." in html
    assert "1 d 1 h old" in html
    assert 'value="1d 1h"' in html
    assert 'value="2.5"' in html


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"freshness": "soon", "reason": "x"}, "is not a duration. Write it as 2h, 90m or 1d 4h."),
        ({"freshness": "2 fortnights", "reason": "x"}, "is not a unit of time"),
        ({"freshness": "1s", "reason": "x"}, "between one minute and 366 days"),
        ({"max_null_percent": "101", "reason": "x"}, "less than or equal to 100"),
        ({"freshness": "2h"}, "This field is required."),
    ],
)
def test_the_form_says_what_is_wrong(
    cast: SimpleNamespace, view: FeatureView, answer: dict[str, str], words: str
) -> None:
    response = page_as(cast.owner_a).post(f"{view.get_absolute_url()}slo/", answer)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not AuditEntry.objects.exists()
