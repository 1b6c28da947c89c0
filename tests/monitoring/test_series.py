"""Thinning: what a chart or a small picture shows was measured, and is the worst of its stretch."""

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.queries import SLOTS, age_trends, feature_series, null_trends, view_series
from monitoring.spans import SPANS
from registry.models import Feature
from tests.factories import FeatureFactory, ViewFactory
from tests.measured import measure

pytestmark = pytest.mark.django_db


@pytest.fixture
def feature() -> Feature:
    return FeatureFactory(view=ViewFactory(is_online=True))


def test_of_each_stretch_the_worst(feature: Feature) -> None:
    start = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    for minute, age, nulls in ((1, 10, 4), (2, 50, 1), (3, 20, 9), (31, 5, 2)):
        measure(feature.view, at=start + timedelta(minutes=minute), age=timedelta(minutes=age), nulls=nulls)
    ages = [point.age_seconds for point in view_series(feature.view, SPANS["7d"])["source"]]
    assert ages == [3000, 300]
    rates = [point.null_rate for point in feature_series(feature, SPANS["7d"])["source"]]
    assert rates == [0.09, 0.02]
    assert len(view_series(feature.view, SPANS["24h"] if start > timezone.now() else SPANS["all"])["source"]) == 1


def test_origins_are_never_mixed(feature: Feature) -> None:
    measure(feature.view, origin="source", age=timedelta(minutes=1))
    measure(feature.view, origin="served", age=timedelta(minutes=2))
    series = view_series(feature.view, SPANS["7d"])
    counted = {origin: len(points) for origin, points in series.items()}
    assert counted == {"declared": 0, "source": 1, "served": 1, "told": 0}


def test_a_picture_ends_now_and_begins_with_the_first_measurement(feature: Feature) -> None:
    now = timezone.now()
    for hours in (40, 20, 0):
        measure(feature.view, origin="served", at=now - timedelta(hours=hours), age=timedelta(minutes=hours + 1))
    ages = age_trends([feature.view])[feature.view_id]
    assert len(ages) == SLOTS
    assert ages[0] == 41 * 60
    assert ages[-1] == 60
    assert [slot for slot, value in enumerate(ages) if value is not None] == [0, SLOTS // 2 - 1, SLOTS - 1]


def test_what_is_served_counts_for_freshness_and_the_source_for_nulls(feature: Feature) -> None:
    measure(feature.view, origin="source", age=timedelta(minutes=1), nulls=7)
    assert age_trends([feature.view])[feature.view_id][-1] == 60  # as long as nothing else was read
    measure(feature.view, origin="served", age=timedelta(minutes=9), nulls=50)
    assert age_trends([feature.view])[feature.view_id][-1] == 540
    assert null_trends([feature])[feature.pk][-1] == 0.07


def test_several_share_one_axis(feature: Feature) -> None:
    other = FeatureFactory()
    measure(feature.view, at=timezone.now() - timedelta(hours=10))
    measure(other.view)
    found = null_trends([feature, other])
    assert found[feature.pk][0] is not None
    assert found[other.pk][0] is None
    assert found[other.pk][-1] is not None


def test_nothing_measured_is_no_picture(feature: Feature) -> None:
    assert age_trends([feature.view]) == {feature.view_id: []}
    assert null_trends([]) == {}
