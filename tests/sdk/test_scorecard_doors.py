"""`charter scorecard`: a gate whose answer is an exit code, and what people and jobs tell it."""

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from governance.models import Attestation
from lineage.actions.folding import fold_waiting
from tests.cast import token_for
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory
from tests.governance.scoring import state
from tests.sdk.conftest import Run

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_is_a_gate(cast: SimpleNamespace, charter: Run) -> None:
    project = ProjectFactory(name="pay", owner=cast.payments)
    FeatureFactory(view=ViewFactory(project=project, name="stats"), description="")
    done = charter("scorecard", "--json", user=cast.viewer)
    found = json.loads(done.out)
    assert (done.code, found["of"], len(found["data"])) == (0, 25, 25)
    passed = found["passed"]
    assert charter("scorecard", "--fail-under", str(passed)).code == 0
    done = charter("scorecard", "--fail-under", str(passed + 1))
    assert (done.code, f"{passed} of 25 passed" in done.out) == (1, True)
    assert "0 of 1 features have a description." in charter("scorecard", "--project", "pay").out
    assert "17 passed" in charter("scorecard", "--project", "pay").out
    assert "14 passed" in charter("scorecard", "--view", "pay.stats").out
    done = charter("scorecard", "--project", "nothing")
    assert (done.code, "Error" in done.err) == (1, True)


def test_people_and_jobs_tell_it(cast: SimpleNamespace, charter: Run) -> None:
    until = (timezone.now().date() + timedelta(days=30)).isoformat()
    said = ("scorecard", "attest", "cost-alerts", "--statement", "The budget pages us at 80 %.", "--until", until)
    assert (charter(*said, user=cast.viewer).code, Attestation.objects.count()) == (1, 0)
    done = charter(*said, user=cast.member)
    assert (done.code, done.out.strip()) == (0, f"{Attestation.objects.get()} stands until {until}")
    tokens: dict[str, Any] = {"CHARTER_TOKEN": token_for(cast.service, "lineage:write")}
    assert charter("scorecard", "ran", "restore-drill", **tokens).code == 0
    fold_waiting()
    assert state("restore-drill") == "met"
    assert charter("scorecard", "ran", "restore-drill", "--failed", **tokens).code == 0
    fold_waiting()
    assert state("restore-drill") == "not-met"
    assert charter("scorecard", "ran", "something", **tokens).code == 1
