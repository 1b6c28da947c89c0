"""Files in git: ten times the views take ten times the statements and no more, and a plan again takes few."""

from typing import Any

import pytest

from bench.imports import measured
from bench.plans import files
from charter.files.folders import check_texts
from registry.actions.plans import apply_plan, make_plan
from registry.models import Membership, Plan, Project, Team, User

pytestmark = pytest.mark.django_db


def plan(actor: User, features: int) -> Plan:
    texts = files(features)
    return make_plan(None, actor=actor, texts=texts, checked=check_texts(texts), source="bench")


@pytest.fixture
def actor() -> Any:
    team, made = Team.objects.create(slug="bench", name="Bench"), User.objects.create(username="planner")
    Membership.objects.create(user=made, team=team)
    Project.objects.create(name="bench", owner=team)
    return made


def test_planning_takes_no_more_statements_for_more_views(actor: User) -> None:
    plan(actor, 10)  # roles and teams are read once
    few = measured(lambda: {"changes": len(plan(actor, 10).changes)})
    many = measured(lambda: {"changes": len(plan(actor, 100).changes)})
    assert (few.counts, many.counts) == ({"changes": 11}, {"changes": 110})
    assert few.statements == many.statements


def test_applying_grows_with_the_views(actor: User) -> None:
    apply_plan(plan(actor, 100), actor=actor)
    assert plan(actor, 100).changes == []
