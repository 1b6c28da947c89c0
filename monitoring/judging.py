"""Holding limits against measurements. Pure rules: facts and a moment in, a verdict with its reasons out."""

from datetime import datetime

from common.quantities import duration, percent
from registry.actions.facts import ViewHealth
from registry.choices import Health, ViewKind
from registry.models import FeatureView

AT_RISK_FROM = 0.8  # of a limit
_WORST_FIRST = (Health.BREACHED, Health.AT_RISK, Health.UNKNOWN, Health.OK)


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


def judge(view: FeatureView, rates: list[float | None], now: datetime) -> ViewHealth:
    """Freshness and nulls together."""
    fresh, fresh_reason = freshness(view, now)
    filled, null_reason = nulls(view, rates)
    return ViewHealth(
        view=view.pk,
        freshness=fresh,
        max_null_rate=view.null_rate_limit,
        health=worst(fresh, filled),
        reasons=tuple(reason for reason in (fresh_reason, null_reason) if reason),
    )
