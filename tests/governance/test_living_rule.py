"""One rule of what lives, for people who look at a grant and for machines that ask; and one rule of who sees what."""

from datetime import date, timedelta
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.authorization.asked import Asked, Resource, Subject
from governance.authorization.facts import facts_of
from governance.authorization.judging import judge
from governance.models import Grant
from governance.queries.living import holds, why_not_now
from registry.models import Consumer, Membership, Project, User, Version
from tests.cast import person
from tests.factories import FeatureFactory, ProjectFactory, TeamFactory, ViewFactory
from tests.governance.machines import grant

pytestmark = pytest.mark.django_db
# How a version comes into each state.
STATES = {
    "active": (), "deprecated": ("deprecated",), "quarantined": ("quarantined",), "retired": ("deprecated", "retired"),
}  # fmt: skip
CLASSES = ("none", "pseudonymous", "quasi-identifier")


@pytest.fixture
def held(asking: SimpleNamespace) -> SimpleNamespace:
    asking.held = grant(asking)
    return asking


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    gone=st.booleans(), moved=st.booleans(), state=st.sampled_from(sorted(STATES)), privacy=st.sampled_from(CLASSES),
    over=st.booleans(), review=st.integers(-2, 2), contract=st.booleans(),
)  # fmt: skip
def test_people_and_machines_are_told_the_same(
    held: SimpleNamespace, gone: bool, moved: bool, state: str, privacy: str, over: bool, review: int, contract: bool
) -> None:
    place = transaction.savepoint()
    now = timezone.now()
    version = Version.objects.filter(pk=held.postcode.pk)
    for step in STATES[state]:
        version.update(state=step, deprecated_at=now)
    version.update(privacy_class=privacy, purposes=["fraud"] if contract else [])
    team = held.cast.payments if moved else held.cast.risk
    Consumer.objects.filter(pk=held.model.pk).update(gone_at=now if gone else None, team=team)
    type(held.fraud).objects.filter(pk=held.fraud.pk).update(
        ended_at=now if over else None, review_on=now.date() + timedelta(days=review)
    )
    fresh = Grant.objects.with_names().get(pk=held.held.pk)
    bob = User.objects.get(pk=held.cast.owner_b.pk)
    asked = Asked(
        Subject("model", "fraud-ranker"), "serve", Resource("feature", "pay.users.postcode@1"), "fraud", "prod"
    )
    judged = judge(asked, facts_of([asked], bob)[0], timezone.now())
    if privacy == "none":  # seeing it is enough, and no grant is looked at
        assert judged.decision is (state in ("active", "deprecated") and not gone)
    else:
        assert judged.decision is (why_not_now(fresh) == ""), (judged.code, why_not_now(fresh))
    listed = Grant.objects.filter(holds(str), pk=fresh.pk).exists()  # as lists and searches ask the database
    assert listed is (why_not_now(fresh) == "")
    transaction.savepoint_rollback(place)


def test_a_subject_sees_what_visible_to_says(cast: SimpleNamespace) -> None:
    """Everybody of the cast, in projects of every kind, of teams that own them whole or one view of them."""
    teams = [cast.payments, cast.risk, TeamFactory(slug="third")]
    projects = []
    for number, (visibility, owner, of_view) in enumerate(product(("listed", "restricted"), teams, [None, *teams])):
        project = ProjectFactory(name=f"p{number}", owner=owner, visibility=visibility)
        FeatureFactory(view=ViewFactory(project=project, name="v", owner=of_view), name="f", owner=of_view)
        projects.append(project)
    lee = person("lee")
    for team in teams[:2]:
        Membership.objects.create(team=team, user=lee)
    people: list[Any] = [cast.viewer, cast.owner_a, cast.owner_b, cast.member, cast.auditor, cast.admin, lee]
    asker = User.objects.get(pk=cast.admin.pk)
    for one in people:
        seen = set(Project.objects.visible_to(User.objects.get(pk=one.pk)))
        asked = [
            Asked(Subject("user", one.username), "read_metadata", Resource("feature", f"{project.name}.v.f"))
            for project in projects
        ]
        told = [
            judge(question, facts, timezone.now())
            for question, facts in zip(asked, facts_of(asked, asker), strict=True)
        ]
        assert {project for project, judged in zip(projects, told, strict=True) if judged.decision} == seen, one


def test_today_is_the_last_day_of_a_review() -> None:
    from governance.queries.living import Right, why_over

    right = Right("x", True, True, 1, 1, "v", "active", "none", "none", "p", None, date(2030, 1, 1), ["p"])
    assert why_over(right, date(2030, 1, 1)) is None
    assert why_over(right, date(2030, 1, 2)) is not None
