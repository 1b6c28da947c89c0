"""Limits on drift: said in a file, on the page and by action; refused where they contradict themselves."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from charter.files.folders import check_texts
from charter.files.writing import to_yaml
from charter.limits import drift_fault, drift_limits
from registry.actions.feature_views import change_slo
from registry.actions.features import limit_drift
from registry.drift import limits_of
from registry.models import Feature, FeatureView
from registry.plans.current import documents_of
from tests.cast import page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory
from tests.registry.test_plans import VIEW, applied, plan, told

LIMITED = VIEW.replace("maxNullPercent: 5}", "maxNullPercent: 5, drift: {method: js, warn: 0.1, fail: 0.3}}").replace(
    "      unit: EUR", "      unit: EUR\n      drift: {method: ks}"
)


@pytest.mark.parametrize(
    ("said", "limits"),
    [
        ((None, None), ("psi", 0.1, 0.25)),
        (({"fail": 0.05},), ("psi", 0.05, 0.05)),
        (({"warn": 0.4},), ("psi", 0.4, 0.4)),
        (({"method": "chi2"}, {"method": "js"}), ("chi2", 0.1, 0.3)),
        ((None, {"method": "js", "warn": 0.2, "fail": 0.5}), ("js", 0.2, 0.5)),
    ],
)
def test_the_nearest_limit_counts(said: tuple, limits: tuple[str, float, float]) -> None:
    assert drift_limits(*said) == limits


@pytest.mark.parametrize(
    "said", [{}, [], {"method": "t"}, {"warn": -1}, {"fail": True}, {"warn": 0.5, "fail": 0.1}, {"other": 1}]
)
def test_contradictions_are_said(said: object) -> None:
    assert drift_fault(said)


@pytest.mark.django_db
def test_files_hold_limits_of_view_and_feature(cast: SimpleNamespace) -> None:
    ProjectFactory(name="pay", owner=cast.payments)
    applied(cast.owner_a, LIMITED)
    view, feature = FeatureView.objects.get(), Feature.objects.get(name="avg_amount_7d")
    assert view.slo_drift == {"method": "js", "warn": 0.1, "fail": 0.3}
    assert (feature.slo_drift, limits_of(feature)[0]) == ({"method": "ks"}, "ks")
    assert plan(cast.owner_a, LIMITED).changes == []
    written = to_yaml(documents_of(FeatureView.objects.all())["pay.stats"])
    assert plan(cast.owner_a, written).changes == []
    looser = plan(cast.owner_a, LIMITED.replace("fail: 0.3", "fail: 0.6"))
    assert told(looser) == [("pay.stats", "slo_drift", "S002", "notice")]
    with pytest.raises(ValidationError, match="file|git"):
        limit_drift(feature, limits=None, actor=cast.owner_a)


def test_a_file_that_contradicts_itself_is_refused() -> None:
    (fault,) = check_texts([("a.yaml", LIMITED.replace("fail: 0.3", "fail: 0.01"))]).faults
    assert "above fail" in fault.message


@pytest.mark.django_db
def test_only_owners_set_limits_and_others_keep_them(cast: SimpleNamespace) -> None:
    view = ViewFactory(project=ProjectFactory(owner=cast.payments), owner=cast.payments, slo_drift={"fail": 0.5})
    feature = FeatureFactory(view=view)
    with pytest.raises(PermissionDenied):
        limit_drift(feature, limits={"fail": 0.4}, actor=cast.viewer)
    with pytest.raises(ValidationError):
        change_slo(view, freshness=None, max_null_rate=None, drift={"fail": -1}, reason="why", actor=cast.owner_a)
    assert change_slo(view, freshness=None, max_null_rate=0.1, reason="why", actor=cast.owner_a).slo_drift == {
        "fail": 0.5
    }
    client = page_as(cast.owner_a)
    sent = {"drift_method": "ks", "drift_warn": "0.1", "drift_fail": "0.4", "reason": "as agreed"}
    assert client.post(f"{view.get_absolute_url()}slo/", sent).status_code == 302
    view.refresh_from_db()
    assert view.slo_drift == {"method": "ks", "warn": 0.1, "fail": 0.4}
    assert "Kolmogorov–Smirnov 0.4" in client.get(view.get_absolute_url()).content.decode()
    refused = client.post(f"{view.get_absolute_url()}slo/", sent | {"drift_warn": "3"})
    assert (refused.status_code, "above fail" in refused.content.decode()) == (422, True)
