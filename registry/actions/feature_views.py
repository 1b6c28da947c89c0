"""State changes of one feature view."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from charter.limits import drift_fault
from registry.actions.action import Note, action, invalid, lock
from registry.actions.managers import take, without_file
from registry.choices import Manager
from registry.models import Feature, FeatureView, User
from registry.notifications import count_facets

KEPT: Mapping[str, Any] = {}  # leave the limits on drift as they are
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=366)


@action("registry.change_slo")
def change_slo(
    view: FeatureView, note: Note, *, freshness: timedelta | None, max_null_rate: float | None, reason: str,
    actor: User | None, managed_by: str = Manager.PAGE, drift: Mapping[str, Any] | None = KEPT,
) -> FeatureView:  # fmt: skip
    """Set how old the view's data may be, how many nulls it may have (a fraction) and how far its features may drift
    ({method, warn, fail}). None follows the schedule, or the usual 5 %, or the usual PSI of 0.1 and 0.25. Its health is
    judged anew at the next refresh, its drift at the next pull.
    """
    if freshness is not None and not SHORTEST <= freshness <= LONGEST:
        raise invalid(freshness="Choose a limit between one minute and 366 days.")
    if max_null_rate is not None and not 0 <= max_null_rate <= 1:
        raise invalid(max_null_rate="Choose a share between 0 and 100 %.")
    if not reason.strip():
        raise invalid(reason="Say why, so that readers of the history understand it.")
    if drift is not KEPT and drift is not None and (fault := drift_fault(drift)):
        raise invalid(drift=fault)
    view = lock(view)
    wanted = {
        "slo_freshness": freshness, "slo_max_null_rate": max_null_rate,
        "slo_drift": view.slo_drift if drift is KEPT else drift and dict(drift),
    }  # fmt: skip
    for field, new in wanted.items():
        if getattr(view, field) != new:
            take(view, field, managed_by)
            note.change(field, getattr(view, field), new)
            setattr(view, field, new)
    view.save(update_fields=[*wanted, "managers"])
    return view


@action("registry.describe_view")
def describe_view(
    view: FeatureView, note: Note, *, description: str, actor: User | None, managed_by: str = Manager.PAGE,
    reason: str = "",
) -> FeatureView:  # fmt: skip
    """Say what the view is. A store no longer says it."""
    row: FeatureView = lock(view)
    take(row, "description", managed_by)
    note.change("description", row.description, description.strip())
    row.description, row.changed_at = description.strip(), timezone.now()
    row.save(update_fields=["description", "managers", "changed_at"])
    return row


@action("registry.change_view")
def change_view(
    view: FeatureView, note: Note, *, actor: User | None, ttl: timedelta | None, schedule_every: timedelta | None,
    is_online: bool, managed_by: str = Manager.PAGE, reason: str = "",
) -> FeatureView:  # fmt: skip
    """Say how long values live, how often they are computed and whether a store serves them. Of views made here."""
    row: FeatureView = lock(view)
    if row.connection_id is not None:
        raise invalid(view=f"{row.connection} defines this view. Change it there and pull.")
    for field, new in (("ttl", ttl), ("schedule_every", schedule_every), ("is_online", is_online)):
        if getattr(row, field) != new:
            take(row, field, managed_by)
            note.change(field, getattr(row, field), new)
            setattr(row, field, new)
    if "is_online" in note.changes:
        Feature.objects.filter(view=row).update(is_online=is_online, changed_at=timezone.now())
        count_facets(row.project_id)
    row.changed_at = timezone.now()
    row.save(update_fields=["ttl", "schedule_every", "is_online", "managers", "changed_at"])
    return row


@action("registry.release_file")
def release_file(view: FeatureView, note: Note, *, actor: User | None, reason: str = "") -> FeatureView:
    """Let pages change again what a file in git holds, of the view and its features. The next plan finds conflicts."""
    row: FeatureView = lock(view)
    note.change("file", row.file, "")
    row.file, row.managers = "", without_file(row.managers)
    row.save(update_fields=["file", "managers"])
    for feature in Feature.objects.filter(view=row).exclude(managers={}):
        feature.managers = without_file(feature.managers)
        feature.save(update_fields=["managers"])
    return row
