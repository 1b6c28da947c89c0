"""Taking over what others measured and tested of the tables that views read.

Checks become findings, each as old as its run. Counts become measurements of their own origin, with who told them: what
Charter measured itself stays as it is, and counts wherever it is newer.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from monitoring.actions.counting import write_counts
from monitoring.actions.health import refresh_health
from monitoring.actions.reporting import Report, forget_old, keep_checks
from registry.models import Feature, FeatureView
from registry.told import Told, teller

AT_ONCE = 200  # messages
MOST_ROUNDS = 50


def adopt() -> int:
    """Take over everything that waits, and forget checks that nobody repeats. Returns how many views it was about."""
    touched = set(forget_old(timezone.now()))
    for _ in range(MOST_ROUNDS):
        count, views = _adopt_some()
        touched |= views
        if count < AT_ONCE:
            break
    if touched:
        refresh_health(FeatureView.objects.filter(pk__in=touched))
    return len(touched)


def _adopt_some() -> tuple[int, set[int]]:
    with transaction.atomic():
        count, told = teller().take(AT_ONCE)
        now = timezone.now()
        views = FeatureView.objects.present().in_bulk({one.view for one in told})
        by_view: dict[int, list[Told]] = defaultdict(list)
        for one in sorted(told, key=lambda one: one.at):
            if one.view in views:
                by_view[one.view].append(one)
        for number, mine in by_view.items():
            _take_over(views[number], mine, now)
    return count, set(by_view)


def _take_over(view: FeatureView, told: Sequence[Told], now: datetime) -> None:
    features = {one.name: one for one in Feature.objects.present().filter(view=view)}
    for one in told:
        at = min(one.at, now)  # a clock that goes ahead would make every later run look old
        if one.checks:
            reports = [Report(check.feature, check.name, check.state, check.value, check.limit) for check in one.checks]
            keep_checks(view, features, by=one.by, reports=reports, at=at, run=one.run, url=one.url)
        if one.rows is not None or one.counts:
            write_counts(view, features, by=one.by, run=one.run, at=at, rows=one.rows, counts=one.counts)
