"""describe_feature, describe_view, tag_feature, assign_owner: who may, what is kept, what follows."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from registry.actions.edits import edit_feature
from registry.actions.feature_views import describe_view
from registry.actions.features import describe_feature, tag_feature
from registry.actions.owners import assign_owner
from registry.history import as_of
from registry.models import AuditEntry, Feature
from registry.revisions import revision
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory

ROLES = ("viewer", "owner_a", "owner_b", "member", "chair", "auditor", "admin", "service")


@pytest.fixture
def feature(cast: SimpleNamespace) -> Feature:
    return FeatureFactory(view=ViewFactory(project=ProjectFactory(owner=cast.payments)), tags=["tier=1"])


def may(action: Any, thing: Any, actor: Any, **said: Any) -> bool:
    try:
        action(thing, actor=actor, **said)
    except PermissionDenied:
        return False
    return True


@pytest.mark.parametrize("role", ROLES)
def test_owners_describe_and_tag(cast: SimpleNamespace, feature: Feature, role: str) -> None:
    actor = getattr(cast, role)
    expected = role == "owner_a"
    assert may(describe_feature, feature, actor, description="x") == expected
    assert may(describe_view, feature.view, actor, description="x") == expected
    assert may(tag_feature, feature, actor, tags={"a": "b"}) == expected
    assert AuditEntry.objects.exists() == expected


@pytest.mark.parametrize("role", ROLES)
def test_owners_and_administrators_hand_over(cast: SimpleNamespace, feature: Feature, role: str) -> None:
    for thing in (feature, feature.view):
        assert may(assign_owner, thing, getattr(cast, role), team=cast.payments) == (role in ("owner_a", "admin"))


def test_the_system_may_and_is_named(feature: Feature) -> None:
    describe_feature(feature, description="x", actor=None, reason="Import")
    entry = AuditEntry.objects.get()
    assert (entry.actor_name, entry.reason, entry.team) == ("system", "Import", feature.owner)


def test_a_leaver_may_nothing(cast: SimpleNamespace, feature: Feature) -> None:
    cast.owner_a.is_active = False
    assert not may(describe_feature, feature, cast.owner_a, description="x")


def test_what_it_said_before_is_kept(cast: SimpleNamespace, feature: Feature) -> None:
    Feature.objects.update(created_at=timezone.now() - timedelta(days=2))
    after = describe_feature(feature, description="New", actor=cast.owner_a)
    assert after.changed_at > feature.changed_at
    kept = as_of(after, timezone.now() - timedelta(days=1))
    assert kept is not None
    assert kept["description"] == "Mean amount of settled card transactions over seven days."


def test_saying_the_same_again_is_told_as_no_change(cast: SimpleNamespace, feature: Feature) -> None:
    describe_feature(feature, description=feature.description, actor=cast.owner_a)
    assert AuditEntry.objects.get().changes == {}


def test_tags_of_people_stand_beside_those_of_the_store(cast: SimpleNamespace, feature: Feature) -> None:
    tag_feature(feature, tags={"gold": "", "domain": "risk"}, actor=cast.owner_a)
    row = tag_feature(feature, tags={"domain": "fraud", "gold": None, "never": None}, actor=cast.owner_a)
    assert row.tags == ["tier=1", "domain=fraud"]
    assert row.keywords == "tier 1 domain fraud"
    changes = AuditEntry.objects.order_by("-id").values_list("changes", flat=True)[0]
    assert changes == {"domain": ["risk", "fraud"], "gold": ["", None]}


def test_an_edit_of_another_state_is_refused_whole(cast: SimpleNamespace, feature: Feature) -> None:
    read = revision(feature)
    describe_feature(feature, description="Somebody was quicker", actor=cast.owner_a)
    with pytest.raises(ValidationError) as refused:
        edit_feature(feature, actor=cast.owner_a, expected=read, tags={"a": "b"})
    assert refused.value.error_list[0].code == "changed_meanwhile"
    assert feature.tag_rows.count() == 0
