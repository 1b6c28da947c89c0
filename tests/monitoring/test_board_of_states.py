"""Drift and skew on the health board: the worst of each day, and unknown where nothing was compared."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from monitoring.board import days_until
from monitoring.models import SkewMeasurement
from monitoring.state_board import state_cells, states_of_days
from registry.actions.bulk import copy_rows
from registry.choices import PrivacyClass
from registry.models import FeatureView
from tests.cast import page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory
from tests.measured import measure
from tests.monitoring.test_drift import days, keep

pytestmark = pytest.mark.django_db


@pytest.fixture
def view(cast: SimpleNamespace) -> FeatureView:
    made: FeatureView = ViewFactory(
        name="stats", project=ProjectFactory(name="bank", owner=cast.payments), schedule_every=timedelta(days=1)
    )
    FeatureFactory(view=made, name="amount")
    measure(made)
    return made


def cells(view: FeatureView, of: str = "drift") -> list[tuple[str, str]]:
    shown = days_until(timezone.now().date(), 3)
    return [(cell.css, cell.text) for cell in state_cells(view, of, shown, states_of_days([view], of, shown))]


def html(user: Any, query: str) -> str:
    response = page_as(user).get(f"/health/{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_a_day_without_a_comparison_is_unknown_and_not_green(view: FeatureView, cast: SimpleNamespace) -> None:
    assert cells(view) == [("", "not compared")] * 3
    shown = html(cast.viewer, "?tab=drift")
    assert "1 unknown" in shown
    assert 'class="cell ok"' not in shown


def test_the_worst_of_its_features_with_how_many(view: FeatureView, cast: SimpleNamespace) -> None:
    keep(view, days(stormy=7))
    FeatureFactory(view=view, name="calm")
    assert cells(view)[-1] == ("crit", "1 of 1 features drifted")
    shown = html(cast.viewer, "?tab=drift")
    for words in ("1 drifted", "1 of 1 features drifted", "Daily drift by feature view"):
        assert words in shown, words
    today = f"{timezone.now().date():%Y-%m-%d}"
    day = page_as(cast.viewer).get(f"/v/bank/stats/health/?day={today}").content.decode()
    assert "/f/bank/stats/amount/health/" in day
    assert "PSI" in day
    sheet = b"".join(page_as(cast.viewer).get("/health/?tab=drift&format=csv").streaming_content).decode()
    assert f"bank.stats,{today},crit,1 of 1 features drifted" in sheet


def test_what_is_steady_is_green_and_what_has_too_few_rows_says_so(view: FeatureView, cast: SimpleNamespace) -> None:
    keep(view, days(stormy=0))
    assert cells(view)[-1] == ("ok", "1 of 1 features stable")
    other = ViewFactory(name="young", project=view.project)
    FeatureFactory(view=other, name="amount")
    keep(other, days(back=1))
    assert cells(other)[-1] == ("", "not compared")
    assert html(cast.viewer, "?tab=drift").index("young") < html(cast.viewer, "?tab=drift").index("stats")


def test_nothing_is_shown_of_what_has_become_personal(view: FeatureView, cast: SimpleNamespace) -> None:
    keep(view, days(stormy=7))
    view.features.update(privacy_class=PrivacyClass.DIRECT_IDENTIFIER)
    assert cells(view)[-1] == ("", "not compared")
    assert "drifted" not in html(cast.viewer, "?tab=drift").replace("0 drifted", "")


@pytest.mark.parametrize(("differing", "state"), [(0, "ok"), (3, "warn"), (30, "crit")])
def test_skew_by_its_rate(view: FeatureView, cast: SimpleNamespace, differing: int, state: str) -> None:
    feature = view.features.get()
    row = (timezone.now(), view.pk, feature.pk, 400, 400, None, 400, differing, 0, 0, [])
    names = ("measured_at", "view_id", "feature_id", "sampled", "found", "behind", "compared", "differing",
             "absent_online", "absent_offline", "examples")  # fmt: skip
    with database.cursor() as cursor:
        copy_rows(cursor, SkewMeasurement, names, [row])
    assert [css for css, _ in cells(view, "skew")] == ["", "", state]
    assert "features" in html(cast.viewer, "?tab=skew")
