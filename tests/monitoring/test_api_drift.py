"""The API of what is checked: drift, findings, references, and measurements of others."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from monitoring.models import Finding, Kind
from registry.choices import Health, PrivacyClass, Scope
from registry.models import Feature
from tests.cast import api_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory
from tests.measured import measure
from tests.monitoring.test_drift import days, keep

pytestmark = pytest.mark.django_db


@pytest.fixture
def feature(cast: SimpleNamespace) -> Feature:
    project = ProjectFactory(owner=cast.payments)
    made = FeatureFactory(view=ViewFactory(project=project, owner=cast.payments), name="amount")
    measure(made.view)
    keep(made.view, days(stormy=7))
    return made


def test_drift_and_findings_are_told(cast: SimpleNamespace, feature: Feature) -> None:
    client = api_as(cast.viewer)
    drift = client.get(f"/api/v1/features/{feature.key}/drift?against=reference").json()["data"]
    assert [(one["method"], one["state"], one["rows"]) for one in drift] == [("psi", "crit", 2_100)]
    found = client.get(f"/api/v1/findings?feature={feature.key}&kind=drift").json()["data"]
    assert [(one["view"], one["state"]) for one in found] == [(feature.view.key, "crit")]
    feature.privacy_class = PrivacyClass.DIRECT_IDENTIFIER
    feature.save()
    assert client.get(f"/api/v1/features/{feature.key}/drift").json()["data"] == []


def test_what_is_hidden_is_not_found(cast: SimpleNamespace, feature: Feature) -> None:
    feature.project.visibility = "restricted"
    feature.project.save()
    client = api_as(cast.viewer)
    assert client.get(f"/api/v1/features/{feature.key}/drift").status_code == 404
    assert client.get("/api/v1/findings").json()["data"] == []
    assert client.get(f"/api/v1/views/{feature.view.key}/reference").status_code == 404


def test_owners_pin_and_release(cast: SimpleNamespace, feature: Feature) -> None:
    client, address = api_as(cast.owner_a), f"/api/v1/views/{feature.view.key}/reference"
    today = timezone.now().date()
    sent = {"first": f"{today - timedelta(days=20)}", "last": f"{today - timedelta(days=10)}", "reason": "as trained"}
    assert client.get(address).status_code == 404
    assert client.put(address, sent, format="json").json()["first"] == sent["first"]
    assert client.get(address).json()["last"] == sent["last"]
    assert client.put(address, sent | {"last": f"{today}"}, format="json").status_code == 422
    assert client.delete(address).status_code == 204
    assert api_as(cast.viewer).put(address, sent, format="json").status_code == 403


def test_limits_of_view_and_feature_are_set(cast: SimpleNamespace, feature: Feature) -> None:
    client = api_as(cast.owner_a)
    for address in (f"/api/v1/views/{feature.view.key}", f"/api/v1/features/{feature.key}"):
        tag = client.get(address)["ETag"]
        body = {"slo_drift": {"method": "ks", "warn": 0.2, "fail": 0.3}, "reason": "as agreed"}
        answer = client.patch(address, body, format="json", headers={"If-Match": tag})
        assert (answer.status_code, answer.json()["slo_drift"]) == (200, body["slo_drift"])
        wrong = {"slo_drift": {"warn": 0.9, "fail": 0.3}, "reason": "as agreed"}
        answer = client.patch(address, wrong, format="json", headers={"If-Match": answer["ETag"]})
        assert answer.status_code == 422


def test_measurements_of_others_are_taken_over(cast: SimpleNamespace, feature: Feature) -> None:
    client = api_as(cast.owner_a, Scope.METRICS_WRITE)
    reports = [
        {"view": feature.view.key, "feature": "amount", "check": "psi", "state": "crit", "value": 0.4, "limit": 0.25},
        {"view": feature.view.key, "feature": "amount", "check": "rows", "state": "ok", "value": 900},
        {"view": feature.view.key, "check": "row_count", "state": "ok"},
    ]
    body = {"by": "evidently", "reports": reports}
    assert client.post("/api/v1/metrics", body, format="json").json() == {"received": 2}
    found = Finding.objects.get(feature=feature, kind=Kind.REPORTED)
    assert (found.state, found.reason, found.value) == (Health.BREACHED, "evidently: psi 0.4, limit 0.25", 0.4)
    feature.privacy_class = PrivacyClass.DIRECT_IDENTIFIER
    feature.save()
    reports[0]["detail"] = "Ada Lovelace"
    client.post("/api/v1/metrics", body, format="json")
    found.refresh_from_db()
    assert (found.reason, found.value) == ("evidently: psi", None)
    unknown = {"by": "x", "reports": [reports[0] | {"feature": "nothing"}]}
    assert client.post("/api/v1/metrics", unknown, format="json").status_code == 422
    assert api_as(cast.viewer, Scope.METRICS_WRITE).post("/api/v1/metrics", body, format="json").status_code == 403
