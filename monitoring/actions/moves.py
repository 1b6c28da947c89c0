"""Saying what a consumer is to read instead."""

from monitoring.models import Move
from registry.actions.action import Note, action, invalid
from registry.choices import VersionState
from registry.models import Consumer, User, Version


@action("monitoring.set_move")
def set_move(
    consumer: Consumer, note: Note, *, actor: User | None, old: Version, new: Version, reason: str = ""
) -> Move:
    """Name the replacement of what it reads, also before anything is deprecated. Nothing is switched by this."""
    if old.pk == new.pk:
        raise invalid(new="A version cannot replace itself.")
    if new.state not in (VersionState.ACTIVE, VersionState.DRAFT):
        raise invalid(new=f"{new} is {new.state}. Choose an active version.")
    if Move.objects.filter(consumer=consumer, old=new, new=old).exists():
        raise invalid(new=f"It moves from {new} to {old} already.")
    held = Move.objects.filter(consumer=consumer, old=old).select_related("new__feature").first()
    note.change(f"instead of {old}", str(held.new) if held else None, str(new))
    made, _ = Move.objects.update_or_create(consumer=consumer, old=old, defaults={"new": new, "set_by": actor})
    return made


@action("monitoring.drop_move")
def drop_move(consumer: Consumer, note: Note, *, actor: User | None, old: Version, reason: str = "") -> None:
    """Take back what somebody said. What a deprecation names as replacement stays."""
    held = Move.objects.filter(consumer=consumer, old=old).select_related("new__feature").first()
    if held is None:
        raise invalid(old=f"Nobody has said what replaces {old}.")
    note.change(f"instead of {old}", str(held.new), None)
    held.delete()
