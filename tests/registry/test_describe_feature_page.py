"""Describing a feature from its page: for its owners, with a reason, and refused without words."""

from types import SimpleNamespace

import pytest

from registry.models import AuditEntry, Feature
from tests.cast import page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory

WORDS = {"description": "Mean amount per day, refunds left out.", "reason": "Asked for by risk"}


@pytest.fixture
def feature(cast: SimpleNamespace) -> Feature:
    return FeatureFactory(view=ViewFactory(project=ProjectFactory(owner=cast.payments)), description="Old words.")


def test_an_owner_describes_it(cast: SimpleNamespace, feature: Feature) -> None:
    client = page_as(cast.owner_a)
    assert "Change the description" in client.get(feature.get_absolute_url()).content.decode()
    response = client.post(f"{feature.get_absolute_url()}describe/", WORDS)
    assert response.url == feature.get_absolute_url()  # type: ignore[attr-defined]
    html = client.get(feature.get_absolute_url()).content.decode()
    assert "Mean amount per day, refunds left out." in html
    assert "The description is saved" in html
    assert AuditEntry.objects.get().reason == "Asked for by risk"


@pytest.mark.parametrize("role", ["viewer", "owner_b", "auditor"])
def test_others_do_not(cast: SimpleNamespace, feature: Feature, role: str) -> None:
    client = page_as(getattr(cast, role))
    assert client.post(f"{feature.get_absolute_url()}describe/", WORDS).status_code == 403
    assert "For its owners" not in client.get(feature.get_absolute_url()).content.decode()
    feature.refresh_from_db()
    assert feature.description == "Old words."


def test_nothing_is_no_description(cast: SimpleNamespace, feature: Feature) -> None:
    client = page_as(cast.owner_a)
    client.post(f"{feature.get_absolute_url()}describe/", {"description": "  "})
    html = client.get(feature.get_absolute_url()).content.decode()
    assert "Nothing was saved. Description: This field is required." in html
    assert "Old words." in html
