"""Health and measurements over the API: evidence with its origin, unknown as null, nothing of personal values."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from monitoring.actions.health import refresh_health
from registry.models import Feature, FeatureView
from tests.cast import api_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory
from tests.measured import measure

API = "/api/v1"
KEY = f"{API}/features/pay.stats.amount"


@pytest.fixture
def view(cast: SimpleNamespace) -> FeatureView:
    made = ViewFactory(
        project=ProjectFactory(name="pay", owner=cast.payments), name="stats", schedule_every=timedelta(hours=1)
    )
    FeatureFactory(view=made, name="amount")
    return made


@pytest.fixture
def client(cast: SimpleNamespace, view: FeatureView) -> APIClient:
    return api_as(cast.viewer)


def test_what_nobody_measured_is_unknown(client: APIClient) -> None:
    shown = client.get(f"{KEY}/health").json()
    assert (shown["state"], shown["freshness_limit_seconds"], shown["null_rate_limit"]) == ("unknown", 7200, 0.05)
    for name in ("declared_until", "source_until", "served_until", "null_rate", "source", "served"):
        assert shown[name] is None
    assert client.get(f"{KEY}/measurements").json() == {"data": [], "next_cursor": None}


def test_health_with_its_evidence(client: APIClient, view: FeatureView) -> None:
    measure(view, nulls=30, age=timedelta(hours=3))
    refresh_health(FeatureView.objects.all())
    shown = client.get(f"{KEY}/health").json()
    assert shown["state"] == "crit"
    assert shown["null_rate"] == 0.3
    assert (shown["source"]["nulls"], shown["source"]["rows"], shown["served"]) == (30, 100, None)
    (listed,) = client.get(f"{API}/health").json()["data"]
    assert (listed["view"], listed["owner"], listed["state"]) == ("pay.stats", "payments", "crit")
    assert listed["reasons"] == shown["reasons"]
    assert any("older than the limit" in reason for reason in listed["reasons"])
    assert listed["source_until"] == shown["source_until"]


def test_health_is_narrowed(client: APIClient, view: FeatureView, cast: SimpleNamespace) -> None:
    other = ViewFactory(project=ProjectFactory(owner=cast.risk), health="ok")
    ViewFactory(gone_at=timezone.now())
    for query, expected in (
        ("", {view.key, other.key}),
        ("owner=risk", {other.key}),
        ("health=ok", {other.key}),
        ("health=ok&health=unknown&project=pay", {view.key}),
    ):
        found = {row["view"] for row in client.get(f"{API}/health?{query}").json()["data"]}
        assert found == expected, query


def test_a_series_newest_first_by_origin_and_time(client: APIClient, view: FeatureView) -> None:
    now = timezone.now()
    for hours in range(5):
        for origin in ("source", "served"):
            measure(view, origin=origin, at=now - timedelta(hours=hours), nulls=hours)
    rows = client.get(f"{KEY}/measurements?origin=source&limit=3").json()
    assert [row["nulls"] for row in rows["data"]] == [0, 1, 2]
    rest = client.get(f"{KEY}/measurements?origin=source&limit=3&cursor={rows['next_cursor']}").json()
    assert [row["nulls"] for row in rest["data"]] == [3, 4]
    since = (now - timedelta(hours=1, minutes=30)).isoformat()
    assert len(client.get(f"{KEY}/measurements", {"since": since}).json()["data"]) == 4
    until = client.get(f"{KEY}/measurements", {"until": since, "sort": "measured_at", "origin": "served"}).json()
    assert [row["nulls"] for row in until["data"]] == [4, 3, 2]


def test_large_parts_come_when_asked_for(client: APIClient, view: FeatureView) -> None:
    measure(view)
    (row,) = client.get(f"{KEY}/measurements").json()["data"]
    assert "histogram" not in row
    assert (row["minimum"], row["mean"], row["distinct"]) == (0.25, 18.625, 41)
    (row,) = client.get(f"{KEY}/measurements?fields=histogram,quantiles").json()["data"]
    assert [one["count"] for one in row["histogram"]] == [70, 28]
    assert row["quantiles"]["0.5"] == 17.25


def test_a_view_is_measured_as_a_whole(client: APIClient, view: FeatureView) -> None:
    measure(view, age=timedelta(minutes=30))
    (row,) = client.get(f"{API}/views/pay.stats/measurements?origin=source").json()["data"]
    assert row["age_seconds"] == pytest.approx(1800, abs=1)
    assert (row["rows"], row["sample_size"]) == (100, None)


@pytest.mark.parametrize("privacy", [{"privacy_class": "pseudonymous"}, {"looks_personal": True}])
@pytest.mark.parametrize("role", ["viewer", "owner_a", "member", "auditor", "admin"])
def test_what_became_personal_later_shows_no_value_to_anybody(
    cast: SimpleNamespace, view: FeatureView, privacy: dict[str, object], role: str
) -> None:
    measure(view)
    Feature.objects.update(**privacy)
    client = api_as(getattr(cast, role))
    every = (
        "minimum,maximum,mean,stddev,distinct,length_minimum,length_maximum,quantiles,histogram,rows,nulls,null_rate"
    )
    (row,) = client.get(f"{KEY}/measurements?fields={every}").json()["data"]
    counts = {name: row.pop(name) for name in ("rows", "nulls", "null_rate")}
    assert counts == {"rows": 100, "nulls": 2, "null_rate": 0.02}
    assert set(row.values()) == {None}
    latest = client.get(f"{KEY}/health").json()["source"]
    assert (latest["mean"], latest["minimum"], latest["rows"]) == (None, None, 100)
    text = b"".join(client.get(f"{KEY}/measurements?format=csv&fields={every}").streaming_content)  # type: ignore[arg-type]
    assert b"18.625" not in text


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("origin=rumour", "origin"), ("since=then", "since"), ("nulls=1", "nulls"), ("sort=nulls", "sort")],
)
def test_what_makes_no_sense(client: APIClient, query: str, parameter: str) -> None:
    answer = client.get(f"{KEY}/measurements?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, parameter)
