"""Why something was not measured, and when it will be tried next: what a page says instead of a number."""

from datetime import datetime

from django.utils import timezone

from common.quantities import absolute
from registry.choices import PullKind
from registry.freshness import is_timeless
from registry.models import Connection, Feature, FeatureView, Pull

STORES = {"source": "offline store", "served": "online store"}


def absences(view: FeatureView, feature: Feature | None = None) -> dict[str, str]:
    """By origin (source, served), why there is no measurement of the view, or of one feature in it."""
    pull = last_reading(view.connection)
    return {origin: _absence(view, feature, origin, pull) for origin in STORES}


def last_reading(connection: Connection | None) -> Pull | None:
    """The newest finished measurements pull of the connection."""
    if connection is None:
        return None
    return connection.pulls.filter(kind=PullKind.MEASUREMENTS, finished_at__isnull=False).order_by("-id").first()


def _absence(view: FeatureView, feature: Feature | None, origin: str, pull: Pull | None) -> str:
    if is_timeless(view):
        return "Computed when asked, so there is nothing stored to measure."
    if view.gone_at:
        return "Gone from its store, so it is measured no more."
    if view.connection is None:
        return "No connection measures this view."
    if not view.connection.is_enabled:
        return f"The connection {view.connection.name} is switched off."
    failure = _failure(view, feature, origin, pull) if pull else ""
    next_try = f"Next pull {next_reading(view.connection)}."
    return (
        f"The {STORES[origin]} could not be read: {failure} {next_try}" if failure else f"Not measured yet. {next_try}"
    )


def _failure(view: FeatureView, feature: Feature | None, origin: str, pull: Pull) -> str:
    """What the pull said about this feature, its view or the whole store; the most particular counts."""
    assert view.connection is not None  # noqa: S101  the caller asked
    about = [f"{view.key} ({origin})", f"{view.connection.slug} {STORES[origin]}", view.connection.slug]
    if feature is not None:
        about.insert(0, f"{feature.key} ({origin})")
    said = {error["object"]: error["reason"] for error in pull.errors}
    return next((said[thing] for thing in about if thing in said), "")


def next_reading(connection: Connection, now: datetime | None = None) -> str:
    """When the next measurements pull is due, as people read it."""
    now = now or timezone.now()
    due = max(connection.measurements_due_at, connection.open_until or connection.measurements_due_at)
    return "is due now" if due <= now else f"at {absolute(due)}"
