"""The page of the replacement shows the values of both, where Charter may know them."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from governance.actions.announcing import draft_deprecation
from monitoring.models import FeatureMeasurement
from registry.models import Feature, Project, Version
from tests.cast import page_as
from tests.factories import ConnectionFactory, FeatureFactory, ProjectFactory, ViewFactory
from tests.governance.test_announcing_pages import text_of
from tests.measured import measure

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(ending: SimpleNamespace) -> Version:
    """What could replace it, of another view that is measured."""
    project = ProjectFactory(name="next", owner=ending.cast.risk)
    view = ViewFactory(project=project, name="stats", connection=ConnectionFactory())
    made = FeatureFactory(view=view, name="amount").versions.get()
    measure(view)
    return made


def page(ending: SimpleNamespace, replacement: Version) -> str:
    said = {"kind": "replaced", "reason": "Dollars.", "replacement": replacement.pk}
    draft = draft_deprecation(ending.old, actor=ending.cast.owner_a, said=said)
    return f"/deprecations/{draft}/draft/replacement/"


@pytest.fixture
def alice(ending: SimpleNamespace) -> Client:
    return page_as(ending.cast.owner_a)


def test_both_in_one_picture_and_in_words(ending: SimpleNamespace, other: Version, alice: Client) -> None:
    measure(ending.feature.view)
    shown = text_of(alice.get(page(ending, other)))
    assert 'aria-label="Values of both over the same bins: medians 17.25 and 17.25"' in shown
    assert shown.count('class="dist-base"') == 20
    assert '<th scope="row">0 to 2</th><td class="num">7.1 %</td><td class="num">7.1 %</td>' in shown
    assert '<th scope="row">5 % to 95 %</th><td class="num">1.5 to 38.12</td>' in shown
    assert "Their units differ" in shown


def test_what_is_not_measured_is_said(ending: SimpleNamespace, other: Version, alice: Client) -> None:
    shown = text_of(alice.get(page(ending, other)))
    assert f"<code>{ending.old}</code>: No connection measures this view." in shown
    assert "So there is no picture of both." in shown
    assert "17.25" in shown
    assert "dist-base" not in shown


@pytest.mark.parametrize("which", ["old", "new"])
@pytest.mark.parametrize("how", ["class", "name", "version"])
def test_values_of_personal_data_stay_in_the_store(
    ending: SimpleNamespace, other: Version, alice: Client, which: str, how: str
) -> None:
    """Also those that were measured before somebody said that they are personal."""
    measure(ending.feature.view)
    version = ending.old if which == "old" else other
    if how == "version":
        Version.objects.filter(pk=version.pk).update(privacy_class="pseudonymous")
    else:
        said: dict[str, Any] = {"class": {"privacy_class": "pseudonymous"}, "name": {"looks_personal": True}}[how]
        Feature.objects.filter(pk=version.feature_id).update(**said)
    shown = text_of(alice.get(page(ending, other)))
    assert f"<code>{version}</code>: Not kept: this is personal data" in shown
    assert "dist-base" not in shown
    assert shown.count("17.25") == 1


def test_numbers_and_words_are_not_laid_over(ending: SimpleNamespace, other: Version, alice: Client) -> None:
    measure(ending.feature.view)
    FeatureMeasurement.objects.filter(feature=other.feature_id).update(histogram=[{"label": "card", "count": 3}])
    assert "One is of numbers and the other is not" in text_of(alice.get(page(ending, other)))


def test_two_versions_of_one_feature_have_one_distribution(ending: SimpleNamespace, alice: Client) -> None:
    measure(ending.feature.view)
    shown = text_of(alice.get(page(ending, ending.new)))
    assert "two versions of one feature" in shown
    assert "17.25" not in shown


def test_a_replacement_that_is_hidden_by_now_is_not_shown(
    ending: SimpleNamespace, other: Version, alice: Client
) -> None:  # fmt: skip
    address = page(ending, other)
    Project.objects.filter(name="next").update(visibility="restricted")
    shown = text_of(alice.get(address))
    assert "What is different about" not in shown
    assert "Their values" not in shown
