"""Suggestions by names, descriptions and sampled values: for what a store brings too, and remembered when declined."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from governance.actions.classing import accept_class, decline_class
from governance.actions.guessing import read_names
from governance.models import ClassSuggestion, GuessedClass, NamesRead
from governance.queries.classes import why
from governance.tasks import suggest_classes
from monitoring.models import SampledKind
from registry.models import Feature
from tests.cast import api_as, page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory

pytestmark = pytest.mark.django_db
NO = "They are made up for tests."


@pytest.fixture
def view(cast: SimpleNamespace) -> Any:
    return ViewFactory(project=ProjectFactory(name="shop", owner=cast.payments), name="people")


def held(view: Any, name: str, **said: Any) -> Feature:
    made: Feature = FeatureFactory(view=view, name=name, **said)
    return made


def holds(feature: Feature, kind: str = "iban", valid: int = 38, looked_at: int = 40) -> None:
    """As a measurement would have it."""
    said = {"kind": kind, "valid": valid, "looked_at": looked_at, "sampled_at": timezone.now()}
    SampledKind.objects.update_or_create(feature=feature, defaults=said)


def suggested(feature: Feature) -> ClassSuggestion | None:
    suggest_classes()
    return ClassSuggestion.objects.open().with_feature().filter(feature=feature).first()


@pytest.mark.parametrize(
    ("name", "description", "privacy_class", "by", "said"),
    [
        ("home_postcode", "", "quasi-identifier", "name", "Its name says “postcode”."),
        ("f_17", "Date of birth of the member", "quasi-identifier", "described",
         "Its description says “date of birth”."),
    ],
)  # fmt: skip
def test_words_suggest_a_class(
    cast: SimpleNamespace, view: Any, name: str, description: str, privacy_class: str, by: str, said: str
) -> None:
    row = suggested(held(view, name, description=description))
    assert row is not None
    assert (row.privacy_class, row.kind, row.sure, row.waits_for) == (privacy_class, by, "possible", "owner")
    assert (why(row, cast.viewer).claim, why(row, cast.viewer).steps) == (said, [])
    assert row in ClassSuggestion.objects.waiting_for(cast.owner_a)


@pytest.mark.parametrize("said", [{"privacy_class": "none"}, {"state": "draft"}, {"state": "retired"}])
def test_words_are_silent_where_somebody_has_spoken(view: Any, said: dict[str, str]) -> None:
    assert suggested(held(view, "home_postcode", **said)) is None


def test_values_say_how_many_are_valid(cast: SimpleNamespace, view: Any) -> None:
    feature = held(view, "ref_2")
    holds(feature)
    row = suggested(feature)
    assert row is not None
    assert (row.privacy_class, row.kind, row.sure, row.confidence) == (
        "direct-identifier", "values", "suspected", 0.95,
    )  # fmt: skip
    assert why(row, cast.owner_a).claim == "38 of 40 sampled values are valid IBANs."


def test_values_speak_against_a_class_that_somebody_has_set(view: Any) -> None:
    feature = held(view, "ref_2", privacy_class="none")
    holds(feature)
    row = suggested(feature)
    assert row is not None
    assert row.is_against
    feature.privacy_class = "quasi-identifier"
    feature.save()
    assert suggested(feature) is None  # confirmed to be personal: which class is for people to say


def test_name_and_values_agree(cast: SimpleNamespace, view: Any) -> None:
    feature = held(view, "iban")
    holds(feature)
    row = suggested(feature)
    assert row is not None
    assert (row.kind, row.confidence) == ("values", 0.98)
    assert why(row, cast.owner_a).claim == "38 of 40 sampled values are valid IBANs. Its name says “iban”."


def test_what_was_declined_does_not_come_back(cast: SimpleNamespace, view: Any) -> None:
    """Neither with other counts, nor by the name alone: that stood beside it."""
    feature = held(view, "iban")
    holds(feature)
    row = suggested(feature)
    assert row is not None
    decline_class(row, actor=cast.owner_a, reason=NO)
    assert suggested(feature) is None
    holds(feature, valid=170, looked_at=200)
    assert suggested(feature) is None
    SampledKind.objects.all().delete()
    assert suggested(feature) is None
    holds(feature, kind="phone", valid=30)
    again = suggested(feature)
    assert again is not None
    assert again.evidence == ["30 of 40 sampled values are valid telephone numbers."]


def test_the_owner_accepts_it(cast: SimpleNamespace, view: Any) -> None:
    feature = held(view, "ref_2")
    holds(feature)
    row = suggested(feature)
    assert row is not None
    accept_class(row, actor=cast.owner_a, purposes=["fraud"])
    feature.refresh_from_db()
    assert feature.privacy_class == "direct-identifier"
    assert suggested(feature) is None


def test_only_what_changed_is_read_again(view: Any) -> None:
    feature = held(view, "home_postcode")
    assert read_names() == 1
    assert read_names() == 0
    Feature.objects.filter(pk=feature.pk).update(name="amount")
    NamesRead.objects.update(until=timezone.now() + timezone.timedelta(hours=1))
    assert read_names() == 0
    NamesRead.objects.update(words="other words")
    assert read_names() == 1
    assert not GuessedClass.objects.exists()


def test_reading_many_costs_no_statement_for_each(view: Any) -> None:
    counts = []
    for more in (1, 20):
        for number in range(more):
            FeatureFactory(view=view, name=f"email_{more}_{number}")
        with CaptureQueriesContext(connection) as found:
            read_names()
        counts.append(len(found))
    assert counts[0] >= counts[1]


def test_every_door_shows_it(cast: SimpleNamespace, view: Any) -> None:
    feature = held(view, "iban")
    holds(feature)
    row = suggested(feature)
    assert row is not None
    said = "38 of 40 sampled values are valid IBANs."
    client = page_as(cast.owner_a)
    for path in (f"/classes/{row}/", "/f/shop/people/iban/lineage/class"):
        assert said in client.get(path).content.decode()
    assert "Sampled values" in client.get("/classes/?of=mine").content.decode()
    assert "shop.people.iban" in client.get("/inbox/").content.decode()
    told = api_as(cast.owner_a).get(f"/api/v1/class-suggestions/{row}").json()
    assert (told["claimed_by"], told["likelihood"], told["evidence"][0]) == ("values", 0.98, said)
    assert api_as(cast.owner_a).get(f"/api/v1/class-suggestions/{row}/why").json()["path"] == []


def test_words_of_one_view_are_not_folded(cast: SimpleNamespace, view: Any) -> None:
    for name in ("email", "work_email"):
        held(view, name)
    suggest_classes()
    page = page_as(cast.owner_a).get("/classes/").content.decode()
    assert "2 features of" not in page
    assert page.count("data-open") == 2
