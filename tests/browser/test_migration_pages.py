"""Migration boards, comparisons and the board of drift in a browser: readable in both themes and widths."""

from types import SimpleNamespace

import pytest
from django.utils import timezone

from monitoring.models import Move, Parity, ParityFeature, Reported
from registry.models import Usage
from tests.browser.conftest import Visit, faults
from tests.factories import ConsumerFactory, FeatureFactory, ProjectFactory, ViewFactory
from tests.monitoring.test_drift import days, keep

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_no_page_has_barriers(cast: SimpleNamespace, visit: Visit) -> None:
    project = ProjectFactory(name="bank", owner=cast.payments)
    old, new = (FeatureFactory(view=ViewFactory(project=project, name=name), name="amount") for name in ("a", "b"))
    keep(old.view, days(stormy=7))
    Reported.objects.create(
        view=old.view, feature=old, by="dbt", check_name="not_null", state="crit", at=timezone.now(), run="r1"
    )
    model = ConsumerFactory(name="fraud", team=cast.payments)
    Usage.objects.create(consumer=model, feature=old, evidence="declared")
    Move.objects.create(consumer=model, old=old.versions.get(), new=new.versions.get())
    usual = {"old": old.view, "new": new.view, "pass_mark": 0.995, "tolerance": 1e-6, "sample": 100}
    done = Parity.objects.create(
        **usual, state="failed", sampled=100, only_old=1, only_new=0, equal=90, nulls_agreeing=1.0,
        finished_at=timezone.now(), query="SELECT 1", left_out=["email: personal data is not compared"],
    )  # fmt: skip
    ParityFeature.objects.create(
        parity=done, old="amount", new="amount", compared=99, differing=9, absent_old=0, absent_new=0, examples=["00ff"]
    )
    pages = (
        "/migrations/", "/migrations/model/fraud/", "/parity/", done.get_absolute_url(), "/parity/new",
        "/health/?tab=drift", "/health/?tab=skew", f"{old.get_absolute_url()}health/",
    )  # fmt: skip
    assert faults(visit, pages, user=cast.owner_a) == {}
