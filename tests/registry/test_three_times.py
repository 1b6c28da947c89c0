"""Declared, source, served: shown beside each other, and their disagreement in words."""

from datetime import UTC, datetime, timedelta

import pytest

from registry.freshness import age, disagreements, three_times
from registry.models import FeatureView

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def times(declared: float | None, source: float | None, served: float | None) -> list[str]:
    """The sentences for times given in hours after noon."""
    at = [None if hours is None else NOON + timedelta(hours=hours) for hours in (declared, source, served)]
    view = FeatureView(declared_until=at[0], source_until=at[1], served_until=at[2], is_online=True)
    return disagreements(three_times(view, {}))


@pytest.mark.parametrize(
    ("declared", "source", "served", "said"),
    [
        (0, 0, 0, []),
        (0, 0.01, 0, []),  # less than a minute
        (None, None, None, []),
        (0, None, None, []),
        (2, 0, None, ["The registry declares 2 h more than the source holds."]),
        (0, 2, None, ["The source holds 2 h that the registry has not declared as materialized."]),
        (None, 3, 0, ["The online store is 3 h behind the source."]),
        (None, 0, 3, ["The online store is 3 h ahead of the source."]),
        (0, None, 1, ["The online store serves 1 h that the registry has not declared."]),
        (1, None, 0, ["The registry declares 1 h more than the online store serves."]),
    ],
)
def test_disagreement(declared: float | None, source: float | None, served: float | None, said: list[str]) -> None:
    assert times(declared, source, served) == said


def test_why_each_is_missing() -> None:
    absences = {"source": "Not measured yet.", "served": "The online store could not be read: no route."}
    view = FeatureView(is_online=True)
    assert [time.why for time in three_times(view, absences)] == ["The registry records none.", *absences.values()]
    view = FeatureView(is_online=False, source_read_at=NOON)
    assert [time.why for time in three_times(view, absences)][1:] == [
        "The source holds no rows.", "This view is not served online.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=42), timedelta(seconds=42)),
        (timedelta(minutes=13, seconds=7), timedelta(minutes=13)),
        (timedelta(hours=-1), timedelta(hours=-1)),
    ],
)
def test_age_is_told_to_the_minute(passed: timedelta, said: timedelta) -> None:
    assert age(FeatureView(source_until=NOON - passed), NOON) == said


def test_never_measured_has_no_age() -> None:
    assert age(FeatureView(is_online=True), NOON) is None
