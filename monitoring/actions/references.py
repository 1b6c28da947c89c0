"""Pinning the days that a view's features are held against."""

from datetime import date, timedelta

from django.utils import timezone

from monitoring.actions.days import forget, is_blunt, settle
from monitoring.actions.drift import refresh_drift
from monitoring.models import Baseline, Reference, ViewDay
from registry.actions.action import Note, action, invalid, lock
from registry.models import FeatureView, User

FURTHEST = timedelta(days=400)
LONGEST = timedelta(days=120)


@action("monitoring.pin_reference")
def pin_reference(
    view: FeatureView, note: Note, *, actor: User | None, first: date, last: date, title: str = "", reason: str = ""
) -> Reference:
    """Hold drift of this view's features against these days from now on, both included, such as those that its model
    was trained on. What was counted of them already counts at once; other days are read at the next pull.
    """
    today = timezone.now().date()
    if last < first or last - first > LONGEST:
        raise invalid(last=f"Choose the same day or a later one, at most {LONGEST.days} days in all.")
    if last >= today or first < today - FURTHEST:
        raise invalid(first=f"Choose days that are over, of the last {FURTHEST.days} days.")
    row: FeatureView = lock(view)
    held = Reference.objects.filter(view=row).first()
    note.change("reference", _said(held), f"{first} to {last}")
    pinned, _ = Reference.objects.update_or_create(
        view=row, defaults={"first": first, "last": last, "title": title.strip()[:120], "pinned_by": actor,
                            "pinned_at": timezone.now()},
    )  # fmt: skip
    _open_again(row)
    return pinned


@action("monitoring.release_reference")
def release_reference(view: FeatureView, note: Note, *, actor: User | None, reason: str = "") -> None:
    """Hold drift of this view against the first days that were measured, as before anybody pinned others."""
    row: FeatureView = lock(view)
    held = Reference.objects.filter(view=row).first()
    if held is None:
        raise invalid(reference="Nobody has pinned a reference.")
    note.change("reference", _said(held), None)
    held.delete()
    _open_again(row)


def _said(held: Reference | None) -> str | None:
    return f"{held.first} to {held.last}" if held else None


def _open_again(view: FeatureView) -> None:
    """Every baseline is added up anew, where its days are there. One whose cuts tell the new days not apart goes, and
    is cut anew at the next pull.
    """
    mine = Baseline.objects.filter(view=view)
    mine.update(counts=[], first=None, last=None, is_pinned=False)
    pinned = Reference.objects.filter(view=view).first()
    days = ViewDay.objects.filter(view=view)
    newest = days.order_by("-day").first()
    if newest is not None and (pinned is None or days.filter(day__lte=pinned.first).exists()):
        settle(view, list(mine.values_list("pk", flat=True)), is_snapshot=newest.is_snapshot)
    forget([held.feature for held in mine.select_related("feature") if held.is_ordered and is_blunt(held.counts)])
    refresh_drift(FeatureView.objects.filter(pk=view.pk))
