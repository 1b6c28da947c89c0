"""Following: one's own list, one button, nothing for what one may not see."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied

from registry.actions.features import follow_feature, unfollow_feature
from registry.models import AuditEntry, Follow
from tests.cast import page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory


def test_follow_and_unfollow_are_idempotent(cast: SimpleNamespace) -> None:
    feature = FeatureFactory()
    follow_feature(feature, actor=cast.viewer)
    follow_feature(feature, actor=cast.viewer)
    assert Follow.objects.filter(user=cast.viewer, feature=feature).count() == 1
    unfollow_feature(feature, actor=cast.viewer)
    unfollow_feature(feature, actor=cast.viewer)
    assert not Follow.objects.exists()
    told = AuditEntry.objects.order_by("id").values_list("changes", flat=True)
    assert list(told) == [{"is_followed": [False, True]}, {}, {"is_followed": [True, False]}, {}]


def test_what_is_hidden_cannot_be_followed(cast: SimpleNamespace) -> None:
    feature = FeatureFactory(view=ViewFactory(project=ProjectFactory(visibility="restricted", owner=cast.risk)))
    with pytest.raises(PermissionDenied):
        follow_feature(feature, actor=cast.viewer)
    assert page_as(cast.viewer).post(f"{feature.get_absolute_url()}follow/").status_code == 404
    follow_feature(feature, actor=cast.owner_b)
    assert Follow.objects.get().user == cast.owner_b


def test_the_button_works_without_scripts(cast: SimpleNamespace) -> None:
    feature = FeatureFactory()
    client = page_as(cast.viewer)
    response = client.post(f"{feature.get_absolute_url()}follow/")
    assert response.url == feature.get_absolute_url()  # type: ignore[attr-defined]
    assert "Following · 1" in client.get(feature.get_absolute_url()).content.decode()


def test_the_button_replaces_itself(cast: SimpleNamespace) -> None:
    feature = FeatureFactory()
    client = page_as(cast.viewer)
    html = client.post(f"{feature.get_absolute_url()}follow/", headers={"HX-Request": "true"}).content.decode()
    assert "Following · 1" in html
    assert "<html" not in html
    html = client.post(f"{feature.get_absolute_url()}unfollow/", headers={"HX-Request": "true"}).content.decode()
    assert "Follow" in html
    assert "Following" not in html


def test_a_link_does_not_follow(cast: SimpleNamespace) -> None:
    feature = FeatureFactory()
    assert page_as(cast.viewer).get(f"{feature.get_absolute_url()}follow/").status_code == 405
    assert not Follow.objects.exists()
