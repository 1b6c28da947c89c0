"""The Health tab: series as charts, tables and CSV, and the evidence behind them."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monitoring import figures
from registry.models import Feature
from tests.cast import page_as
from tests.factories import ConnectionFactory, FeatureFactory, ViewFactory
from tests.measured import measure


@pytest.fixture
def feature(cast: SimpleNamespace) -> Feature:
    """Measured in the source three times and served once, by a sample."""
    view = ViewFactory(schedule_every=timedelta(hours=1), is_online=True, connection=ConnectionFactory(name="Feast"))
    feature = FeatureFactory(view=view, is_online=True)
    pull = view.connection.pulls.create(kind="measurements", state="succeeded")
    now = timezone.now()
    for hours, age in ((5, 30), (3, 200), (1, 45)):
        measure(view, at=now - timedelta(hours=hours), age=timedelta(minutes=age), nulls=hours, pull=pull)
    measure(view, origin="served", at=now - timedelta(hours=1), age=timedelta(minutes=50), sample_size=40)
    measure(view, origin="declared", at=now - timedelta(hours=1), age=timedelta(minutes=1))
    return feature


def address(feature: Feature, path: str = "") -> str:
    return f"{feature.get_absolute_url()}health/{path}"


def html(user: Any, feature: Feature, query: str = "") -> str:
    response = page_as(user).get(address(feature, query))
    assert response.status_code == 200
    return response.content.decode()


def figure(user: Any, feature: Feature, name: str, query: str = "") -> dict[str, Any]:
    response = page_as(user).get(address(feature, f"{name}.json{query}"))
    assert response.status_code == 200
    return response.json()


def test_every_point_is_in_the_table_too(cast: SimpleNamespace, feature: Feature) -> None:
    text = html(cast.viewer, feature)
    for words in ("3 h 20 m", "45 m", "5 %", "3 %", "1 %", "a sample of 40", "± 3 %", "every row"):
        assert words in text, words


def test_evidence_names_pull_query_sample_and_window(cast: SimpleNamespace, feature: Feature) -> None:
    text = html(cast.viewer, feature)
    for words in (
        f"PULL-{feature.view.connection.pulls.get().pk}", "of Feast", "SELECT count(*) FROM measured_table",
        "a sample of 40 of 100 rows", "50 entities", "everything it holds",
    ):  # fmt: skip
        assert words in text, words


def test_ages_of_each_origin_with_the_limit(cast: SimpleNamespace, feature: Feature) -> None:
    drawn = figure(cast.viewer, feature, "ages")
    assert {line["name"]: [round(y, 2) for y in line["y"]] for line in drawn["data"]} == {
        "Declared": [0.02], "Source": [0.5, 3.33, 0.75], "Served": [0.83],
    }  # fmt: skip
    assert drawn["layout"]["shapes"][0]["y0"] == 2
    assert drawn["layout"]["yaxis"]["title"]["text"] == "Age in hours"


def test_null_rates_with_a_band_where_sampled(cast: SimpleNamespace, feature: Feature) -> None:
    drawn = figure(cast.viewer, feature, "nulls")
    lines = {line["name"]: line["y"] for line in drawn["data"] if line.get("name")}
    assert lines["Source"] == [5, 3, 1]
    assert lines["Served, 95 % interval"] == [0]  # 2 % less 3 is nothing
    assert drawn["layout"]["shapes"][0]["y0"] == 5


def test_distribution_of_the_last_profile(cast: SimpleNamespace, feature: Feature) -> None:
    drawn = figure(cast.viewer, feature, "distribution")
    assert drawn["data"][0]["x"] == [10, 30]
    assert drawn["data"][0]["y"] == [70, 28]
    assert [line["x0"] for line in drawn["layout"]["shapes"]] == [1.5, 17.25, 38.125]
    levels = figure(cast.viewer, feature, "levels")
    assert levels["data"][0]["y"] == [18.625] * 3


def test_a_gap_is_not_drawn_across() -> None:
    start = timezone.now()
    at = [start + timedelta(hours=hours) for hours in (0, 1, 2, 9, 10)]
    shown = figures.with_gaps([(moment, 1.0) for moment in at])
    assert [value for _, value in shown] == [1.0, 1.0, 1.0, None, 1.0, 1.0]
    assert shown[3][0] == at[2] + timedelta(hours=1)
    assert figures.with_gaps([]) == []


def test_the_range_is_in_the_address(cast: SimpleNamespace, feature: Feature) -> None:
    measure(feature.view, at=timezone.now() - timedelta(days=3), age=timedelta(days=9))
    assert figure(cast.viewer, feature, "rows", "?range=24h")["data"][0]["y"] == [100] * 3
    assert figure(cast.viewer, feature, "rows", "?range=7d")["data"][0]["y"] == [100, None] + [100] * 3
    assert "9 d" in html(cast.viewer, feature, "?range=7d")
    assert "9 d" not in html(cast.viewer, feature, "?range=24h")
    assert "9 d" in html(cast.viewer, feature, "?range=nonsense")


def test_as_a_spreadsheet(cast: SimpleNamespace, feature: Feature) -> None:
    response = page_as(cast.viewer).get(address(feature, "?of=freshness&format=csv"))
    lines = response.getvalue().decode().splitlines()
    assert lines[0] == "measured_at,origin,newest_event_at,age_seconds,rows,entities,sample_size"
    assert len(lines) == 6
    nulls = page_as(cast.viewer).get(address(feature, "?of=nulls&format=csv")).getvalue().decode()
    assert ",0.05," in nulls
    assert "18.625" in nulls


def test_nothing_measured_says_why(cast: SimpleNamespace) -> None:
    text = html(cast.viewer, FeatureFactory(view=ViewFactory(is_online=True)))
    assert "Nothing was measured in this time. Source: No connection measures this view." in text
    assert "charter-figure" not in text


def test_computed_when_asked_has_nothing_to_measure(cast: SimpleNamespace) -> None:
    assert "Nothing to measure" in html(cast.viewer, FeatureFactory(view=ViewFactory(kind="on_demand")))


def test_only_this_tab_allows_inline_styles(cast: SimpleNamespace, feature: Feature) -> None:
    client = page_as(cast.viewer)
    assert "style-src 'self' 'unsafe-inline'" in client.get(address(feature))["Content-Security-Policy"]
    assert "unsafe-inline" not in client.get(feature.get_absolute_url())["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-inline'" not in client.get(address(feature))["Content-Security-Policy"]


def test_unknown_charts_are_not_found(cast: SimpleNamespace, feature: Feature) -> None:
    assert page_as(cast.viewer).get(address(feature, "salaries.json")).status_code == 404


def test_as_many_queries_for_twenty_points_as_for_one(cast: SimpleNamespace) -> None:
    feature = FeatureFactory()
    counts = []
    for number in (1, 19):
        for step in range(number):
            measure(feature.view, at=timezone.now() - timedelta(hours=step + number))
        client = page_as(cast.viewer)
        with CaptureQueriesContext(database) as queries:
            assert client.get(address(feature)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12, counts
