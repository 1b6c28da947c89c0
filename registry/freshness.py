"""Three times for one question: until when is the data of a view? They are shown beside each other, never averaged."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from common.quantities import duration
from registry.choices import ViewKind
from registry.models import FeatureView

# Stores round their clocks differently: less than this is not a disagreement.
TOLERANCE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Time:
    """One of the three. `at` is None when nobody says; `why` then tells the reason."""

    origin: str
    label: str
    meaning: str
    at: datetime | None
    read_at: datetime | None
    why: str


def three_times(view: FeatureView, absences: dict[str, str]) -> list[Time]:
    """Declared, source and served. `absences` says by origin why one was not measured."""
    served_why = absences.get("served", "") if view.is_online else "This view is not served online."
    return [
        Time("declared", "Declared", "End of the last interval that the registry says was materialized",
             view.declared_until, None, "The registry records none."),
        Time("source", "Source", "Newest event in the offline store", view.source_until, view.source_read_at,
             "The source holds no rows." if view.source_read_at else absences.get("source", "")),
        Time("served", "Served", "Newest event in the online store", view.served_until, view.served_read_at,
             "The online store holds no rows." if view.served_read_at else served_why),
    ]  # fmt: skip


def disagreements(times: list[Time]) -> list[str]:
    """A sentence for each pair of times that differ."""
    pairs = combinations([time for time in times if time.at is not None], 2)
    return [sentence for one, other in pairs if (sentence := _disagreement(one, other))]


def _disagreement(one: Time, other: Time) -> str:
    assert one.at is not None  # noqa: S101  the caller leaves the others out
    assert other.at is not None  # noqa: S101
    gap = abs(one.at - other.at)
    if gap < TOLERANCE:
        return ""
    late, early = (one, other) if one.at > other.at else (other, one)
    return _SENTENCES[late.origin, early.origin].format(gap=duration(gap))


_SENTENCES = {
    ("declared", "source"): "The registry declares {gap} more than the source holds.",
    ("declared", "served"): "The registry declares {gap} more than the online store serves.",
    ("source", "declared"): "The source holds {gap} that the registry has not declared as materialized.",
    ("served", "declared"): "The online store serves {gap} that the registry has not declared.",
    ("source", "served"): "The online store is {gap} behind the source.",
    ("served", "source"): "The online store is {gap} ahead of the source.",
}


def age(view: FeatureView, now: datetime) -> timedelta | None:
    """How old what readers get is: to the minute from a minute on, because it is not measured more often."""
    newest = view.newest_event_at
    if newest is None:
        return None
    found = now - newest
    return timedelta(minutes=found // timedelta(minutes=1)) if found >= timedelta(minutes=1) else found


def is_timeless(view: FeatureView) -> bool:
    """Whether the view is computed when asked, so that it has no freshness of its own."""
    return view.kind == ViewKind.ON_DEMAND
