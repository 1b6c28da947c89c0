"""A report of Evidently, sent as it is, about one view."""

import json
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from monitoring.models import FeatureMeasurement, Finding, Kind, Reported
from registry.choices import PrivacyClass, Scope
from registry.models import FeatureView
from tests.cast import api_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory

pytestmark = pytest.mark.django_db
REPORT = Path(__file__).parents[1] / "data/evidently/report.json"


@pytest.fixture
def view(cast: SimpleNamespace) -> FeatureView:
    made = ViewFactory(project=ProjectFactory(owner=cast.payments), owner=cast.payments)
    FeatureFactory(view=made, name="amount_7d")
    FeatureFactory(view=made, name="channel", privacy_class=PrivacyClass.QUASI_IDENTIFIER)
    return made


def sent(view: FeatureView, **more: Any) -> dict[str, Any]:
    return {"evidently": {"view": view.key, "report": json.loads(REPORT.read_text()), **more}}


def test_it_becomes_checks_and_counts(cast: SimpleNamespace, view: FeatureView) -> None:
    client = api_as(cast.owner_a, Scope.METRICS_WRITE)
    answer = client.post("/api/v1/metrics", sent(view), format="json")
    assert answer.json() == {"received": 3, "left_out": ["txn_count_7d"]}
    found = Finding.objects.get(feature__name="amount_7d", kind=Kind.REPORTED)
    assert (found.state, found.reason) == (
        "crit",
        "evidently: drift by psi 0.9562, limit 0.1; share of missing values 0.08",
    )
    of_view = Finding.objects.get(view=view, feature__isnull=True, kind=Kind.REPORTED)
    assert of_view.state == "ok"
    row = FeatureMeasurement.objects.get(feature__name="amount_7d")
    assert (row.origin, row.told_by, row.rows, row.nulls, row.null_rate) == ("told", "evidently", 800, 64, 0.08)
    personal = FeatureMeasurement.objects.get(feature__name="channel")
    assert (personal.nulls, personal.distinct) == (0, None)
    assert Reported.objects.get(feature__name="channel", check_name__startswith="drift").value is None


def test_the_same_report_again_is_no_other_reading(cast: SimpleNamespace, view: FeatureView) -> None:
    client, at = api_as(cast.owner_a, Scope.METRICS_WRITE), timezone.now() - timedelta(hours=1)
    for _ in range(2):
        assert client.post("/api/v1/metrics", sent(view, at=at.isoformat()), format="json").status_code == 200
    assert Finding.objects.get(feature__name="amount_7d", kind=Kind.REPORTED).found_at == at
    assert FeatureMeasurement.objects.filter(feature__name="amount_7d").count() == 1


def test_an_older_report_takes_nothing_back(cast: SimpleNamespace, view: FeatureView) -> None:
    client, now = api_as(cast.owner_a, Scope.METRICS_WRITE), timezone.now()
    client.post("/api/v1/metrics", sent(view, at=now.isoformat()), format="json")
    older = sent(view, at=(now - timedelta(days=1)).isoformat())
    older["evidently"]["report"]["tests"] = []
    older["evidently"]["report"]["metrics"][1]["value"] = 0.01
    assert client.post("/api/v1/metrics", older, format="json").status_code == 200
    found = Reported.objects.get(feature__name="amount_7d", check_name="drift by psi")
    assert (found.state, found.at) == ("crit", now)


def test_other_tools_beside_it_keep_their_word(cast: SimpleNamespace, view: FeatureView) -> None:
    client = api_as(cast.owner_a, Scope.METRICS_WRITE)
    client.post("/api/v1/metrics", sent(view), format="json")
    report = {"view": view.key, "feature": "amount_7d", "check": "not_null", "state": "ok"}
    client.post("/api/v1/metrics", {"by": "dbt", "reports": [report]}, format="json")
    assert Finding.objects.get(feature__name="amount_7d", kind=Kind.REPORTED).state == "crit"
    client.post("/api/v1/metrics", {"by": "dbt", "reports": [report | {"state": "crit"}]}, format="json")
    reason = Finding.objects.get(feature__name="amount_7d", kind=Kind.REPORTED).reason
    assert reason.startswith("dbt: not_null; evidently: drift by psi")


@pytest.mark.parametrize("body", [{}, {"by": "x"}, {"reports": [], "evidently": {}}, {"evidently": {"view": "a.b"}}])
def test_half_a_report_is_refused(cast: SimpleNamespace, view: FeatureView, body: dict[str, Any]) -> None:
    answer = api_as(cast.owner_a, Scope.METRICS_WRITE).post("/api/v1/metrics", body, format="json")
    assert answer.status_code == 422


def test_only_owners_report(cast: SimpleNamespace, view: FeatureView) -> None:
    client = api_as(cast.viewer, Scope.METRICS_WRITE)
    assert client.post("/api/v1/metrics", sent(view), format="json").status_code == 403
    view.project.visibility = "restricted"
    view.project.save()
    assert client.post("/api/v1/metrics", sent(view), format="json").status_code == 404


def test_a_report_about_something_else_says_so(cast: SimpleNamespace, view: FeatureView) -> None:
    view.features.all().delete()
    report = sent(view)
    report["evidently"]["report"] = {"metrics": [], "tests": []}
    answer = api_as(cast.owner_a, Scope.METRICS_WRITE).post("/api/v1/metrics", report, format="json")
    assert answer.status_code == 422
    assert "says nothing of" in answer.json()["detail"] + str(answer.json()["errors"])
