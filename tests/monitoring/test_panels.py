"""Panels that other pages pull: the trust strip, pictures for rows, small multiples."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registry.models import Feature
from tests.cast import page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory
from tests.measured import measure


@pytest.fixture
def feature(cast: SimpleNamespace) -> Feature:
    view = ViewFactory(schedule_every=timedelta(hours=1), project=ProjectFactory(owner=cast.payments))
    return FeatureFactory(view=view)


def trust(user: Any, feature: Feature) -> str:
    response = page_as(user).get(f"{feature.get_absolute_url()}health/trust")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("age", "nulls", "words"),
    [
        (timedelta(minutes=30), 2, ("30 m", "Fresh", "2 %", "OK")),
        (timedelta(minutes=110), 5, ("1 h 50 m", "At risk", "5 %")),
        (timedelta(hours=3), 6, ("3 h", "Stale", "6 %", "High")),
        (timedelta(hours=-1), 0, ("-1 h", "lies in the future", "0 %")),
    ],
)
def test_trust_strip_judges_what_was_measured(
    cast: SimpleNamespace, feature: Feature, age: timedelta, nulls: int, words: tuple[str, ...]
) -> None:
    measure(feature.view, age=age, nulls=nulls)
    text = trust(cast.viewer, feature)
    assert [word for word in words if word not in text] == []
    assert "limit 2 h" in text
    assert text.count("<svg") == 2
    assert "Not measured yet" in text  # drift


def test_trust_strip_without_measurements_is_never_green(cast: SimpleNamespace, feature: Feature) -> None:
    text = trust(cast.viewer, feature)
    assert text.count("No connection measures this view.") == 2
    assert "<svg" not in text
    assert "chip ok" not in text


def test_trust_strip_without_a_limit(cast: SimpleNamespace) -> None:
    feature = FeatureFactory(view=ViewFactory())
    measure(feature.view)
    text = trust(cast.viewer, feature)
    assert "Freshness · no limit" in text
    assert "No limit" in text


def test_trust_strip_says_when_only_the_source_was_read(cast: SimpleNamespace) -> None:
    feature = FeatureFactory(view=ViewFactory(is_online=True))
    measure(feature.view)
    assert "the online store was not read" in trust(cast.viewer, feature)


def test_sparklines_come_for_many_rows_at_once(cast: SimpleNamespace, feature: Feature) -> None:
    other = FeatureFactory(view=feature.view)
    measure(feature.view)
    unmeasured = FeatureFactory()
    ids = f"id={feature.pk}&id={other.pk}&id={unmeasured.pk}&id=0&id=x&id=-1"
    client = page_as(cast.viewer)
    for of in ("freshness", "nulls"):
        text = client.get(f"/health/sparklines?of={of}&{ids}").content.decode()
        assert f'hx-target="#{of}-{feature.pk}"' in text
        assert f'hx-target="#{of}-{other.pk}"' in text
        assert text.count("<svg") == 2


def test_sparklines_of_hidden_features_do_not_exist(cast: SimpleNamespace, feature: Feature) -> None:
    measure(feature.view)
    feature.project.visibility = "restricted"
    feature.project.save()
    address = f"/health/sparklines?id={feature.pk}"
    assert "<svg" not in page_as(cast.viewer).get(address).content.decode()
    assert "<svg" in page_as(cast.owner_a).get(address).content.decode()


def test_sparklines_cost_the_same_for_twenty(cast: SimpleNamespace) -> None:
    counts = []
    for number in (1, 20):
        features = FeatureFactory.create_batch(number)
        for feature in features:
            measure(feature.view)
        ids = "&".join(f"id={feature.pk}" for feature in features)
        client = page_as(cast.viewer)
        with CaptureQueriesContext(database) as queries:
            client.get(f"/health/sparklines?{ids}")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8, counts


def test_small_multiples_share_one_scale(cast: SimpleNamespace, feature: Feature) -> None:
    measure(feature.view, at=timezone.now() - timedelta(minutes=5))
    text = page_as(cast.viewer).get(f"{feature.view.get_absolute_url()}health/trends").content.decode()
    assert feature.name in text
    assert text.count("<svg") == 2
    assert "2 %" in text


def test_compare_draws_only_what_was_measured(cast: SimpleNamespace, feature: Feature) -> None:
    measure(feature.view)
    other = FeatureFactory()
    text = page_as(cast.viewer).get(f"/health/compare?f={feature.key}&f={other.key}").content.decode()
    assert text.count("<svg") == 2
    assert text.count("not measured") == 2
