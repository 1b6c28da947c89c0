"""Teams hear that a table from which something of theirs is made was dropped, renamed or emptied."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from common.locks import try_lock
from lineage.models import ChangeKind, Edge, TableChange
from lineage.queries.graph import label_of
from lineage.queries.recipients import Recipient, whom
from registry.actions.telling import tell
from registry.outbox.letters import Letter

EVENT = "table.changed"
# What a job drops and makes again within this time is no news, nor is what happened before yesterday.
PATIENCE, NEWS = timedelta(minutes=15), timedelta(days=1)
MOST, MOST_NAMED = 200, 10
WORDS = {
    ChangeKind.DROP: "was dropped", ChangeKind.RENAME: "has another name now", ChangeKind.TRUNCATE: "was emptied",
}  # fmt: skip


def tell_changes(now: datetime) -> int:
    """Tell of each change that has settled, once. Returns of how many somebody was told.

    Evidence of producers and not an act of ours, so the message is all that remains of it.
    """
    told = 0
    with transaction.atomic():
        if not try_lock("tell table changes"):
            return 0
        waiting = TableChange.objects.filter(settled_at=None, at__lt=now - PATIENCE).select_related("node", "before")
        for change in waiting.order_by("at")[:MOST]:
            told += change.at > now - NEWS and not _is_undone(change) and _tell(change)
            TableChange.objects.filter(pk=change.pk).update(settled_at=now)
    return told


def _is_undone(change: TableChange) -> bool:
    """Whether something wrote the table, or a later word says that it is there."""
    held = change.node.facets.get("lifecycleStateChange", {})
    if held.get("body", {}).get("lifecycleStateChange") in ("CREATE", "OVERWRITE"):
        return True
    if change.kind == ChangeKind.RENAME:
        return False
    return Edge.objects.filter(target=change.node.same_as_id, last_at__gt=change.at).exclude(
        Q(last_at=None) | Q(flows=False, is_current=False)
    ).exists()  # fmt: skip


def _tell(change: TableChange) -> bool:
    """Under its old name and its new one: edges are still told of the first."""
    found: dict[int, Recipient] = {}
    for node in filter(None, (change.before, change.node)):
        for one in whom(node.same_as).teams:
            found.setdefault(one.team.pk, one)
    sent = [_tell_team(one, change) for one in found.values()]
    return any(sent)


def _tell_team(one: Recipient, change: TableChange) -> bool:
    keys = [f"{hit.key} ({hit.sure})" for hit in one.hits]
    more = [f"and {len(keys) - MOST_NAMED} more"] if len(keys) > MOST_NAMED else []
    node, words = change.node.same_as, WORDS[ChangeKind(change.kind)]
    letter = Letter(
        paragraphs=[f"{_called(change)} {words}, says {change.producer or 'its producer'}."],
        facts=list(_facts(change, ", ".join(keys[:MOST_NAMED] + more))), links=[("The table", node.page_url)],
        why="You get this because your team answers for something that is made from it.",
    )  # fmt: skip
    data = {
        "node": node.reference, "change": change.kind, "at": change.at.isoformat(), "team": one.team.slug,
        "keys": [hit.key for hit in one.hits],
    }  # fmt: skip
    title = f"{ChangeKind(change.kind).label}: {label_of(_called(change))}"
    key = f"table change {change.pk} {one.team.pk}"
    return tell(EVENT, key=key, title=title, letter=letter, data=data, teams=[one.team]) is not None


def _called(change: TableChange) -> str:
    return (change.before or change.node).name


def _facts(change: TableChange, hit: str) -> Iterable[tuple[str, str]]:
    yield "Table", _called(change)
    if change.before:
        yield "Now", change.node.name
    yield "When", f"{change.at:%Y-%m-%d %H:%M} UTC"
    yield "Of yours", hit
