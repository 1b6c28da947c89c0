"""Features side by side: what differs is marked, what is not found is said."""

from types import SimpleNamespace

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from registry.models import Feature, Version
from registry.queries.comparison import choices, rows
from tests.cast import page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory


@pytest.fixture
def features(cast: SimpleNamespace) -> list[Feature]:
    view = ViewFactory(project=ProjectFactory(name="payments", owner=cast.payments), name="stats")
    return [
        FeatureFactory(view=view, name=f"f{number}", dtype="int64" if number == 1 else "float64", description="Same.")
        for number in range(6)
    ]


def html(user: object, address: str) -> str:
    response = page_as(user).get(address)  # type: ignore[arg-type]
    assert response.status_code == 200
    return response.content.decode()


def test_without_a_choice_says_how_to_choose(cast: SimpleNamespace) -> None:
    text = html(cast.viewer, "/compare")
    assert "Nothing to compare yet" in text
    assert "project.view.feature" in text


def test_marks_what_differs(cast: SimpleNamespace, features: list[Feature]) -> None:
    found, unknown = choices([features[0].key, features[1].key], cast.viewer)
    assert unknown == []
    assert [row.label for row in rows(found) if row.differs] == ["Type"]
    text = html(cast.viewer, f"/compare?a={features[0].key}&b={features[1].key}")
    assert text.count('class="differs"') == 1
    assert "Type<span" in text


def test_two_versions_of_one_feature(cast: SimpleNamespace, features: list[Feature]) -> None:
    Version.objects.create(feature=features[0], number=2, dtype="decimal", state="active")
    text = html(cast.viewer, f"/compare?f={features[0].key}@1&f={features[0].key}@2")
    assert "f0@1" in text
    assert "f0@2" in text
    assert "decimal" in text


def test_a_name_that_ends_like_a_version(cast: SimpleNamespace) -> None:
    feature = FeatureFactory(name="odd@1")
    found, unknown = choices([feature.key, f"{feature.key}@1"], cast.viewer)
    assert [choice.feature for choice in found] == [feature, feature]
    assert unknown == []


def test_unknown_and_hidden_read_the_same(cast: SimpleNamespace, features: list[Feature]) -> None:
    hidden = FeatureFactory(view=ViewFactory(project=ProjectFactory(visibility="restricted", owner=cast.risk)))
    text = html(cast.viewer, f"/compare?f={features[0].key}&f={hidden.key}&f=nope&f={features[0].key}@9")
    assert f"Not found: {hidden.key}, nope, {features[0].key}@9." in text
    assert hidden.key in html(cast.owner_b, f"/compare?f={hidden.key}")


def test_four_at_most(cast: SimpleNamespace, features: list[Feature]) -> None:
    text = html(cast.viewer, "/compare?" + "&".join(f"f={feature.key}" for feature in features))
    assert "The first 4 are shown." in text
    assert text.count("Remove</a>") == 4
    assert "Add a feature" not in text


def test_as_many_queries_for_four_as_for_one(cast: SimpleNamespace, features: list[Feature]) -> None:
    counts = []
    for chosen in (features[:1], features[:4]):
        client = page_as(cast.viewer)
        with CaptureQueriesContext(database) as queries:
            client.get("/compare?" + "&".join(f"f={feature.key}" for feature in chosen))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8, counts
