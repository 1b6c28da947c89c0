"""What is shown of drift: each comparison of a feature with its days over the same bins, or why there is none.

Nothing of a personal feature is shown, whatever was counted before it was called so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.safestring import SafeString

from common.pictures import distribution
from common.quantities import figure
from monitoring.drifting import PERSONAL, Days, added, named
from monitoring.models import Against, Baseline, DriftMeasurement, FeatureDay, FeatureMeasurement, Finding, Kind
from monitoring.overlays import Shared, overlay
from registry.choices import Health
from registry.contracts import is_personal
from registry.drift import METHOD_NAMES
from registry.models import Feature

WORDS = {
    Health.OK: "Stable",
    Health.AT_RISK: "Shifting",
    Health.BREACHED: "Drifted",
    Health.UNKNOWN: "Unknown",
}


@dataclass(frozen=True, slots=True)
class Shift:
    """One comparison. `shared` are both over the same bins; empty where days of it are no longer kept."""

    measured: DriftMeasurement
    shared: Sequence[Shared]

    @property
    def against(self) -> str:
        return Against(self.measured.against).label

    @property
    def state(self) -> Health:
        return Health(self.measured.state)

    @property
    def word(self) -> str:
        return WORDS[self.state]

    @property
    def method(self) -> str:
        return METHOD_NAMES[self.measured.method]

    @property
    def before(self) -> str:
        return named(self.measured.before_first, self.measured.before_last)

    @property
    def now(self) -> str:
        return named(self.measured.first, self.measured.last)

    @property
    def picture(self) -> SafeString | str:
        """Empty where there is nothing to draw."""
        if not self.shared:
            return ""
        said = f"{self.now} (line) against {self.before} (bars): {self.method} {figure(self.measured.value)}"
        return distribution(
            [one.after for one in self.shared], baseline=[one.before for one in self.shared], label=said
        )


def verdict(feature: Feature) -> Finding | None:
    return Finding.objects.filter(feature=feature, kind=Kind.DRIFT).first()


def shifts_of(feature: Feature, *, only: Against | None = None) -> list[Shift]:
    """The newest of each comparison, the reference first; none for personal features."""
    baseline = None if is_personal(feature) else Baseline.objects.filter(feature=feature, parts__gt=0).first()
    if baseline is None:
        return []
    rows = DriftMeasurement.objects.filter(feature=feature, **({"against": only} if only else {}))
    newest = {row.against: row for row in rows.order_by("against", "-measured_at").distinct("against")}
    if not newest:
        return []
    days = _days(feature, min(row.before_first for row in newest.values()))
    bounds = _bounds(feature)
    return [
        Shift(newest[against], _shared(newest[against], days, baseline, bounds))
        for against in Against
        if against in newest
    ]


def absence(feature: Feature, found: Finding | None) -> str:
    """Why no figure is shown."""
    if is_personal(feature):
        return PERSONAL
    return found.reason if found else "Not measured yet."


def _days(feature: Feature, since: date) -> dict[date, tuple[int, ...]]:
    rows = FeatureDay.objects.filter(feature=feature, day__gte=since)
    return {day: tuple(counts) for day, counts in rows.values_list("day", "counts")}


def _bounds(feature: Feature) -> tuple[float | None, float | None]:
    """Of the values that were ever measured last: the outermost parts have no edge of their own."""
    rows = FeatureMeasurement.objects.filter(feature=feature, minimum__isnull=False).order_by("-measured_at")
    return rows.values_list("minimum", "maximum").first() or (None, None)


def _shared(
    row: DriftMeasurement, days: Days, baseline: Baseline, bounds: tuple[float | None, float | None]
) -> Sequence[Shared]:
    now = added(days, row.first, row.last, baseline.parts).counts
    if row.against == Against.REFERENCE:
        before: tuple[int, ...] = tuple(baseline.counts)
    elif row.against == Against.WEEKDAY:
        same = {day: counts for day, counts in days.items() if (row.last - day).days % 7 == 0 and day < row.first}
        before = added(same, row.before_first, row.before_last, baseline.parts).counts
    else:
        before = added(days, row.before_first, row.before_last, baseline.parts).counts
    if not sum(now) or not sum(before):
        return []
    edges = _outer(baseline, bounds)
    return overlay(_bins(before, edges), _bins(now, edges))


def _outer(baseline: Baseline, bounds: tuple[float | None, float | None]) -> list[float]:
    """The edges with a lowest and a highest one; empty for words and booleans."""
    if not baseline.edges:
        return []
    low, high = bounds
    first, last = baseline.edges[0], baseline.edges[-1]
    return [min(first, first if low is None else low), *baseline.edges, max(last, last if high is None else high)]


def _bins(counts: Sequence[int], edges: Sequence[float]) -> list[Mapping[str, Any]]:
    if edges:
        ends = zip(edges, edges[1:], counts, strict=False)
        return [{"lower": lower, "upper": upper, "count": count} for lower, upper, count in ends]
    names = ("false", "true") if len(counts) == 2 else tuple(f"words, part {at + 1}" for at in range(len(counts)))
    return [{"label": name, "count": count} for name, count in zip(names, counts, strict=True) if count]
