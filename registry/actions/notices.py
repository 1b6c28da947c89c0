"""How somebody wants to be told."""

from collections.abc import Mapping
from datetime import time
from zoneinfo import available_timezones

from registry.actions.action import Note, action, invalid
from registry.choices import Cadence
from registry.models import NoticeChoice, User
from registry.outbox.events import ASKED_FOR, EVENTS


@action("registry.choose_notices")
def choose_notices(
    user: User, note: Note, *, actor: User, cadences: Mapping[str, str], time_zone: str = "UTC",
    quiet_from: time | None = None, quiet_until: time | None = None,
) -> NoticeChoice:  # fmt: skip
    """Events left out come as usual. Quiet hours have both ends, or none; they may go past midnight."""
    if unknown := sorted(cadences.keys() - (EVENTS.keys() - ASKED_FOR)):
        raise invalid(cadences=f"There is no event {unknown[0]}.")
    if wrong := sorted(set(cadences.values()) - set(Cadence.values)):
        raise invalid(cadences=f"{wrong[0]} is none of {', '.join(Cadence.values)}.")
    if time_zone not in available_timezones():
        raise invalid(time_zone="There is no such time zone. Write one as Europe/Berlin.")
    if (quiet_from is None) != (quiet_until is None):
        raise invalid(quiet_until="Say when quiet hours begin and when they end, or neither.")
    said = {
        "cadences": dict(cadences), "time_zone": time_zone, "quiet_from": quiet_from, "quiet_until": quiet_until,
    }  # fmt: skip
    made, _ = NoticeChoice.objects.update_or_create(user=user, defaults=said)
    note.changes = {"notices": ["", "chosen"]}
    return made
