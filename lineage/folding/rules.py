"""The rules by which what is said joins what is held. Pure; each is associative, commutative and idempotent."""

from collections.abc import Iterable
from typing import Any

from lineage.models import RunState
from lineage.openlineage.reading import PULLED, Facets

MOST_FACETS = 100
MOST_MARKS = 64
MOST_SPELLINGS = 10

Held = dict[str, Any]  # {at, digest, ...}
_ENDS = {"COMPLETE": RunState.COMPLETED, "FAIL": RunState.FAILED, "ABORT": RunState.ABORTED}


def stamp(held: Held) -> tuple[str, str]:
    """What decides between two: the later event, and of two at one moment always the same one."""
    return held["at"], held["digest"]


def add_facets(held: dict[str, Held], facets: Facets, at: str, digest: str, *, whole: bool) -> None:
    """A facet is replaced whole by a newer one of its name."""
    for name, body in facets.items():
        if name not in held or (at, digest) > stamp(held[name]):
            held[name] = {"at": at, "digest": digest, "whole": whole, "body": body}
    if len(held) > MOST_FACETS:
        for name in sorted(held, key=lambda one: (*stamp(held[one]), one))[:-MOST_FACETS]:
            del held[name]


def newer(held: Held | None, said: Held) -> Held:
    return said if held is None or stamp(said) > stamp(held) else held


def add_marks(held: Iterable[str], event_type: str, at: str) -> list[str]:
    """The moments that start and end attempts; of very many, the newest."""
    marks = set(held)
    if event_type == "START" or event_type in _ENDS:
        marks.add(f"{at} {event_type}")
    return sorted(marks, key=_place)[-MOST_MARKS:]


def outcome(marks: Iterable[str], first_at: str) -> tuple[RunState, int, str, str | None]:
    """(state, attempts, when the newest attempt started, when it ended).

    Whatever came after an end does not reopen a run, except for a start: producers that derive the ids of runs start
    the same one again.
    """
    state, attempts, started, ended = RunState.RUNNING, 1, first_at, None
    for mark in sorted(marks, key=_place):
        at, _, event_type = mark.partition(" ")
        if event_type != "START":
            state, ended = _ENDS[event_type], at
        elif ended is not None and at > ended:
            state, attempts, started, ended = RunState.RUNNING, attempts + 1, at, None
    return state, attempts, started, ended


def invocation(facets: dict[str, Held]) -> tuple[str, bool]:
    """What dbt calls the call that a run belongs to, and whether dbt was asked: it tells of itself under other ids."""
    body = facets.get("dbt_run", {}).get("body", {})
    called = body.get("invocation_id")
    return called if isinstance(called, str) else "", str(body.get("_producer", "")).startswith(PULLED)


def _place(mark: str) -> tuple[str, bool, str]:
    """In the order of time; of what happens at one moment, the start first."""
    at, _, event_type = mark.partition(" ")
    return at, event_type != "START", event_type
