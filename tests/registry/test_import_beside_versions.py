"""Pulls and people on the same feature: what the store says moves on, and what people said of values stays."""

from pathlib import Path

import pytest
from django.utils import timezone

from connectors.feast import registry_pb2 as pb
from registry.actions import versions
from registry.models import Feature, Version
from tests.factories import TeamFactory
from tests.registry.test_import_again import edited, place  # noqa: F401  a fixture
from tests.registry.test_import_definitions import connect, pull

pytestmark = pytest.mark.django_db


def held() -> Feature:
    return Feature.objects.get(view__name="driver_hourly_stats", name="conv_rate")


def retyped(place: Path, kind: int) -> None:  # noqa: F811
    """Store another type of conv_rate."""
    content = edited(place)
    view = next(view for view in content.feature_views if view.spec.name == "driver_hourly_stats")
    next(field for field in view.spec.features if field.name == "conv_rate").value_type = kind
    place.write_bytes(content.SerializeToString())


def other_source(place: Path) -> None:  # noqa: F811
    """Store another join key: it is part of the contract, and the type stays."""
    content = edited(place)
    view = next(view for view in content.feature_views if view.spec.name == "driver_hourly_stats")
    view.spec.entity_columns[0].name = "driver"
    place.write_bytes(content.SerializeToString())


@pytest.fixture
def said(place: Path) -> Version:  # noqa: F811
    """A version that says more than the store does, published."""
    pull(connect(str(place)))
    feature = held()
    first = feature.versions.get()
    second = Version.objects.create(
        feature=feature, number=first.number + 1, state="active", activated_at=timezone.now(), dtype=first.dtype,
        entity_keys=first.entity_keys, definition=first.definition, unit="share", default=0.5,
        default_policy="constant", minimum=0, maximum=1, is_nullable=False, purposes=["dispatch"],
    )  # fmt: skip
    Feature.objects.update(number=second.number, unit="share", has_default=True)
    return second


def test_the_same_content_makes_no_version(place: Path, said: Version) -> None:  # noqa: F811
    place.write_bytes(edited(place).SerializeToString())
    pull(said.feature.view.connection)
    assert held().number == said.number


def test_another_key_keeps_what_people_said(place: Path, said: Version) -> None:  # noqa: F811
    other_source(place)
    pull(said.feature.view.connection)
    newest = held().versions.latest("number")
    assert (newest.number, newest.entity_keys) == (said.number + 1, ["driver"])
    assert (newest.unit, newest.default, newest.minimum, newest.purposes) == ("share", 0.5, 0, ["dispatch"])
    assert (held().number, held().unit, held().has_default) == (newest.number, "share", True)


def test_another_type_begins_anew(place: Path, said: Version) -> None:  # noqa: F811
    retyped(place, pb.ValueType.STRING)
    pull(said.feature.view.connection)
    newest = held().versions.latest("number")
    assert (newest.dtype, newest.unit, newest.default, newest.default_policy) == ("string", "", None, "none")
    assert (held().unit, held().has_default) == ("", False)


def test_what_was_deprecated_is_active_again_with_new_content(place: Path, said: Version) -> None:  # noqa: F811
    Version.objects.filter(pk=said.pk).update(state="deprecated", deprecated_at=timezone.now())
    Feature.objects.filter(pk=said.feature_id).update(state="deprecated", sunset_on=timezone.now().date())
    other_source(place)
    pull(said.feature.view.connection)
    assert (held().state, held().sunset_on) == ("active", None)
    said.refresh_from_db()
    assert said.state == "deprecated"


def test_a_draft_follows_its_store_until_it_is_published(place: Path, said: Version) -> None:  # noqa: F811
    draft = versions.draft_version(held(), actor=None, terms={"privacy_class": "none", "unit": "%"})
    other_source(place)
    pull(said.feature.view.connection)
    Feature.objects.filter(pk=said.feature_id).update(description="Share of trips taken.", owner=TeamFactory())
    draft = versions.publish_version(draft, actor=None)
    assert (draft.entity_keys, draft.unit, held().number) == (["driver"], "%", draft.number)
    assert draft.number == said.number + 3
