"""Defaults that a draft gets from what was measured."""

from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.test import APIClient

from monitoring.models import FeatureMeasurement
from registry.actions.versions import draft_version
from registry.models import Feature, Version
from tests.cast import api_as, page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory
from tests.measured import measure

pytestmark = pytest.mark.django_db
PATH = "/api/v1/features/pay.stats.amount/versions/2/measure-default"


@pytest.fixture
def feature(cast: SimpleNamespace) -> Feature:
    view = ViewFactory(project=ProjectFactory(name="pay", owner=cast.payments), name="stats", owner=cast.payments)
    return FeatureFactory(view=view, name="amount", owner=cast.payments, dtype="float64")


def drafted(cast: SimpleNamespace, feature: Feature, **terms: Any) -> Version:
    return draft_version(feature, actor=cast.owner_a, terms={"default_policy": "mean", "privacy_class": "none"} | terms)


@pytest.fixture
def alice(cast: SimpleNamespace) -> APIClient:
    return api_as(cast.owner_a)


@pytest.mark.parametrize(
    ("terms", "value"),
    [
        ({"default_policy": "mean"}, 18.625),
        ({"default_policy": "median"}, 17.25),
        ({"default_policy": "mean", "dtype": "int64"}, 19),
        ({"default_policy": "mean", "privacy_class": "pseudonymous", "purposes": ["fraud"]}, 18.625),
    ],
)
def test_it_is_what_was_measured(
    cast: SimpleNamespace, feature: Feature, alice: APIClient, terms: dict[str, Any], value: float
) -> None:
    measure(feature.view)
    draft = drafted(cast, feature, **terms)
    assert alice.post(PATH).status_code == 200
    draft.refresh_from_db()
    assert (draft.default, draft.default_measured_at) == (value, FeatureMeasurement.objects.get().measured_at)


def test_the_mode_is_the_label_that_comes_most(cast: SimpleNamespace, feature: Feature, alice: APIClient) -> None:
    measure(feature.view)
    drafted(cast, feature, default_policy="mode", dtype="string")
    assert "not among what was measured" in alice.post(PATH).json()["errors"][0]["detail"]
    FeatureMeasurement.objects.update(histogram=[{"label": "Rome", "count": 3}, {"label": "Oslo", "count": 9}])
    assert alice.post(PATH).json()["default"] == "Oslo"


def test_what_cannot_be_measured_is_said(cast: SimpleNamespace, feature: Feature, alice: APIClient) -> None:
    draft = drafted(cast, feature, default_policy="median", privacy_class="direct-identifier", purposes=["fraud"])
    assert "never measured" in alice.post(PATH).json()["errors"][0]["detail"]
    measure(feature.view)
    assert "somebody's value" in alice.post(PATH).json()["errors"][0]["detail"]
    Version.objects.filter(pk=draft.pk).update(default_policy="constant", default=1.0, privacy_class="none")
    assert alice.post(PATH).status_code == 422
    assert api_as(cast.owner_b).post(PATH).status_code == 404  # drafts are their team's


def test_a_button_does_it(cast: SimpleNamespace, feature: Feature) -> None:
    measure(feature.view)
    draft = drafted(cast, feature)
    alice = page_as(cast.owner_a)
    assert "Measure it" in alice.get("/f/pay/stats/amount/draft/check/").content.decode()
    assert alice.post("/f/pay/stats/amount/draft/measure").status_code == 302
    draft.refresh_from_db()
    assert draft.default == 18.625
    assert "Measure it again" in alice.get("/f/pay/stats/amount/draft/check/").content.decode()
    assert page_as(cast.viewer).post("/f/pay/stats/amount/draft/measure").status_code == 404
