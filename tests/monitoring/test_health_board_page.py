"""The health board: worst of each day by view, worst views first."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monitoring.board import cells, days_until, worst_of_days
from registry.models import FeatureView
from tests.cast import page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory
from tests.measured import measure

NOON = timezone.now().replace(hour=0, minute=0, second=1, microsecond=0)


def hourly(name: str, **facts: Any) -> FeatureView:
    view = ViewFactory(name=name, schedule_every=timedelta(hours=1), **facts)
    FeatureFactory(view=view, name=f"{name}_feature")
    return view


def row(view: FeatureView, measure_of: str) -> list[str]:
    """States of the last three days."""
    days = days_until(timezone.now().date(), 3)
    return [cell.css for cell in cells(view, measure_of, days, worst_of_days([view], measure_of, days))]


def html(user: Any, query: str = "") -> str:
    response = page_as(user).get(f"/health/{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_a_cell_is_the_worst_of_its_day(db: None) -> None:
    view = hourly("stats")
    for days, age, nulls in ((2, 30, 1), (2, 100, 5), (0, 30, 6), (0, 180, 2)):
        measure(view, at=NOON - timedelta(days=days), age=timedelta(minutes=age), nulls=nulls)
    assert row(view, "freshness") == ["warn", "", "crit"]
    assert row(view, "nulls") == ["warn", "", "crit"]


def test_days_that_are_over_are_read_once(db: None) -> None:
    view = hourly("stats")
    measure(view, at=NOON - timedelta(days=1), nulls=1)
    assert row(view, "nulls") == ["", "ok", ""]
    measure(view, at=NOON - timedelta(days=1), nulls=50)  # which never happens: measurements are of now
    measure(view, at=NOON, nulls=50)
    assert row(view, "nulls") == ["", "ok", "crit"]


def test_without_a_limit_nothing_is_green(db: None) -> None:
    view = ViewFactory()
    FeatureFactory(view=view)
    measure(view)
    assert row(view, "freshness")[-1] == "unknown"
    assert row(view, "nulls")[-1] == "ok"


def test_freshness_is_what_readers_get(db: None) -> None:
    view = hourly("stats", is_online=True)
    measure(view, origin="source", age=timedelta(hours=9), at=NOON)
    measure(view, origin="served", age=timedelta(minutes=5), at=NOON)
    assert row(view, "freshness")[-1] == "ok"


def test_the_worst_view_comes_first_and_is_counted(cast: SimpleNamespace) -> None:
    for name, age in (("a_fresh", 10), ("b_risky", 100), ("c_stale", 300)):
        measure(hourly(name), age=timedelta(minutes=age))
    hourly("d_unknown")
    hourly("e_computed", kind="on_demand")
    text = html(cast.viewer)
    places = [text.index(f">{name}</a>") for name in ("c_stale", "b_risky", "d_unknown", "a_fresh")]
    assert places == sorted(places)
    assert "e_computed" not in text
    for chip in ("1 stale", "1 at risk", "1 unknown", "1 fresh"):
        assert chip in text, chip


def test_nulls_have_their_own_order(cast: SimpleNamespace) -> None:
    measure(hourly("a_full"), nulls=1)
    measure(hourly("b_empty"), nulls=50)
    hourly("c_unknown")
    text = html(cast.viewer, "?tab=nulls")
    assert text.index("b_empty") < text.index("c_unknown") < text.index("a_full")
    for chip in ("1 high", "1 unknown", "1 ok"):
        assert chip in text, chip


def test_filters_as_search_does(cast: SimpleNamespace) -> None:
    hourly("stats", owner=cast.payments)
    hourly("graph", owner=cast.risk)
    assert "graph" not in html(cast.viewer, "?q=stats_feature").replace("No view", "")
    assert "No view has a feature that matches" in html(cast.viewer, "?q=zzz")
    assert html(cast.viewer, '?q=((broken "')  # plain words, never an error page


def test_hidden_views_have_no_row(cast: SimpleNamespace) -> None:
    hourly("secret", project=ProjectFactory(visibility="restricted", owner=cast.payments))
    for query in ("", "?tab=nulls", "?format=csv"):
        assert "secret" not in page_as(cast.viewer).get(f"/health/{query}").getvalue().decode()
        assert "secret" in page_as(cast.owner_a).get(f"/health/{query}").getvalue().decode()


def test_pages_of_25(cast: SimpleNamespace) -> None:
    for number in range(30):
        hourly(f"view{number:02}x", project=ProjectFactory(name=f"p{number:02}"))
    text = html(cast.viewer, "?days=7")
    assert text.count("data-row") == 25
    more = text.split('href="?days=7&amp;after=')[1].split('"')[0]
    assert html(cast.viewer, f"?days=7&after={more}").count("data-row") == 5


def test_as_a_spreadsheet(cast: SimpleNamespace) -> None:
    view = hourly("stats")
    measure(view, age=timedelta(minutes=30), at=NOON)
    lines = page_as(cast.viewer).get("/health/?format=csv&days=7").getvalue().decode().splitlines()
    assert lines[0] == "view,day,state,worst"
    assert len(lines) == 8
    assert lines[-1] == f'{view.key},{timezone.now().date()},ok,"OK, up to 30 m old"'


def test_a_day_tells_every_measurement(cast: SimpleNamespace) -> None:
    view = hourly("stats")
    measure(view, at=NOON, age=timedelta(minutes=37), nulls=4)
    client = page_as(cast.viewer)
    text = client.get(f"{view.get_absolute_url()}health/?day={NOON:%Y-%m-%d}").content.decode()
    for words in ("37 m", "stats_feature", "4 %", "Day before"):
        assert words in text, words
    assert "Day after" not in text
    empty = client.get(f"{view.get_absolute_url()}health/?day=2001-01-01").content.decode()
    assert "Nothing was measured on this day." in empty
    assert client.get(f"{view.get_absolute_url()}health/?day=2026-02-31").status_code == 200


def test_kiosk_refreshes_itself(cast: SimpleNamespace) -> None:
    hourly("stats")
    assert 'hx-trigger="every 60s"' in html(cast.viewer, "?kiosk=1")
    assert "every 60s" not in html(cast.viewer)


def test_empty_says_what_comes_next(cast: SimpleNamespace) -> None:
    assert "No feature views yet" in html(cast.viewer)


@pytest.mark.parametrize("tab", ["freshness", "nulls"])
def test_as_many_queries_for_twenty_views_as_for_one(cast: SimpleNamespace, tab: str) -> None:
    counts = []
    for number in (1, 19):
        for step in range(number):
            measure(hourly(f"v{number}_{step}"))
        client = page_as(cast.viewer)
        with CaptureQueriesContext(database) as queries:
            client.get(f"/health/?tab={tab}")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8, counts
