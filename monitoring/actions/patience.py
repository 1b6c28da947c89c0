"""How patient a view's owner is with bad readings."""

from monitoring.kinds import FEWEST, MOST, USUAL_READINGS
from monitoring.models import Patience
from registry.actions.action import Note, action, invalid, lock
from registry.models import FeatureView, User


@action("monitoring.change_patience")
def change_patience(view: FeatureView, note: Note, *, actor: User, readings: int, reason: str = "") -> FeatureView:
    """Say how many readings in a row over a limit make a breach of it. What is open stays open."""
    if not FEWEST <= readings <= MOST:
        raise invalid(readings=f"Choose {FEWEST} to {MOST}.")
    row: FeatureView = lock(view)
    held = Patience.objects.filter(view=row).first()
    note.change("readings", held.readings if held else USUAL_READINGS, readings)
    Patience.objects.update_or_create(view=row, defaults={"readings": readings})
    return row
