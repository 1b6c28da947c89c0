"""Holding limits against measurements. Pure rules: facts and a moment in, a verdict with its reasons out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from common.quantities import count, duration, figure, percent
from monitoring.comparing import Skew
from monitoring.distances import CHANCE
from monitoring.drifting import Comparison
from monitoring.models.findings import Kind
from registry.actions.facts import ViewHealth
from registry.choices import Health, ViewKind
from registry.drift import METHOD_NAMES, Limits
from registry.models import FeatureView

AT_RISK_FROM = 0.8  # of a limit
# A day with less than half or more than twice the rows of its weekday is another day altogether.
LEAST_VOLUME, NEAR_LEAST_VOLUME = 0.5, 0.7
FEWEST_DAYS = 2
SKEW_LIMIT = 0.01
_WORST_FIRST = (Health.BREACHED, Health.AT_RISK, Health.UNKNOWN, Health.OK)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One kind of thing that was judged, of a view or (`feature` set) of one of its features.

    `value` and `limit` are in the kind's own unit: seconds, shares, distances; None where it has none.
    """

    kind: Kind
    view: int
    feature: int | None
    state: Health
    reason: str
    value: float | None = None
    limit: float | None = None


def worst(*states: Health) -> Health:
    """The state that counts. Unknown outranks OK: what nobody measured is never green."""
    return next(state for state in _WORST_FIRST if state in states)


def freshness(view: FeatureView, now: datetime) -> tuple[Health, str]:
    """How the view's age stands against its limit, and why in words that do not change by the minute."""
    if view.kind == ViewKind.ON_DEMAND:
        return Health.UNKNOWN, "Computed at request time; freshness is that of the views it reads."
    store, read_at = _store(view)
    if read_at is None:
        return Health.UNKNOWN, f"The {store} was never read."
    newest = view.newest_event_at
    if newest is None:
        return Health.BREACHED, f"The {store} holds no rows."
    limit = view.freshness_limit
    if limit is None:
        return Health.UNKNOWN, "There is no freshness limit, and no schedule to take one from."
    if now - newest > limit:
        return Health.BREACHED, f"The newest event in the {store} is older than the limit of {duration(limit)}."
    if now - newest > limit * AT_RISK_FROM:
        return Health.AT_RISK, f"The newest event in the {store} is near the limit of {duration(limit)}."
    return Health.OK, ""


def _store(view: FeatureView) -> tuple[str, datetime | None]:
    if view.is_online and view.served_read_at is not None:
        return "online store", view.served_read_at
    return "source", view.source_read_at


def nulls(view: FeatureView, rates: list[float | None]) -> tuple[Health, str]:
    """How the view's features stand against its null limit."""
    limit = view.null_rate_limit
    over = sum(rate is not None and rate > limit for rate in rates)
    near = sum(rate is not None and limit * AT_RISK_FROM < rate <= limit for rate in rates)
    missing = sum(rate is None for rate in rates)
    if over:
        return Health.BREACHED, f"{over} of {len(rates)} features have more than {percent(limit)} nulls."
    if near:
        return Health.AT_RISK, f"{near} of {len(rates)} features are near the limit of {percent(limit)} nulls."
    if missing:
        return Health.UNKNOWN, f"The null rate of {missing} of {len(rates)} features is unknown."
    return Health.OK, ""


def drift(found: Comparison, q: float, limits: Limits) -> tuple[Health, str]:
    """How one comparison stands. What chance alone does is no drift, however far it lies: `q` is p, corrected for all
    features that were compared beside it.
    """
    _, warn, fail = limits
    known = found.distance
    if known is None or found.now is None or found.before is None:
        return Health.UNKNOWN, found.why
    limit = fail if known.value > fail else warn
    rows = f"{count(found.now.rows)} rows"
    said = (
        f"{METHOD_NAMES[known.method]} {figure(known.value)} against {found.before.name}, limit {figure(limit)}, {rows}"
    )
    if known.value <= warn:
        return Health.OK, f"{said}."
    if q > CHANCE:
        return Health.OK, f"{said}; among so many features and so few rows chance does this."
    return (Health.BREACHED if known.value > fail else Health.AT_RISK), f"{said}."


def skew(found: Skew, feature: str) -> tuple[Health, str]:
    """How many of the sampled entities are served otherwise than their source had them at the same moment."""
    tally = found.features[feature]
    if not found.sampled:
        return Health.UNKNOWN, "The online store holds no entity that could be compared."
    if tally.rate is None:
        return Health.UNKNOWN, f"None of {count(found.sampled)} sampled entities could be compared with the source."
    said = (
        f"{count(tally.differing)} of {count(tally.compared)} sampled entities are served otherwise than in the source"
    )
    if tally.rate > SKEW_LIMIT:
        return Health.BREACHED, f"{said}, limit {percent(SKEW_LIMIT)}."
    return (Health.AT_RISK if tally.differing else Health.OK), f"{said}."


def volume(rows: int, same_weekday: list[int], day: str) -> tuple[Health, str]:
    """The rows of the last whole day against the median of the same weekday in the weeks before."""
    if len(same_weekday) < FEWEST_DAYS:
        return Health.UNKNOWN, f"There are too few weeks to hold the {count(rows)} rows of {day} against."
    usual = median(same_weekday)
    share = min(rows, usual) / max(rows, usual) if max(rows, usual) else 1.0
    said = f"{day} has {count(rows)} rows; the same weekday usually has {count(round(usual))}."
    if share >= NEAR_LEAST_VOLUME or abs(rows - usual) <= 4 * usual**0.5:  # so far counts wander by themselves
        return Health.OK, said
    return (Health.BREACHED if share < LEAST_VOLUME else Health.AT_RISK), said


def judge(view: FeatureView, rates: list[float | None], now: datetime, checks: Iterable[Verdict] = ()) -> ViewHealth:
    """Freshness and nulls, and what else was found wrong. That something else is unknown does not make a view unknown:
    drift needs weeks of days, which a fresh and filled view need not have.
    """
    fresh, fresh_reason = freshness(view, now)
    filled, null_reason = nulls(view, rates)
    wrong = [one for one in checks if one.state in (Health.BREACHED, Health.AT_RISK)]
    return ViewHealth(
        view=view.pk,
        freshness=fresh,
        max_null_rate=view.null_rate_limit,
        health=worst(fresh, filled, *(one.state for one in wrong)),
        reasons=tuple(reason for reason in (fresh_reason, null_reason, *_summed(wrong)) if reason),
        checked=worst(Health.OK, *(one.state for one in wrong if one.feature is None)),
    )


def _summed(wrong: list[Verdict]) -> list[str]:
    """One sentence for each kind: what holds of one feature as it is, of many how many they are."""
    said = []
    for kind in Kind:
        mine = [one for one in wrong if one.kind == kind]
        of_features = [one for one in mine if one.feature is not None]
        said += [one.reason for one in mine if one.feature is None]
        if len(of_features) == 1:
            said.append(of_features[0].reason)
        elif of_features:
            worse = sum(one.state == Health.BREACHED for one in of_features)
            said.append(f"{kind.label}: {len(of_features)} features are beyond a limit, {worse} of them by much.")
    return said
