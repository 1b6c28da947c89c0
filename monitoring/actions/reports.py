"""Taking over what somebody else has measured: a pipeline's tests, Evidently, a store that Charter cannot reach."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from monitoring.actions.counting import write_counts
from monitoring.actions.reporting import Report, keep_checks
from monitoring.judging import worst
from monitoring.models import Reported
from registry.actions.action import Note, action, invalid
from registry.models import Feature, FeatureView, User
from registry.told import ToldCount


@action("monitoring.report_checks")
def report_checks(
    view: FeatureView, note: Note, *, actor: User | None, by: str, reports: Sequence[Report],
    at: datetime | None = None, rows: int | None = None, counts: Sequence[ToldCount] = (), reason: str = "",
) -> int:  # fmt: skip
    """Keep what was found at `at`, in the place of what the same tool reported of the same things before, and what it
    counted. Of personal features only the check and its state are kept, because a value or a text could be somebody's.
    Returns of how many things checks were kept.
    """
    features = {one.name: one for one in Feature.objects.present().filter(view=view)}
    unknown = sorted({one.feature for one in reports} - {"", *features})
    if unknown:
        raise invalid(feature=f"{view.key} has no feature {unknown[0]}.")
    of: dict[str, list[Report]] = defaultdict(list)
    for one in reports:
        of[one.feature].append(one)
    states = {name or view.name: worst(*(one.state for one in mine)).value for name, mine in of.items()}
    note.change("reported", None, states)
    found_at = min(at or timezone.now(), timezone.now())
    _replace(view, by, {features[name].pk if name else None for name in of}, found_at)
    keep_checks(view, features, by=by, reports=reports, at=found_at)
    if rows is not None or counts:
        write_counts(view, features, by=by, run="", at=found_at, rows=rows, counts=counts)
    return len(of)


def _replace(view: FeatureView, by: str, about: set[int | None], at: datetime) -> None:
    held = Reported.objects.filter(view=view, by=by[:60], at__lte=at)
    if None in about:
        held.filter(feature__isnull=True).delete()
    held.filter(feature__in=about - {None}).delete()
