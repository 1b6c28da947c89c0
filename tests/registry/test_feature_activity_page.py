"""The Activity tab: audit entries and field history in one order, and the feature as it was."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registry.actions.feature_views import change_slo
from registry.actions.features import follow_feature
from registry.models import Feature, Version
from registry.queries.activity import PAGE, activity
from registry.queries.features import pages_of
from tests.cast import page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory

pytestmark = pytest.mark.django_db(transaction=True)  # history rows tell the time of their own transactions


@pytest.fixture
def feature(cast: SimpleNamespace) -> Feature:
    view = ViewFactory(project=ProjectFactory(owner=cast.payments))
    return FeatureFactory(view=view, description="First words.")


def describe(feature: Feature, text: str) -> None:
    """A change as a pull makes it: no actor, no audit entry."""
    Feature.objects.filter(pk=feature.pk).update(description=text)
    feature.refresh_from_db()


def html(user: object, feature: Feature, query: str = "") -> str:
    response = page_as(user).get(f"{feature.get_absolute_url()}activity/{query}")  # type: ignore[arg-type]
    assert response.status_code == 200
    return response.content.decode()


def test_nothing_happened(cast: SimpleNamespace, feature: Feature) -> None:
    assert "Nothing changed since it was registered" in html(cast.viewer, feature)


def test_an_action_is_told_once_with_who_and_why(cast: SimpleNamespace, feature: Feature) -> None:
    change_slo(
        feature.view, freshness=timedelta(hours=3), max_null_rate=0.125, reason="Batch got slower", actor=cast.owner_a
    )
    text = html(cast.viewer, feature)
    assert text.count("Batch got slower") == 1
    assert "alice" in text
    assert text.count("<ins>12.5 %</ins>") == 1


def test_changes_by_pulls_show_before_and_after(cast: SimpleNamespace, feature: Feature) -> None:
    describe(feature, "Second words.")
    describe(feature, "Third words.")
    text = html(cast.viewer, feature)
    assert text.index("<del>Second words.</del><ins>Third words.</ins>") < text.index(
        "<del>First words.</del><ins>Second words.</ins>"
    )


def test_what_somebody_follows_is_not_told(cast: SimpleNamespace, feature: Feature) -> None:
    follow_feature(feature, actor=cast.owner_b)
    assert "Nothing changed since it was registered" in html(cast.viewer, feature)


def test_as_a_spreadsheet(cast: SimpleNamespace, feature: Feature) -> None:
    describe(feature, "Second words.")
    answer = page_as(cast.viewer).get(f"{feature.get_absolute_url()}activity/?format=csv").getvalue().decode()
    assert "description: First words. → Second words." in answer


def test_owners_are_named(cast: SimpleNamespace, feature: Feature) -> None:
    Feature.objects.filter(pk=feature.pk).update(owner=cast.risk)
    assert "<del>Payments Features</del><ins>Risk</ins>" in html(cast.viewer, feature)


def test_older_pages_go_on_where_newer_ones_end(cast: SimpleNamespace, feature: Feature) -> None:
    for number in range(PAGE + 5):
        describe(feature, f"Text {number}")
    found = pages_of(cast.viewer).get(pk=feature.pk)
    versions = list(found.versions.all())
    first = activity(found, versions)
    second = activity(found, versions, before=first.before)
    told = [change.new for page in (first, second) for event in page.events for change in event.changes]
    assert told == [f"Text {number}" for number in reversed(range(PAGE + 5))]
    assert second.before is None


def test_as_of_a_moment(cast: SimpleNamespace, feature: Feature) -> None:
    before = timezone.now()
    describe(feature, "Second words.")
    Version.objects.filter(feature=feature).update(state="deprecated", deprecated_at=timezone.now())
    past = html(cast.viewer, feature, f"?as_of={before:%Y-%m-%dT%H:%M:%S.%f}")
    assert "<dd>First words.</dd>" in past
    assert "<dd>Second words.</dd>" in html(cast.viewer, feature, "?as_of=2126-01-01")


@pytest.mark.parametrize(
    ("asked", "answer"),
    [("1999-01-01", "It did not exist yet."), ("yesterday", "is not a date"), ("2026-02-31", "is not a date")],
)
def test_as_of_what_is_no_moment_of_its_life(cast: SimpleNamespace, feature: Feature, asked: str, answer: str) -> None:
    assert answer in html(cast.viewer, feature, f"?as_of={asked}")


def test_as_many_queries_for_twenty_events_as_for_one(cast: SimpleNamespace, feature: Feature) -> None:
    counts = []
    for number in (1, 19):
        for step in range(number):
            describe(feature, f"{number} {step}")
        Feature.objects.filter(pk=feature.pk).update(owner=cast.risk if number == 1 else cast.payments)
        client = page_as(cast.viewer)
        with CaptureQueriesContext(database) as queries:
            assert client.get(f"{feature.get_absolute_url()}activity/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12, counts
