"""What people are told of incidents: what broke, what of theirs it hits, and what to do first."""

from collections.abc import Sequence

from monitoring.kinds import KINDS
from monitoring.models import Incident
from registry.outbox.letters import Letter

MOST_NAMED = 10


def runbook_of(incident: Incident) -> str:
    """Where one reads what to do: what its owner says, or the page of help for its kind."""
    return incident.runbook or f"/docs/{KINDS[incident.kind].runbook}/"


def opened(incident: Incident, mine: Sequence[str], others: int, reasons: Sequence[str]) -> Letter:
    """For a team that answers for what is hit: `mine` are its views, `others` how many more there are."""
    hit = _named(mine) or "nothing of yours alone"
    facts = [("Cause", _cause(incident)), ("Of yours", hit), ("Hit as well", f"{others:,} more" if others else "")]
    facts.append(("Since", f"{incident.opened_at:%Y-%m-%d %H:%M} UTC"))
    return Letter(
        paragraphs=list(reasons), facts=[fact for fact in facts if fact[1]],
        links=[("Acknowledge", f"{incident.get_absolute_url()}#actions"), ("Runbook", runbook_of(incident)),
               ("Mute", f"{incident.get_absolute_url()}#mute")],
        why="You get this because your team answers for it.",
    )  # fmt: skip


def upstream(incident: Incident, mine: Sequence[str], reads: Sequence[str], *, is_over: bool) -> Letter:
    """For a team that reads what is hit: which of its consumers, and which views."""
    said = "It is over." if is_over else "Its owner was told. You need not do anything but know."
    return Letter(
        paragraphs=(said,),
        facts=[fact for fact in (("Of yours", _named(mine)), ("Reads", _named(reads))) if fact[1]],
        links=[("Open", incident.get_absolute_url())],
        why="You get this because your team answers for what reads it.",
    )  # fmt: skip


def acknowledged(incident: Incident, who: str) -> Letter:
    return Letter(
        paragraphs=(f"{who} has it.",), links=[("Open", incident.get_absolute_url())],
        why="You get this because you were told that it began.",
    )  # fmt: skip


def resolved(incident: Incident) -> Letter:
    """That it is over, for those who were told that it began."""
    by = f"{incident.resolved_by} resolved it." if incident.resolved_by else "It ended by itself: all is well again."
    begun = [("Began", f"{incident.opened_at:%Y-%m-%d %H:%M} UTC")]
    ended = [("Ended", f"{incident.resolved_at:%Y-%m-%d %H:%M} UTC")] if incident.resolved_at else []
    return Letter(
        paragraphs=(by,), facts=begun + ended, links=[("Open", incident.get_absolute_url())],
        why="You get this because you were told that it began.",
    )  # fmt: skip


def _cause(incident: Incident) -> str:
    return f"{incident.get_cause_kind_display()} {incident.cause_name}"


def _named(names: Sequence[str]) -> str:
    more = [f"and {len(names) - MOST_NAMED:,} more"] if len(names) > MOST_NAMED else []
    return ", ".join([*names[:MOST_NAMED], *more])
