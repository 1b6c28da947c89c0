"""One reading of one thing held against its limit, and what some of them in a row come to. Pure rules.

A reading counts once, whoever looks at it and how often: it is known by its moment.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from monitoring import judging
from monitoring.kinds import KINDS, USUAL_READINGS
from monitoring.models import Finding
from registry.choices import Health, ViewKind
from registry.models import FeatureView


class Subject(NamedTuple):
    """What is judged. `text` names it once and for all; the numbers are those of its rows."""

    text: str
    view: int | None = None
    feature: int | None = None
    connection: int | None = None


def of_view(view: int) -> Subject:
    return Subject(f"view {view}", view=view)


def of_feature(feature: int, view: int) -> Subject:
    return Subject(f"feature {feature}", view=view, feature=feature)


@dataclass(frozen=True, slots=True)
class Reading:
    """`in_a_row` says how many readings in a row agree, where whoever judged knows; else each new one is counted."""

    kind: str
    subject: Subject
    is_bad: bool
    read_at: datetime
    reason: str = ""
    in_a_row: int = 0

    @property
    def key(self) -> tuple[str, str]:
        return self.subject.text, self.kind


@dataclass(frozen=True, slots=True)
class Standing:
    """How one thing stands against one limit."""

    is_open: bool
    bad: int
    good: int
    read_at: datetime


ENDED = Standing(False, 0, 0, datetime.min)
FORGOTTEN = replace(ENDED, good=1)


def after(held: Standing | None, reading: Reading, patience: int = USUAL_READINGS) -> Standing | None:
    """How it stands after this reading: ENDED where a breach is over, FORGOTTEN where it was never one. None where
    nothing changes: the reading was counted already, or is good as ever."""
    if held is not None and reading.read_at <= held.read_at:
        return None
    kind = KINDS[reading.kind]
    if reading.is_bad:
        bad = reading.in_a_row or (held.bad if held else 0) + 1
        return Standing(held is not None and held.is_open or bad >= (kind.bad or patience), bad, 0, reading.read_at)
    if held is None:
        return None
    if not held.is_open:
        return FORGOTTEN
    good = reading.in_a_row or held.good + 1
    return ENDED if good >= kind.good else replace(held, good=good, read_at=reading.read_at)


def of_views(facts: Iterable[tuple[FeatureView, list[float | None], datetime | None]]) -> Iterator[Reading]:
    """What the last readings of each view, of its features' null rates, and the moment of these come to."""
    for view, rates, rates_read_at in facts:
        if view.kind == ViewKind.ON_DEMAND:
            continue
        if (read_at := _read_at(view)) is not None:
            yield from _reading("freshness", view, judging.freshness(view, read_at), read_at)
        if rates_read_at is not None:
            yield from _reading("nulls", view, judging.nulls(view, rates), rates_read_at)


def of_findings(views: Iterable[FeatureView]) -> Iterator[Reading]:
    """What was last found of these views and their features by measuring: drift, volume, skew and the like. Unknown is
    neither good nor bad."""
    rows = Finding.objects.filter(view__in=[view.pk for view in views], kind__in=KINDS)
    for one in rows.exclude(state=Health.UNKNOWN).exclude(feature__gone_at__isnull=False):
        subject = of_feature(one.feature_id, one.view_id) if one.feature_id else of_view(one.view_id)
        yield Reading(one.kind, subject, one.state == Health.BREACHED, one.found_at, one.reason)


def _reading(kind: str, view: FeatureView, judged: tuple[Health, str], read_at: datetime) -> Iterator[Reading]:
    """Unknown is neither good nor bad."""
    state, reason = judged
    if state != Health.UNKNOWN:
        yield Reading(kind, of_view(view.pk), state == Health.BREACHED, read_at, reason)


def _read_at(view: FeatureView) -> datetime | None:
    """When the store was read that counts for freshness."""
    return view.served_read_at if view.is_online and view.served_read_at is not None else view.source_read_at
