"""Keeping, quarantining and retiring by forms; deprecating is governance's."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from registry.models import Feature, Version
from tests.cast import page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory

PAGE = "/f/pay/stats/amount"


@pytest.fixture
def feature(cast: SimpleNamespace) -> Feature:
    view = ViewFactory(project=ProjectFactory(name="pay", owner=cast.payments), name="stats")
    return FeatureFactory(view=view, name="amount")


@pytest.fixture
def alice(cast: SimpleNamespace, feature: Feature) -> Client:
    return page_as(cast.owner_a)


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_deprecated_version_is_kept_after_all(alice: Client, feature: Feature) -> None:
    Version.objects.update(state="deprecated", deprecated_at=timezone.now(), sunset_on=timezone.now().date())
    assert alice.post(f"{PAGE}/keep/?v=1").status_code == 302
    version = feature.versions.get()
    assert (version.state, version.sunset_on) == ("active", None)


def test_quarantine_wants_the_name_typed(alice: Client, feature: Feature) -> None:
    answer = alice.post(f"{PAGE}/quarantine/", {"reason": "Leaks", "typed": "amonut"})
    assert "This is not amount." in text_of(answer)
    alice.post(f"{PAGE}/quarantine/", {"reason": "Leaks", "typed": "amount"})
    assert feature.versions.get().state == "quarantined"
    assert "Quarantined." in text_of(alice.get(f"{PAGE}/"))
    alice.post(f"{PAGE}/release/?v=1")
    assert feature.versions.get().state == "active"


def test_retiring_lists_what_stands_in_the_way(alice: Client, feature: Feature) -> None:
    assert "Deprecate it first." in text_of(alice.get(f"{PAGE}/retire/?v=1"))
    Version.objects.update(state="deprecated", deprecated_at=timezone.now(), sunset_on=timezone.now().date())
    alice.post(f"{PAGE}/retire/?v=1", {"reason": "Done", "typed": "amount"})
    assert feature.versions.get().state == "retired"
    assert "Retired" in text_of(alice.get(f"{PAGE}/"))


@pytest.mark.parametrize("role", ["viewer", "owner_b", "auditor", "admin"])
@pytest.mark.parametrize("move", ["deprecate", "quarantine", "retire", "keep", "release"])
def test_others_are_refused(feature: Feature, cast: SimpleNamespace, role: str, move: str) -> None:
    other = page_as(getattr(cast, role))
    assert other.post(f"{PAGE}/{move}/?v=1", {"reason": "x", "typed": "amount"}).status_code == 403
    assert "Deprecate" not in text_of(other.get(f"{PAGE}/versions/"))
    assert feature.versions.get().state == "active"


def test_an_old_version_is_brought_back_as_a_draft(alice: Client, feature: Feature) -> None:
    Version.objects.create(feature=feature, number=2, dtype="int64", state="active", activated_at=timezone.now())
    Feature.objects.update(number=2)
    assert "Bring back" in text_of(alice.get(f"{PAGE}/versions/"))
    answer = alice.post(f"{PAGE}/draft/", {"based_on": "1", "about": "As v1 was"})
    assert answer.headers["Location"] == f"{PAGE}/draft/check/"
    drafted = feature.versions.get(state="draft")
    assert (drafted.number, drafted.dtype, drafted.note) == (3, feature.versions.get(number=1).dtype, "As v1 was")


def test_versions_that_are_not_there(alice: Client) -> None:
    for number in ("9", "x", "99999999999", "-1"):
        assert alice.get(f"{PAGE}/retire/?v={number}").status_code == 404
