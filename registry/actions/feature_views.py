"""State changes of one feature view."""

from datetime import timedelta

from django.utils import timezone

from registry.actions.action import Note, action, invalid, lock
from registry.models import FeatureView, User

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=366)


@action("registry.change_slo")
def change_slo(
    view: FeatureView, note: Note, *, freshness: timedelta | None, max_null_rate: float | None, reason: str,
    actor: User | None,
) -> FeatureView:  # fmt: skip
    """Set how old the view's data may be and how many nulls it may have (a fraction). None follows the schedule, or
    the usual 5 %. Its health is judged anew at the next refresh.
    """
    if freshness is not None and not SHORTEST <= freshness <= LONGEST:
        raise invalid(freshness="Choose a limit between one minute and 366 days.")
    if max_null_rate is not None and not 0 <= max_null_rate <= 1:
        raise invalid(max_null_rate="Choose a share between 0 and 100 %.")
    if not reason.strip():
        raise invalid(reason="Say why, so that readers of the history understand it.")
    view = lock(view)
    note.change("slo_freshness", view.slo_freshness, freshness)
    note.change("slo_max_null_rate", view.slo_max_null_rate, max_null_rate)
    view.slo_freshness, view.slo_max_null_rate = freshness, max_null_rate
    view.save(update_fields=["slo_freshness", "slo_max_null_rate"])
    return view


@action("registry.describe_view")
def describe_view(
    view: FeatureView, note: Note, *, description: str, actor: User | None, reason: str = ""
) -> FeatureView:
    """Say what the view is. A store that says something itself says it again at its next change."""
    row: FeatureView = lock(view)
    note.change("description", row.description, description.strip())
    row.description, row.changed_at = description.strip(), timezone.now()
    row.save(update_fields=["description", "changed_at"])
    return row
