"""What a check is made of: parts, each with how many things are as they should be, and which are not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from common.quantities import count
from governance.models import CheckState

# Evidence that is older says nothing about now.
HOLDS = timedelta(hours=24)
# What a chip or a cell of this state is called.
CHIPS = {
    CheckState.MET: "ok", CheckState.ATTESTED: "info", CheckState.PARTLY: "warn", CheckState.NOT_MET: "crit",
    CheckState.UNKNOWN: "unknown",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """The one thing to do next, and the page where it is done."""

    said: str
    url: str = ""


# Where there is no feature yet.
BEGIN = Step("Connect a feature store, or register a feature.", "/connectors/")
# Where a store was not read within the day.
LOOK = Step("See why its connection could not read it.", "/connectors/")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a check asks. `said` is a whole sentence; `read_at` is when its evidence was seen, None where
    nobody has looked. `rows` are the objects that fail, where they can be listed; `search` finds the same features."""

    state: CheckState
    said: str
    step: Step | None = None
    met: int | None = None
    of: int | None = None
    read_at: datetime | None = None
    rows: QuerySet[Any] | None = None
    search: str = ""

    @property
    def chip(self) -> str:
        return CHIPS[self.state]

    @property
    def is_met(self) -> bool:
        return self.state == CheckState.MET


def share(
    met: int, of: int, things: str, are: str, *, step: Step, read_at: datetime | None, unread: int = 0,
    rows: QuerySet[Any] | None = None, search: str = "", more: str = "", when_empty: Step = BEGIN,
    when_unread: Step | None = None, none_was: str = "was looked at",
) -> Part:  # fmt: skip
    """So many of so many `things` `are` so: "12 of 14 feature views have a limit". All is met, none is not met.

    `unread` are further ones of which nobody knows, within the day or at all: they keep it from being met. Where there
    is nothing to look at it is unknown, since nothing was seen, and the next step is what to do `when_empty`; where all
    that was seen is well, what to do `when_unread`. `none_was` ends the sentence where nobody knows of any.
    """
    if not of and not unread:
        return Part(CheckState.UNKNOWN, f"There are no {things} to look at.", when_empty, 0, 0, read_at)
    state = _state(met, of, unread)
    said = f"{count(met)} of {count(of)} {things} {are}" if of else f"None of {count(unread)} {things} {none_was}"
    silent = f"; of {count(unread)} nothing is known" if unread and of else ""
    step = when_unread if state == CheckState.UNKNOWN and when_unread else step
    return Part(state, f"{said}{silent}{more}.", step, met, of + unread, read_at, rows, search)


def _state(met: int, of: int, unread: int) -> CheckState:
    if met < of:
        return CheckState.PARTLY if met else CheckState.NOT_MET
    return CheckState.UNKNOWN if unread else CheckState.MET


def fact(is_so: bool | None, said: str, *, step: Step, read_at: datetime | None) -> Part:
    """Something that is so, is not, or is not known."""
    state = CheckState.UNKNOWN if is_so is None else CheckState.MET if is_so else CheckState.NOT_MET
    return Part(state, said, step, read_at=read_at)


def nobody_looks(said: str, *, step: Step) -> Part:
    """Something of which Charter has no evidence to read. A statement can stand for it."""
    return Part(CheckState.UNKNOWN, said, step)


def together(parts: Sequence[Part]) -> CheckState:
    """Of a check with these parts. What is known to be bad counts first; what is not known is never green."""
    states = {part.state for part in parts}
    if states == {CheckState.MET}:
        return CheckState.MET
    if states & {CheckState.PARTLY, CheckState.NOT_MET}:
        return CheckState.PARTLY if states & {CheckState.PARTLY, CheckState.MET} else CheckState.NOT_MET
    return CheckState.UNKNOWN
