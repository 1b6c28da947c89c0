"""One banner at most, the most serious first; tombstones for what is retired."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from registry.models import Feature, Version
from registry.notices import notice
from tests.cast import page_as
from tests.factories import FeatureFactory


def state(feature: Feature, name: str, **facts: Any) -> Version:
    """The feature's version moved to this state, as actions would leave it."""
    version = feature.versions.get()
    Feature.objects.filter(pk=feature.pk).update(state=name)
    for step in {"retired": ("deprecated", "retired")}.get(name, (name,)):
        Version.objects.filter(pk=version.pk).update(state=step, deprecated_at=timezone.now(), **facts)
    return version


@pytest.mark.parametrize(
    ("version_state", "facts", "title"),
    [
        ("quarantined", {"gone_at": timezone.now(), "health": "crit"}, "Quarantined."),
        ("retired", {"gone_at": timezone.now()}, "Retired"),
        ("deprecated", {"gone_at": timezone.now()}, "Gone from its store"),
        ("deprecated", {"health": "crit"}, "goes away on"),
        ("active", {"health": "crit", "looks_personal": True}, "Outside its limits."),
        ("active", {"looks_personal": True}, "It looks personal"),
        ("active", {"looks_personal": True, "privacy_class": "none"}, ""),
        ("active", {}, ""),
    ],
)
def test_the_most_serious_counts(db: None, version_state: str, facts: dict[str, Any], title: str) -> None:
    feature = FeatureFactory()
    if version_state != "active":
        state(feature, version_state, sunset_on=timezone.now().date() + timedelta(days=72))
    Feature.objects.filter(pk=feature.pk).update(**facts)
    feature.refresh_from_db()
    found = notice(feature, feature.versions.get())
    assert title in found.title if found else title == ""


def test_deprecated_leads_to_its_replacement(cast: SimpleNamespace) -> None:
    better = FeatureFactory()
    feature = FeatureFactory()
    state(feature, "deprecated", sunset_on=timezone.now().date(), replacement=better.versions.get())
    html = page_as(cast.viewer).get(feature.get_absolute_url()).content.decode()
    assert f'class="btn primary" href="{better.get_absolute_url()}?v=1"' in html
    assert f"{better.key}@1 replaces it." in html


def test_retired_is_a_tombstone(cast: SimpleNamespace) -> None:
    feature = FeatureFactory(description="What it was.")
    state(feature, "retired", retired_at=timezone.now())
    html = page_as(cast.viewer).get(feature.get_absolute_url()).content.decode()
    assert "Nobody may read it any more. Nothing replaces it." in html
    assert "What it was." in html
    assert "Use this feature" not in html
    assert "Trust summary" not in html


def test_one_banner_a_page(cast: SimpleNamespace) -> None:
    feature = FeatureFactory(looks_personal=True, health="crit", gone_at=timezone.now())
    html = page_as(cast.viewer).get(feature.get_absolute_url()).content.decode()
    assert html.count('class="banner') == 1
