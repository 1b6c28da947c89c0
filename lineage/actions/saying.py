"""What people know and no tool tells: that two names are one thing, and that data goes from one to another."""

from django.core.exceptions import ValidationError

from lineage.actions.folding import alone
from lineage.folding import aliases, edges, sayings
from lineage.models import Alias, AliasOrigin, Node, SaidEdge
from lineage.openlineage.names import node_id
from registry.actions.action import Note, action, invalid
from registry.models import User

SHORTEST_REASON = 10


@action("lineage.say_same")
def say_same(node: Node, note: Note, *, actor: User | None, other: Node, reason: str) -> Node:
    """Say that both are one thing; from then on one stands for both. Returns that one."""
    _check(node, other, reason)
    if node.kind == "job" or other.kind == "job":
        raise invalid(other="Jobs are what they are called. Say which tables, views or models are the same.")
    _lock(node, other)
    Alias.objects.get_or_create(left=node, right=other, origin=AliasOrigin.PERSON, defaults={"said_by": actor})
    note.changes["same_as"] = [None, str(other)]
    return _chosen_anew(node, other)


@action("lineage.unsay_same")
def unsay_same(node: Node, note: Note, *, actor: User | None, other: Node, reason: str = "") -> Node:
    """Take back what somebody said. What producers and the registry say stays."""
    _lock(node, other)
    said = Alias.objects.filter(origin=AliasOrigin.PERSON, left__in=[node, other], right__in=[node, other])
    if not said.delete()[0]:
        raise invalid(other="Nobody has said that they are the same.")
    note.changes["same_as"] = [str(other), None]
    return _chosen_anew(node, other)


@action("lineage.say_flow")
def say_flow(node: Node, note: Note, *, actor: User | None, target: Node, reason: str) -> SaidEdge:
    """Say that data goes from `node` to `target`."""
    _check(node, target, reason)
    _lock(node, target)
    id = node_id("said", str(node.same_as_id), str(target.same_as_id))
    said, _ = SaidEdge.objects.get_or_create(
        id=id, defaults={"source": node, "target": target, "said_by": actor, "reason": reason}
    )
    sayings.tell([said])
    note.changes["goes_to"] = [None, str(target)]
    return said


@action("lineage.unsay_flow")
def unsay_flow(node: Node, note: Note, *, actor: User | None, said: SaidEdge, reason: str = "") -> None:
    """Take back an edge that somebody said. What tools tell stays."""
    note.changes["goes_to"] = [str(said.target), None]
    edges.write(edges.held_edges([said.id]), {})
    said.delete()


def _check(node: Node, other: Node, reason: str) -> None:
    if node.same_as_id == other.same_as_id:
        raise invalid(other="They are the same already.")
    if len(reason.strip()) < SHORTEST_REASON:
        raise ValidationError({"reason": [f"Say how you know, in {SHORTEST_REASON} characters or more."]})


def _lock(*_nodes: Node) -> None:
    """Nobody folds meanwhile: the action's own transaction holds the lock until its end."""
    with alone():
        pass


def _chosen_anew(node: Node, other: Node) -> Node:
    """Let the graph follow: edges of whoever tells of one of them, and what people said of them."""
    moved = aliases.choose({node.pk, other.pk})
    if moved:
        edges.work_out([], [], anew=edges.touching(moved))
        edges.bridge_anew(renamed=moved)
        sayings.retell(moved)
    node.refresh_from_db()
    return node.same_as
