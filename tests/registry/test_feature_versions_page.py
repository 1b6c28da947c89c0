"""The Versions tab: every version, what differs between two, and the same as CSV."""

from types import SimpleNamespace

import pytest

from registry.models import Feature, Version
from tests.cast import page_as
from tests.factories import FeatureFactory


@pytest.fixture
def feature(cast: SimpleNamespace) -> Feature:
    made = FeatureFactory(version__unit="EUR", version__default=41.87123, version__default_policy="constant")
    Version.objects.create(
        feature=made, number=2, dtype="decimal", unit="EUR", state="active", default=41.87124,
        default_policy="constant", note="Exact amounts",
    )  # fmt: skip
    Feature.objects.filter(pk=made.pk).update(number=2)
    return made


def html(user: object, feature: Feature, query: str = "") -> str:
    return page_as(user).get(f"{feature.get_absolute_url()}versions/{query}").content.decode()  # type: ignore[arg-type]


def test_lists_every_version_with_why(cast: SimpleNamespace, feature: Feature) -> None:
    text = html(cast.viewer, feature)
    assert "2 versions" in text
    assert "Exact amounts" in text


def test_compares_the_two_newest_unless_told(cast: SimpleNamespace, feature: Feature) -> None:
    text = html(cast.viewer, feature)
    assert "<del>float64</del><ins>decimal</ins>" in text
    assert "<del>41.87123 (constant)</del><ins>41.87124 (constant)</ins>" in text  # not rounded to the same figure
    assert "<dt>Unit</dt>" not in text


def test_the_other_way_round(cast: SimpleNamespace, feature: Feature) -> None:
    assert "<del>decimal</del><ins>float64</ins>" in html(cast.viewer, feature, "?a=2&b=1")


def test_the_same_twice_and_unknown_numbers(cast: SimpleNamespace, feature: Feature) -> None:
    assert "same version twice" in html(cast.viewer, feature, "?a=2&b=2")
    assert "<del>float64</del>" in html(cast.viewer, feature, "?a=99&b=x")


def test_as_a_spreadsheet(cast: SimpleNamespace, feature: Feature) -> None:
    response = page_as(cast.viewer).get(f"{feature.get_absolute_url()}versions/?format=csv")
    lines = response.getvalue().decode().splitlines()
    assert response["Content-Type"].startswith("text/csv")
    assert lines[0].startswith("Version,")
    assert lines[1].startswith("2,")
    assert "decimal" in lines[1]
    assert lines[2].startswith("1,")
