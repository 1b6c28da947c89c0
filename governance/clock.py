"""The committee's clock: working days, Monday to Friday, in UTC."""

from datetime import datetime, timedelta

SATURDAY = 5
TOLD_AT = 0.8  # of the time there is


def after_working_days(start: datetime, days: int) -> datetime:
    """The moment `days` working days later: what is sent on a Friday afternoon with two is due on Tuesday afternoon."""
    moment = start
    while days or moment.weekday() >= SATURDAY:
        moment += timedelta(days=1)
        days -= moment.weekday() < SATURDAY and days > 0
    return moment


def share_of(start: datetime, due: datetime, now: datetime) -> float:
    """How much of the working time between two moments has passed: 0 at the start, 1 when it is due."""
    whole = _working(start, due)
    return _working(start, now) / whole if whole else 1.0


def _working(start: datetime, end: datetime) -> float:
    """Seconds between, without those of weekends."""
    total, moment = 0.0, start
    while moment < end:
        midnight = (moment + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        until = min(midnight, end)
        total += (until - moment).total_seconds() * (moment.weekday() < SATURDAY)
        moment = until
    return total
