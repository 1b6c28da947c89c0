"""Versions: drafted, changed, published, deprecated, quarantined, retired. Who may, what is refused, what follows."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from registry.actions import endings, versions
from registry.actions.registering import create_view, register_feature
from registry.choices import Evidence, VersionState
from registry.models import AuditEntry, Consumer, Feature, FeatureView, Usage, Version
from registry.queries.retirement import blockers_of
from registry.search import search
from tests.factories import ConnectionFactory, EntityFactory, FeatureFactory, ProjectFactory, ViewFactory

ROLES = ("viewer", "owner_a", "owner_b", "member", "chair", "auditor", "admin", "service")
NUMBER = {"dtype": "float64", "privacy_class": "none"}


@pytest.fixture
def view(cast: SimpleNamespace) -> FeatureView:
    project = ProjectFactory(name="pay", owner=cast.payments)
    EntityFactory(project=project)
    return create_view(project, actor=cast.owner_a, name="stats", entities=["user"], is_online=True)


@pytest.fixture
def feature(cast: SimpleNamespace, view: FeatureView) -> Feature:
    """Published once, as v1."""
    made = register_feature(
        view, actor=cast.owner_a, name="avg_amount_7d", description="Mean amount over 7 days.", terms=NUMBER
    )
    versions.publish_version(made.versions.get(), actor=cast.owner_a)
    made.refresh_from_db()
    return made


def refusals(call: Any, *args: Any, **kwargs: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        call(*args, **kwargs)
    return {name: " ".join(messages) for name, messages in refused.value.message_dict.items()}


def draft(feature: Feature, actor: Any, **terms: Any) -> Version:
    return versions.draft_version(feature, actor=actor, terms=terms)


def in_a_quarter() -> Any:
    return timezone.now().date() + timedelta(days=91)


@pytest.mark.parametrize("role", ROLES)
def test_its_owners_alone(cast: SimpleNamespace, view: FeatureView, feature: Feature, role: str) -> None:
    actor = getattr(cast, role)
    calls = (
        lambda: register_feature(view, actor=actor, name="other"),
        lambda: draft(feature, actor),
        lambda: versions.publish_version(feature.versions.get(), actor=actor),
        lambda: endings.deprecate_version(feature.versions.get(), actor=actor, sunset_on=in_a_quarter(), reason="x"),
        lambda: versions.quarantine_version(feature.versions.get(), actor=actor, reason="x"),
        lambda: endings.retire_version(feature.versions.get(), actor=actor),
    )
    for call in calls:
        try:
            with transaction.atomic():
                call()
                transaction.set_rollback(True)
        except ValidationError:
            pass
        except PermissionDenied:
            assert role != "owner_a"
            continue
        assert role == "owner_a"


def test_a_draft_is_for_its_team_and_a_published_feature_for_all(cast: SimpleNamespace, view: FeatureView) -> None:
    made = register_feature(view, actor=cast.owner_a, name="max_amount_7d", description="Largest.", terms=NUMBER)
    assert [made.versions.get().entity_keys, made.entity_names, made.owner] == [["user_id"], ["user"], cast.payments]
    assert Feature.objects.visible_to(cast.owner_a).filter(pk=made.pk).exists()
    assert not Feature.objects.visible_to(cast.viewer).filter(pk=made.pk).exists()
    assert search(cast.viewer, "max_amount_7d").total == 0
    versions.publish_version(made.versions.get(), actor=cast.owner_a)
    assert [hit.key for hit in search(cast.viewer, "max_amount_7d").hits] == ["pay.stats.max_amount_7d"]
    assert list(AuditEntry.objects.filter(object_type="version").values_list("action", "object_key")) == [
        ("registry.publish_version", "pay.stats.max_amount_7d@1")
    ]


def test_what_is_missing_is_said_at_once(cast: SimpleNamespace, view: FeatureView) -> None:
    made = register_feature(view, actor=cast.owner_a, name="age", terms={"privacy_class": "quasi-identifier"})
    found = refusals(versions.publish_version, made.versions.get(), actor=cast.owner_a)
    assert sorted(found) == ["description", "dtype", "purposes"]


def test_new_content_is_a_new_version_beside_the_old_one(cast: SimpleNamespace, feature: Feature) -> None:
    second = draft(feature, cast.owner_a, unit="EUR", default=1.5)
    assert (second.number, second.state, second.dtype, second.default_policy) == (2, "draft", "float64", "constant")
    assert Feature.objects.get(pk=feature.pk).number == 1
    versions.publish_version(second, actor=cast.owner_a)
    feature.refresh_from_db()
    assert (feature.number, feature.unit, feature.has_default) == (2, "EUR", True)
    assert list(feature.versions.order_by("number").values_list("state", flat=True)) == ["active", "active"]


def test_published_content_never_changes(cast: SimpleNamespace, feature: Feature) -> None:
    first = feature.versions.get()
    assert (
        "never changes" in refusals(versions.change_draft, first, actor=cast.owner_a, terms={"unit": "EUR"})["version"]
    )
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        Version.objects.filter(pk=first.pk).update(definition_url="https://example.org")
    with pytest.raises(Exception, match="Invalid transition"), transaction.atomic():
        Version.objects.filter(pk=first.pk).update(state=VersionState.DRAFT)


def test_an_old_version_is_published_again(cast: SimpleNamespace, feature: Feature) -> None:
    versions.publish_version(draft(feature, cast.owner_a, unit="EUR"), actor=cast.owner_a)
    feature.refresh_from_db()
    again = versions.draft_version(feature, actor=cast.owner_a, terms={}, based_on=1, about="As v1 was")
    versions.publish_version(again, actor=cast.owner_a)
    feature.refresh_from_db()
    assert (feature.number, feature.unit) == (3, "")


def test_one_draft_at_a_time(cast: SimpleNamespace, feature: Feature) -> None:
    first = draft(feature, cast.owner_a)
    assert refusals(draft, feature, cast.owner_a)["version"].startswith("v2 is a draft already.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.create(feature=feature, number=9, dtype="int64")
    versions.discard_draft(first, actor=cast.owner_a)
    assert feature.versions.count() == 1
    assert draft(feature, cast.owner_a).number == 2


def test_a_feature_that_was_never_published_goes_with_its_draft(cast: SimpleNamespace, view: FeatureView) -> None:
    made = register_feature(view, actor=cast.owner_a, name="never")
    versions.discard_draft(made.versions.get(), actor=cast.owner_a)
    assert not Feature.objects.filter(key="pay.stats.never").exists()
    assert AuditEntry.objects.latest("id").action == "registry.discard_draft"


def test_deprecated_until_its_sunset(cast: SimpleNamespace, feature: Feature) -> None:
    first = feature.versions.get()
    second = versions.publish_version(draft(feature, cast.owner_a, unit="EUR"), actor=cast.owner_a)
    said = {"actor": cast.owner_a, "reason": "Euro now", "replacement": second}
    too_soon = {**said, "reason": " ", "sunset_on": timezone.now().date()}
    assert sorted(refusals(endings.deprecate_version, first, **too_soon)) == ["reason", "sunset_on"]
    endings.deprecate_version(first, **said, sunset_on=in_a_quarter())
    feature.refresh_from_db()
    assert (feature.number, feature.state) == (2, "active"), "the newest active version stands for it"
    first.refresh_from_db()
    assert (first.state, first.sunset_on, first.replacement) == ("deprecated", in_a_quarter(), second)
    round_again = refusals(
        endings.deprecate_version, second, actor=cast.owner_a, reason="x", sunset_on=in_a_quarter(), replacement=first
    )
    assert "Choose an active version." in round_again["replacement"]
    endings.deprecate_version(second, actor=cast.owner_a, reason="All of it", sunset_on=in_a_quarter())
    feature.refresh_from_db()
    assert (feature.state, feature.sunset_on) == ("deprecated", in_a_quarter())
    endings.withdraw_deprecation(second, actor=cast.owner_a)
    feature.refresh_from_db()
    assert (feature.state, feature.sunset_on) == ("active", None)


def test_replacements_do_not_go_round(cast: SimpleNamespace, view: FeatureView) -> None:
    made = [
        register_feature(view, actor=cast.owner_a, name=name, description="x", terms=NUMBER) for name in ("one", "two")
    ]
    one, two = (versions.publish_version(each.versions.get(), actor=cast.owner_a) for each in made)
    endings.deprecate_version(one, actor=cast.owner_a, reason="x", sunset_on=in_a_quarter(), replacement=two)
    versions.quarantine_version(one, actor=cast.owner_a, reason="leaks")
    Version.objects.filter(pk=one.pk).update(state="active")
    found = refusals(
        endings.deprecate_version, two, actor=cast.owner_a, reason="x", sunset_on=in_a_quarter(), replacement=one
    )
    assert found["replacement"] == "pay.stats.one@1 is itself replaced by this one."


def test_quarantine_and_back(cast: SimpleNamespace, feature: Feature) -> None:
    first = feature.versions.get()
    versions.quarantine_version(first, actor=cast.owner_a, reason="It leaks the label")
    feature.refresh_from_db()
    assert feature.state == "quarantined"
    versions.release_version(first, actor=cast.owner_a, reason="Mended")
    feature.refresh_from_db()
    assert feature.state == "active"


def test_it_retires_when_nothing_stands_in_the_way(cast: SimpleNamespace, feature: Feature) -> None:
    first = feature.versions.get()
    assert [one.code for one in blockers_of(first, None)] == ["not_deprecated"]
    endings.deprecate_version(first, actor=cast.owner_a, reason="Nobody needs it", sunset_on=in_a_quarter())
    reader = Consumer.objects.create(kind="model", name="ranker")
    usage = Usage.objects.create(consumer=reader, feature=feature, evidence=Evidence.DECLARED)
    first.refresh_from_db()
    assert [one.code for one in blockers_of(first, None)] == ["before_sunset", "reader"]
    assert "is 91 days away" in refusals(endings.retire_version, first, actor=cast.owner_a)["version"]

    Version.objects.filter(pk=first.pk).update(sunset_on=timezone.now().date())
    Usage.objects.filter(pk=usage.pk).update(evidence=Evidence.OBSERVED, last_seen_at=timezone.now())
    first.refresh_from_db()
    assert [(one.code, one.consumer) for one in blockers_of(first, None)] == [("recent_read", "model:ranker")]
    Usage.objects.filter(pk=usage.pk).update(last_seen_at=timezone.now() - timedelta(days=8))
    endings.retire_version(first, actor=cast.owner_a)
    feature.refresh_from_db()
    assert feature.state == "retired"
    assert [one.code for one in blockers_of(feature.versions.get(), None)] == ["retired"]


def test_a_reader_of_another_version_does_not_stand_in_the_way(cast: SimpleNamespace, feature: Feature) -> None:
    first = feature.versions.get()
    versions.publish_version(draft(feature, cast.owner_a, unit="EUR"), actor=cast.owner_a)
    reader = Consumer.objects.create(kind="model", name="ranker")
    Usage.objects.create(consumer=reader, feature=feature, number=2, evidence=Evidence.DECLARED)
    Usage.objects.create(consumer=reader, feature=feature, evidence=Evidence.DECLARED)  # the current one: v2
    first.refresh_from_db()
    assert [one.code for one in blockers_of(first, None)] == ["not_deprecated"]


def test_what_a_store_defines_is_changed_there(cast: SimpleNamespace) -> None:
    view = ViewFactory(project=ProjectFactory(owner=cast.payments), connection=ConnectionFactory(name="Prod"))
    held = FeatureFactory(view=view)
    assert "Prod defines this view." in refusals(register_feature, view, actor=cast.owner_a, name="x")["view"]
    assert "The store says this." in refusals(draft, held, cast.owner_a, dtype="int32")["dtype"]
    second = draft(held, cast.owner_a, unit="EUR", minimum=0.0, privacy_class="none")
    assert (second.dtype, second.unit) == (held.dtype, "EUR")
    versions.publish_version(second, actor=cast.owner_a)


def test_a_draft_that_a_pull_overtook_takes_the_next_number(cast: SimpleNamespace, feature: Feature) -> None:
    second = draft(feature, cast.owner_a, unit="EUR")
    first = feature.versions.get(number=1)
    Version.objects.create(feature=feature, number=3, dtype=first.dtype, state="active")
    assert versions.publish_version(second, actor=cast.owner_a).number == 4
