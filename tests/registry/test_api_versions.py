"""Versions and times: contracts side by side, deprecation in headers, a feature as it was, and what happened to it."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from registry.actions.edits import edit_feature
from registry.actions.feature_views import describe_view
from registry.models import Feature, Version
from tests.cast import api_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory

KEY = "/api/v1/features/pay.stats.amount"
SUNSET = date(2027, 1, 31)
DEPRECATED_AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def feature(cast: SimpleNamespace) -> Feature:
    """Version 1 is deprecated and replaced by version 2, which is the current one."""
    view = ViewFactory(project=ProjectFactory(name="pay", owner=cast.payments), name="stats")
    made = FeatureFactory(
        view=view, name="amount", number=2, version__unit="EUR", version__default=41.87,
        version__default_policy="median", version__minimum=0.5, version__allowed_values=[1, 2],
    )  # fmt: skip
    made.versions.create(
        number=1, dtype="int64", state="deprecated", deprecated_at=DEPRECATED_AT, sunset_on=SUNSET,
        replacement=made.versions.get(),
    )  # fmt: skip
    return made


@pytest.fixture
def client(cast: SimpleNamespace, feature: Feature) -> APIClient:
    return api_as(cast.viewer)


def test_versions_newest_first_or_last(client: APIClient) -> None:
    assert [one["number"] for one in client.get(f"{KEY}/versions").json()["data"]] == [2, 1]
    assert [one["number"] for one in client.get(f"{KEY}/versions?sort=number&limit=1").json()["data"]] == [1]


def test_a_contract(client: APIClient) -> None:
    shown = client.get(f"{KEY}/versions/2").json()
    assert (shown["reference"], shown["status"], shown["unit"]) == ("pay.stats.amount@2", "active", "EUR")
    assert (shown["default"], shown["default_policy"], shown["minimum"]) == (41.87, "median", 0.5)
    assert (shown["allowed_values"], shown["values_hidden"]) == ([1, 2], False)
    assert shown["is_nullable"] is None, "unknown is not false"


def test_a_feature_at_a_version(client: APIClient) -> None:
    shown = client.get(f"{KEY}@1").json()
    assert (shown["reference"], shown["version"], shown["dtype"]) == ("pay.stats.amount@1", 1, "int64")
    assert (shown["status"], shown["sunset_on"], shown["has_default"]) == ("deprecated", "2027-01-31", False)
    assert shown["contract"]["replacement"] == "pay.stats.amount@2"
    assert client.get(KEY).json()["version"] == 2


@pytest.mark.parametrize("path", [f"{KEY}@3", f"{KEY}/versions/3", f"{KEY}/versions/99999999999999999999"])
def test_versions_that_never_were(client: APIClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", [f"{KEY}/versions/1", f"{KEY}@1"])
def test_a_deprecated_version_says_so_in_its_headers(client: APIClient, path: str) -> None:
    answer = client.get(path)
    assert answer["Deprecation"] == f"@{int(DEPRECATED_AT.timestamp())}"
    assert answer["Sunset"] == "Sun, 31 Jan 2027 00:00:00 GMT"
    assert answer["Link"].endswith('/features/pay.stats.amount/versions/2>; rel="successor-version"')
    assert client.get(f"{KEY}/versions/2").headers.keys().isdisjoint({"Deprecation", "Sunset", "Link"})


def test_a_deprecated_feature_says_so_too(client: APIClient) -> None:
    assert "Deprecation" not in client.get(KEY)
    Version.objects.filter(number=2).update(state="deprecated", deprecated_at=DEPRECATED_AT)
    Feature.objects.update(state="deprecated")
    assert client.get(KEY)["Deprecation"] == f"@{int(DEPRECATED_AT.timestamp())}"
    assert "Sunset" not in client.get(KEY)


@pytest.mark.parametrize(
    ("of_feature", "of_version"),
    [("pseudonymous", ""), ("none", "direct-identifier"), ("special-category", "none")],
)
def test_values_of_personal_features_stay_hidden_everywhere(
    client: APIClient, feature: Feature, of_feature: str, of_version: str
) -> None:
    Feature.objects.update(privacy_class=of_feature)
    Version.objects.update(privacy_class=of_version)
    answers = [
        client.get(f"{KEY}/versions/2").json(),
        client.get(f"{KEY}/versions").json()["data"][0],
        client.get(f"{KEY}@2").json()["contract"],
        client.get(f"{KEY}?expand=contract").json()["contract"],
    ]
    for shown in answers:
        assert [shown[name] for name in ("default", "minimum", "maximum", "allowed_values")] == [None] * 4
        assert shown["values_hidden"] is True
        assert shown["default_policy"] == "median"


def test_what_merely_looks_personal_is_hidden_until_somebody_says(client: APIClient) -> None:
    Feature.objects.update(looks_personal=True)
    assert client.get(f"{KEY}/versions/2").json()["minimum"] is None
    Feature.objects.update(privacy_class="none")
    assert client.get(f"{KEY}/versions/2").json()["minimum"] == 0.5


def test_constants_and_means_are_nobodys_value(client: APIClient, feature: Feature) -> None:
    feature.versions.create(number=3, dtype="float64", state="active", default=7, default_policy="mean")
    Feature.objects.update(privacy_class="pseudonymous")
    assert client.get(f"{KEY}/versions/3").json()["default"] == 7


def test_a_feature_as_it_was(client: APIClient, cast: SimpleNamespace, feature: Feature) -> None:
    Feature.objects.update(created_at=timezone.now() - timedelta(days=2))
    yesterday = (timezone.now() - timedelta(days=1)).isoformat().replace("+00:00", "Z")
    edit_feature(feature, actor=cast.owner_a, expected="*", description="New", tags={"a": "b"})
    edit_feature(feature, actor=cast.admin, expected="*", owner=cast.risk)
    then = client.get(KEY, {"as_of": yesterday}).json()
    now = client.get(KEY).json()
    assert (then["description"][:4], then["owner"], then["tags"]) == ("Mean", "payments", {})
    assert (now["description"], now["owner"], now["tags"]) == ("New", "risk", {"a": "b"})
    assert (then["health"], then["null_rate"]) == ("unknown", None)
    assert then.keys() == now.keys()


@pytest.mark.parametrize(
    ("moment", "status"), [("2001-01-01T00:00:00Z", 404), ("2001-01-01", 404), ("yesterday", 400), ("", 400),
                           ("2026-02-30T00:00:00Z", 400), ("2030-01-01T00:00:00", 200)],
)  # fmt: skip
def test_moments(client: APIClient, moment: str, status: int) -> None:
    assert client.get(KEY, {"as_of": moment}).status_code == status


def test_history_says_who_what_and_why(client: APIClient, cast: SimpleNamespace, feature: Feature) -> None:
    edit_feature(feature, actor=cast.owner_a, expected="*", description="New", reason="Clearer")
    event = client.get(f"{KEY}/history").json()["data"][0]
    assert (event["who"], event["action"], event["reason"]) == ("alice", "registry.describe_feature", "Clearer")
    assert event["changes"] == [
        {"field": "description", "old": "Mean amount of settled card transactions over seven days.", "new": "New"}
    ]


def test_a_view_has_a_history_of_its_own(client: APIClient, cast: SimpleNamespace, feature: Feature) -> None:
    describe_view(feature.view, description="Statistics", actor=cast.owner_a, reason="Said so")
    edit_feature(feature, actor=cast.owner_a, expected="*", description="New")
    (event,) = client.get("/api/v1/views/pay.stats/history").json()["data"]
    assert (event["who"], event["reason"], event["changes"][0]["new"]) == ("alice", "Said so", "Statistics")


def test_history_goes_back_page_by_page(client: APIClient, cast: SimpleNamespace, feature: Feature) -> None:
    for number in range(120):
        edit_feature(feature, actor=cast.owner_a, expected="*", description=f"Text {number}")
    seen: list[Any] = []
    cursor = ""
    while cursor is not None:
        page = client.get(f"{KEY}/history", {"cursor": cursor} if cursor else {}).json()
        seen += page["data"]
        cursor = page["next_cursor"]
    told = [change["new"] for event in seen for change in event["changes"] if change["field"] == "description"]
    assert told == [f"Text {number}" for number in reversed(range(120))]
