"""One message to all who are hit by a table or job: it is late, wrong, or about to change."""

from uuid import UUID

from lineage.models import Node, NodeKind
from lineage.queries.graph import label_of
from lineage.queries.recipients import EVENT, Recipient, Whom, whom
from registry.actions.action import Note, action, invalid
from registry.actions.telling import tell
from registry.models import Message, User
from registry.outbox.letters import Letter

LONGEST, MOST_NAMED = 2_000, 10
KINDS = {NodeKind.DATASET: "Table", NodeKind.JOB: "Job"}


def usual_text(node: Node, column: str = "") -> str:
    """What a message says unless somebody says more."""
    what = f"{column} of {label_of(node.name)}" if column else label_of(node.name)
    return f"{what} is late or wrong, and with it what is made from it."


@action("lineage.tell_teams")
def tell_teams(node: Node, note: Note, *, actor: User, text: str, sending: UUID, column: str = "") -> Whom:
    """Tell every team that is hit, each with what is hit of its own. `sending` makes it one: it is never sent twice."""
    if node.kind not in KINDS:
        raise invalid(node="Only of tables and jobs.")
    said = text.replace("\r\n", "\n").strip()
    if not said or len(said) > LONGEST:
        raise invalid(text=f"Say what is wrong, in {LONGEST:,} characters at most.")
    found = whom(node, column)
    if not found.teams:
        raise invalid(node="Nobody answers for anything that is made from it.")
    for one in found.teams:
        if _tell(one, node, column, said, actor, sending) is None:
            raise invalid(text="This was sent already.")
    note.change("text", None, said)
    note.change("told", None, [one.team.slug for one in found.teams])
    return found


def _tell(one: Recipient, node: Node, column: str, text: str, actor: User, sending: UUID) -> Message | None:
    keys = [f"{hit.key} ({hit.sure})" for hit in one.hits]
    more = [f"and {len(keys) - MOST_NAMED} more"] if len(keys) > MOST_NAMED else []
    facts = [(KINDS[NodeKind(node.kind)], node.name), ("Column", column), ("From", str(actor)),
             ("Of yours", ", ".join(keys[:MOST_NAMED] + more))]  # fmt: skip
    letter = Letter(
        paragraphs=text.split("\n\n"), facts=[fact for fact in facts if fact[1]],
        links=[("Who is hit", node.impact_url(column))],
        why="You get this because your team answers for something that is made from it.",
    )  # fmt: skip
    data = {
        "node": node.reference, "column": column, "text": text, "team": one.team.slug,
        "keys": [hit.key for hit in one.hits],
    }  # fmt: skip
    title = f"Upstream of yours: {label_of(node.name)}"
    return tell(EVENT, key=f"impact {sending} {one.team.pk}", title=title, letter=letter, data=data, teams=[one.team])
