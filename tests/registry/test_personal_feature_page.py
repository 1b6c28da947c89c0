"""Personal features: whoever looks, at whatever page, sees counts and nothing that could be somebody's value."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from monitoring.models import FeatureMeasurement
from registry.models import AuditEntry, Feature, Version
from tests.cast import page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory
from tests.measured import measure

EVERYBODY = ("viewer", "owner_a", "owner_b", "member", "chair", "auditor", "admin")
# Values of the contract and of measurements; all of them could be somebody's.
SECRETS = ("31337.5", "90210.25", "424242", "777.125", "38.125", "17.25", "39.75", "18.625")
PAGES = (
    "", "?use=rest", "versions/", "versions/?format=csv", "versions/?a=1&b=2", "activity/",
    "activity/?as_of=2126-01-01", "health/", "health/?range=all", "health/?of=nulls&format=csv", "health/trust",
)  # fmt: skip


@pytest.fixture(params=["direct-identifier", ""], ids=["classified", "looks personal"])
def feature(request: pytest.FixtureRequest, cast: SimpleNamespace) -> Feature:
    """A personal feature whose contract, history, audit and measurements are full of values."""
    view = ViewFactory(project=ProjectFactory(name="people", owner=cast.payments), name="contact")
    made = FeatureFactory(
        view=view, name="phone", privacy_class=request.param, looks_personal=True, version__default=31337.5,
        version__default_policy="median", version__minimum=424242.0, version__maximum=777.125,
        version__allowed_values=[90210.25], version__privacy_class=request.param,
    )  # fmt: skip
    Version.objects.create(
        feature=made, number=2, dtype="float64", state="draft", default=31337.5, default_policy="mode"
    )
    Version.objects.filter(feature=made, number=2).update(default=90210.25, minimum=424242.0)
    AuditEntry.objects.create(
        actor_name="alice", action="registry.change_default", object_type="feature", object_id=str(made.pk),
        object_key=made.key, changes={"default": [31337.5, 90210.25]},
    )  # fmt: skip
    measure(view, at=timezone.now() - timedelta(minutes=5))
    # As a leak would look: what an earlier class, or a mistake, let into the table.
    FeatureMeasurement.objects.filter(feature=made).update(
        minimum=17.25, maximum=39.75, mean=18.625, stddev=9.5, quantiles={"0.95": 38.125},
        histogram=[{"lower": 17.25, "upper": 39.75, "count": 98}],
    )  # fmt: skip
    return made


@pytest.mark.parametrize("role", EVERYBODY)
def test_no_page_shows_a_value(cast: SimpleNamespace, feature: Feature, role: str) -> None:
    client = page_as(getattr(cast, role))
    for page in PAGES:
        response = client.get(feature.get_absolute_url() + page)
        assert response.status_code == 200, page
        text = response.getvalue().decode()
        assert [secret for secret in SECRETS if secret in text] == [], page


@pytest.mark.parametrize("role", EVERYBODY)
def test_no_chart_of_values_exists(cast: SimpleNamespace, feature: Feature, role: str) -> None:
    client = page_as(getattr(cast, role))
    for chart, expected in (("distribution", 404), ("levels", 404), ("nulls", 200), ("ages", 200), ("rows", 200)):
        assert client.get(f"{feature.get_absolute_url()}health/{chart}.json").status_code == expected, chart


def test_compare_hides_them_too(cast: SimpleNamespace, feature: Feature) -> None:
    html = page_as(cast.admin).get(f"/compare?a={feature.key}@1&b={feature.key}@2").content.decode()
    assert [secret for secret in SECRETS if secret in html] == []
    assert "not shown: personal data" in html


def test_says_why(cast: SimpleNamespace, feature: Feature) -> None:
    client = page_as(cast.viewer)
    assert (
        "leaves values, bounds and histograms in the store"
        in client.get(feature.get_absolute_url() + "health/").content.decode()
    )
    overview = client.get(feature.get_absolute_url()).content.decode()
    assert "Values, bounds and histograms stay in the store." in overview


def test_a_constant_default_is_nobodys_value(cast: SimpleNamespace) -> None:
    feature = FeatureFactory(
        privacy_class="pseudonymous", version__default=41.87, version__default_policy="constant",
        version__privacy_class="pseudonymous",
    )  # fmt: skip
    assert "41.87 (constant)" in page_as(cast.viewer).get(feature.get_absolute_url()).content.decode()
