"""How connections are doing: the state of each and its latest pulls."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from common.quantities import absolute, relative
from registry.choices import PullKind, PullState
from registry.models import Connection, Pull
from registry.stores import pulls_of

LATEST = 20
LATER = datetime.max.replace(tzinfo=UTC)
_CELL = {PullState.SUCCEEDED: "ok", PullState.PARTIAL: "warn", PullState.FAILED: "crit"}
_RAN = {PullState.SUCCEEDED, PullState.PARTIAL, PullState.FAILED}


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of a connection: a chip's state and word, and a sentence of why."""

    state: str
    word: str
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    """A connection in the list. `latest` are pulls as {id, kind, state, created_at, finished_at}, newest first."""

    connection: Connection
    standing: Standing
    cells: list[tuple[str, str]]
    said: str
    last_at: datetime | None
    next_at: datetime | None  # None when it is due now


def with_latest_pulls(connections: QuerySet[Connection]) -> QuerySet[Connection]:
    """Each connection with `latest`: its last pulls, read by the index that pulls are kept in."""
    pulls = Pull.objects.filter(connection=OuterRef("pk")).order_by("-id")
    facts = JSONObject(id="pk", kind="kind", state="state", created_at="created_at", finished_at="finished_at")
    return connections.select_related("owner").annotate(latest=ArraySubquery(pulls.values(json=facts)[:LATEST]))


def row(connection: Connection, now: datetime) -> Row:
    """What the list and the page of a connection from `with_latest_pulls` say about it."""
    latest = connection.latest  # type: ignore[attr-defined]  # annotated
    finished = next((pull["finished_at"] for pull in latest if pull["finished_at"]), None)
    return Row(
        connection=connection,
        standing=standing(connection, latest, now),
        cells=[("unknown", "no pull")] * (LATEST - len(latest)) + [_cell(pull) for pull in reversed(latest)],
        said=_said(latest),
        last_at=datetime.fromisoformat(finished) if finished else None,
        next_at=later_than(now, next_pull_at(connection)),
    )


def standing(connection: Connection, latest: Sequence[dict[str, str]], now: datetime) -> Standing:
    """Switched off, resting, failing, partly, working or not pulled yet; the first that is the case."""
    if not connection.is_enabled:
        return Standing("off", "Switched off", "It is not pulled until somebody switches it on.")
    if connection.is_resting(now):
        until = relative(connection.open_until, now=now)
        why = f"{connection.failures} pulls failed in a row, so it rests. The next try is {until}."
        return Standing("crit", "Resting", why)
    states = {kind: next((p["state"] for p in latest if p["kind"] == kind and p["state"] in _RAN), None)
              for kind in PullKind.values}  # fmt: skip
    if PullState.FAILED in states.values():
        return Standing("crit", "Failing", "The last pull failed. What it said is below.")
    if PullState.PARTIAL in states.values():
        return Standing("warn", "Partly", "The last pull could not read everything. What it read is kept.")
    if states[pulls_of(connection.kind)[0]] is None:
        return Standing("unknown", "Not pulled yet", "Nothing was read from it so far.")
    return Standing("ok", "Working", "The last pulls succeeded.")


def next_pull_at(connection: Connection) -> datetime | None:
    """When beat asks for its next pull; None while it is switched off."""
    if not connection.is_enabled:
        return None
    is_measured = PullKind.MEASUREMENTS in pulls_of(connection.kind)
    due = min(connection.definitions_due_at, connection.measurements_due_at if is_measured else LATER)
    return max(due, connection.open_until) if connection.open_until else due


def later_than(now: datetime, due: datetime | None) -> datetime | None:
    """None for a moment that has come: beat asks for what is due within half a minute."""
    return due if due and due > now else None


def _cell(pull: dict[str, str]) -> tuple[str, str]:
    at = absolute(datetime.fromisoformat(pull["created_at"]))
    return _CELL.get(
        PullState(pull["state"]), "unknown"
    ), f"{at}: {pull['kind']} {PullState(pull['state']).label.lower()}"


def _said(latest: Sequence[dict[str, str]]) -> str:
    """The strip in words: "Last 20 pulls: 18 succeeded, 1 failed"."""
    if not latest:
        return "No pulls yet"
    states = [PullState(pull["state"]) for pull in latest]
    counts = [f"{states.count(state)} {state.label.lower()}" for state in PullState if state in states]
    return f"Last {len(latest)} pulls: {', '.join(counts)}"
