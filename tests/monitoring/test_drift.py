"""Drift of features from what a pull wrote: what is held against what, in which words, and when it says unknown."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from connectors.records import Cuts, DayCount, Profile, StoreType, ViewReading
from monitoring.actions.checks import write_view_checks
from monitoring.actions.days import baselines_of, days_to_read, write_days
from monitoring.actions.drift import refresh_drift
from monitoring.actions.health import refresh_health
from monitoring.actions.references import pin_reference, release_reference
from monitoring.models import Baseline, DriftMeasurement, FeatureDay, Finding, Kind
from monitoring.verdicts import verdicts_of
from registry.choices import Health, PrivacyClass
from registry.models import Feature, FeatureView
from tests.cast import page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory
from tests.measured import measure

pytestmark = pytest.mark.django_db
CUTS = Cuts((10.0, 20.0, 30.0, 40.0), 5)
CALM, STORM = (100, 80, 60, 40, 20), (20, 40, 60, 80, 100)
TODAY = timezone.now().date()


def days(*, back: int = 50, stormy: int = 0, rows: int = 1) -> tuple[DayCount, ...]:
    """`back` days until today, the last `stormy` of them otherwise than the rest."""
    return tuple(
        DayCount(TODAY - timedelta(days=ago), 3, tuple(count * rows for count in (STORM if ago <= stormy else CALM)))
        for ago in range(back, -1, -1)
    )


def keep(view: FeatureView, counted: tuple[DayCount, ...], **facts: Any) -> None:
    """As a pull does, for every feature of the view."""
    features = list(view.features.all())
    profiles = tuple(Profile(one.name, 1_000, 30, cuts=CUTS, days=counted) for one in features)
    rows = tuple((day.day, sum(day.counts) + day.nulls) for day in counted)
    facts.setdefault("types", {one.name: StoreType("DOUBLE", "number") for one in features})
    reading = ViewReading("source", timezone.now(), 1_000, None, profiles, rows_by_day=rows, **facts)
    write_days(view, features, reading)
    write_view_checks(view, features, reading, timezone.now())
    refresh_drift(FeatureView.objects.filter(pk=view.pk))
    refresh_health(FeatureView.objects.filter(pk=view.pk))


@pytest.fixture
def view(cast: SimpleNamespace) -> FeatureView:
    return ViewFactory(
        project=ProjectFactory(owner=cast.payments), owner=cast.payments, schedule_every=timedelta(days=1)
    )


@pytest.fixture
def feature(view: FeatureView) -> Feature:
    made = FeatureFactory(view=view)
    measure(view)
    return made


def test_a_storm_is_said_with_figures_days_and_rows(view: FeatureView, feature: Feature) -> None:
    keep(view, days(stormy=7))
    feature.refresh_from_db()
    p, q = np.array(CALM) / 300, np.array(STORM) / 300
    assert feature.drift == pytest.approx(((q - p) * np.log(q / p)).sum())
    assert feature.health == Health.BREACHED
    reference = DriftMeasurement.objects.get(feature=feature, against="reference")
    assert (reference.rows, reference.rows_before, reference.state) == (2_100, 8_400, "crit")
    assert (reference.first, reference.last) == (TODAY - timedelta(days=7), TODAY - timedelta(days=1))
    assert reference.reason.startswith("PSI 1.043 against ")
    assert reference.reason.endswith("limit 0.25, 2,100 rows.")
    assert feature.checked_reasons == reference.reason
    view.refresh_from_db()
    assert view.health_reasons[-1] == reference.reason


def test_the_same_weather_is_stable(view: FeatureView, feature: Feature) -> None:
    keep(view, days())
    assert {one.against: one.state for one in DriftMeasurement.objects.all()} == dict.fromkeys(
        ("reference", "previous", "weekday"), "ok"
    )
    feature.refresh_from_db()
    assert (feature.drift, feature.health, feature.checked) == (pytest.approx(0), Health.OK, Health.OK)


def test_few_rows_are_chance_and_not_drift(view: FeatureView, feature: Feature) -> None:
    """The last days look otherwise by one or two rows, which chance does."""
    small = tuple(
        DayCount(day.day, 0, (4, 3, 3, 3, 3) if index < 43 else (3, 3, 3, 3, 4)) for index, day in enumerate(days())
    )
    keep(view, small)
    feature.slo_drift = {"warn": 0.001, "fail": 0.002}
    feature.save()
    refresh_drift(FeatureView.objects.filter(pk=view.pk))
    found = DriftMeasurement.objects.filter(feature=feature, against="reference").first()
    assert found is not None
    assert (found.state, found.q > 0.05) == ("ok", True)
    assert "chance does this" in found.reason


@pytest.mark.parametrize(
    ("counted", "words"),
    [
        (days(back=0), "No day is over yet"),
        (days(back=5), "There is no reference yet"),
        (tuple(DayCount(day.day, 0, (1, 0, 0, 0, 0)) for day in days()), "There is no reference yet"),
    ],
)
def test_unknown_is_said_with_its_reason(
    view: FeatureView, feature: Feature, counted: tuple[DayCount, ...], words: str
) -> None:
    keep(view, counted)
    found = Finding.objects.get(feature=feature, kind=Kind.DRIFT)
    assert found.state == Health.UNKNOWN
    assert words in found.reason
    feature.refresh_from_db()
    assert feature.health == Health.OK, "that drift is unknown makes nothing else unknown"


def test_of_personal_features_nothing_is_kept(view: FeatureView, feature: Feature) -> None:
    keep(view, days())
    assert FeatureDay.objects.filter(feature=feature).exists()
    feature.privacy_class = PrivacyClass.DIRECT_IDENTIFIER
    feature.save()
    keep(view, days())
    assert not FeatureDay.objects.filter(feature=feature).exists()
    assert not Baseline.objects.filter(feature=feature).exists()
    assert "Personal data" in Finding.objects.get(feature=feature, kind=Kind.DRIFT).reason


def test_a_reference_is_read_once_and_days_again_only_for_a_week(view: FeatureView, feature: Feature) -> None:
    features = [feature]
    assert days_to_read(view, features, baselines_of(features)) == (63, None)
    keep(view, days())
    assert days_to_read(view, features, baselines_of(features)) == (8, None)
    keep(view, days(back=8))
    assert Baseline.objects.get(feature=feature).first == TODAY - timedelta(days=50)


def test_series_grow_only_when_something_changed(view: FeatureView, feature: Feature) -> None:
    keep(view, days())
    keep(view, days())
    assert DriftMeasurement.objects.count() == 3
    keep(view, days(stormy=3))
    assert DriftMeasurement.objects.count() == 6


def test_pinned_days_count_at_once_and_earlier_ones_at_the_next_pull(
    cast: SimpleNamespace, view: FeatureView, feature: Feature
) -> None:
    keep(view, days(stormy=20))
    first, last = TODAY - timedelta(days=18), TODAY - timedelta(days=12)
    pin_reference(view, actor=cast.owner_a, first=first, last=last, title="training", reason="as trained")
    held = Baseline.objects.get(feature=feature)
    assert (held.first, held.last, held.is_pinned) == (first, last, True)
    assert Finding.objects.get(feature=feature, kind=Kind.DRIFT).state == Health.OK
    earlier = TODAY - timedelta(days=90)
    pin_reference(view, actor=cast.owner_a, first=earlier, last=earlier + timedelta(days=6), reason="older")
    assert days_to_read(view, [feature], baselines_of([feature])) == (63, earlier)
    keep(view, days(back=90, stormy=20))
    assert Baseline.objects.get(feature=feature).first == earlier
    assert Finding.objects.get(feature=feature, kind=Kind.DRIFT).state == Health.BREACHED
    release_reference(view, actor=cast.owner_a, reason="no longer")
    assert not Baseline.objects.get(feature=feature).is_pinned


def test_who_does_not_own_the_view_pins_nothing(cast: SimpleNamespace, view: FeatureView, feature: Feature) -> None:
    with pytest.raises(PermissionDenied):
        pin_reference(view, actor=cast.viewer, first=TODAY, last=TODAY)
    with pytest.raises(ValidationError, match="days that are over"):
        pin_reference(view, actor=cast.owner_a, first=TODAY, last=TODAY, reason="too early")


def test_volume_schema_and_range_come_out_as_kinds_of_their_own(view: FeatureView, feature: Feature) -> None:
    half = tuple(DayCount(one.day, 0, (10, 10, 10, 10, 10)) if one.day == TODAY - timedelta(days=1) else one
                 for one in days())  # fmt: skip
    keep(view, half, types={feature.name: StoreType("VARCHAR", "text")})
    found = {one.kind: one for one in verdicts_of(FeatureView.objects.filter(pk=view.pk), timezone.now())}
    assert found[Kind.VOLUME].state == Health.BREACHED
    assert "has 50 rows; the same weekday usually has 303" in found[Kind.VOLUME].reason
    assert found[Kind.VOLUME].feature is None
    assert {Kind.FRESHNESS, Kind.NULLS, Kind.DRIFT, Kind.VOLUME, Kind.SCHEMA} <= set(found)


def test_pages_show_both_distributions(cast: SimpleNamespace, view: FeatureView, feature: Feature) -> None:
    keep(view, days(stormy=7))
    client = page_as(cast.viewer)
    strip = client.get(f"{feature.get_absolute_url()}health/trust").content.decode()
    assert all(word in strip for word in ("Drift · PSI max 0.25", "Drifted", "dist-base"))
    text = client.get(f"{feature.get_absolute_url()}health/").content.decode()
    assert text.count("dist-base") > 5
    assert all(word in text for word in ("Days before", "Same weekday", "Nobody has pinned a reference"))
    assert "Pin these days" not in text
    assert "Pin these days" in page_as(cast.owner_a).get(f"{feature.get_absolute_url()}health/").content.decode()


def test_pages_show_nothing_of_what_became_personal(cast: SimpleNamespace, view: FeatureView, feature: Feature) -> None:
    keep(view, days(stormy=7))
    feature.privacy_class = PrivacyClass.DIRECT_IDENTIFIER
    feature.save()
    client = page_as(cast.viewer)
    for page in ("health/trust", "health/"):
        text = client.get(f"{feature.get_absolute_url()}{page}").content.decode()
        assert "dist-base" not in text
        assert "PSI 1.0" not in text
        assert "Personal data" in text


def test_the_button_pins_and_says_what_is_wrong(cast: SimpleNamespace, view: FeatureView, feature: Feature) -> None:
    address = f"{view.get_absolute_url()}health/reference"
    client = page_as(cast.owner_a)
    sent = {"first": f"{TODAY - timedelta(days=20)}", "last": f"{TODAY - timedelta(days=10)}", "reason": "as trained"}
    assert client.post(address, sent).status_code == 302
    assert view.reference.first == TODAY - timedelta(days=20)
    refused = client.post(address, sent | {"last": f"{TODAY}"})
    assert (refused.status_code, "days that are over" in refused.content.decode()) == (422, True)
    assert page_as(cast.viewer).post(address, sent).status_code == 403
