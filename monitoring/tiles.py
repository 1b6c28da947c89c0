"""What the trust strip says of one feature: the figure, its state and word, and a picture; or why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from common.pictures import sparkline
from common.quantities import duration, figure, percent
from monitoring import judging
from monitoring.models import Finding
from monitoring.shifts import WORDS, Shift, absence
from registry.choices import Health
from registry.drift import METHOD_NAMES, limits_of
from registry.freshness import age
from registry.models import Feature, FeatureView

AGE_WORDS = {Health.OK: "Fresh", Health.AT_RISK: "At risk", Health.BREACHED: "Stale", Health.UNKNOWN: "Unknown"}
NULL_WORDS = {Health.OK: "OK", Health.AT_RISK: "At risk", Health.BREACHED: "High", Health.UNKNOWN: "Unknown"}


@dataclass(frozen=True, slots=True)
class Tile:
    """`value` is empty when nothing was measured; `absent` then says why. `note` is a line under the figure."""

    label: str
    value: str
    absent: str
    state: Health
    word: str
    note: str
    picture: SafeString | str


def freshness(view: FeatureView, ages: Sequence[float | None], why: Mapping[str, str], now: datetime) -> Tile:
    """How old the newest event is that readers get. `why` says by origin why it was not measured."""
    newest, limit = view.newest_event_at, view.freshness_limit
    absent = why["served" if view.is_online else "source"]
    state, reason = judging.freshness(view, now)
    return Tile(
        label=f"Freshness · limit {duration(limit)}" if limit else "Freshness · no limit",
        value=duration(age(view, now)) if newest else "",
        absent=reason if state == Health.BREACHED else absent,
        state=state,
        word="No limit" if limit is None else AGE_WORDS[state],
        note=_note(view, newest, now),
        picture=age_picture(view, ages) if newest else "",
    )


def _note(view: FeatureView, newest: datetime | None, now: datetime) -> str:
    if newest is None:
        return ""
    if newest > now:
        return "The newest event lies in the future"
    return "Of the source; the online store was not read" if view.is_online and view.served_until is None else ""


def nulls(feature: Feature, rates: Sequence[float | None], why: Mapping[str, str]) -> Tile:
    """How many rows lack a value."""
    limit = feature.view.null_rate_limit
    state, _ = judging.nulls(feature.view, [feature.null_rate])
    return Tile(
        label=f"Null rate · max {percent(limit)}",
        value="" if feature.null_rate is None else percent(feature.null_rate),
        absent=why["source"],
        state=state,
        word=NULL_WORDS[state],
        note="",
        picture="" if feature.null_rate is None else null_picture(feature, rates),
    )


def drift(feature: Feature, found: Finding | None, shift: Shift | None) -> Tile:
    """How far the values are from their reference."""
    state = Health(found.state) if found and shift else Health.UNKNOWN
    method, _, fail = limits_of(feature)
    return Tile(
        label=f"Drift · {METHOD_NAMES[method]} max {figure(fail)}",
        value=figure(shift.measured.value) if shift else "",
        absent=absence(feature, found),
        state=state,
        word=WORDS[state],
        note=f"{shift.now} against {shift.before}" if shift else "",
        picture=shift.picture if shift else "",
    )


def age_picture(view: FeatureView, ages: Sequence[float | None], *, highest: float | None = None) -> SafeString:
    limit = view.freshness_limit
    now = next((age for age in reversed(ages) if age is not None), None)
    label = f"Age of the newest event over time: {duration(now)} when last measured" if ages else "Age: not measured"
    return sparkline(
        ages, limit=limit.total_seconds() if limit else None, highest=highest,
        label=f"{label}, limit {duration(limit)}" if limit else label,
    )  # fmt: skip


def null_picture(feature: Feature, rates: Sequence[float | None], *, highest: float | None = None) -> SafeString:
    limit = feature.view.null_rate_limit
    now = next((rate for rate in reversed(rates) if rate is not None), None)
    said = f"{percent(now)} when last measured" if rates else "not measured"
    label = f"Null rate over time: {said}, limit {percent(limit)}"
    return sparkline(rates, limit=limit, highest=highest, label=label)
