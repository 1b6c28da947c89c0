"""What people are told about requests and grants. Names of features, never values."""

from collections.abc import Sequence

from common.quantities import absolute
from governance.models import AccessRequest, Comment, Decision, Grant, Outcome, RequestItem
from registry.outbox.letters import Letter

MOST_NAMED = 5


def to_decide(request: AccessRequest, why: str, items: Sequence[RequestItem] = ()) -> Letter:
    """For who can decide: what is asked, for what, until when. `why` says why one gets it; where `items` are given,
    only these are named."""
    return Letter(
        paragraphs=[f"“{request.why}”"], facts=_facts(request, items or _items(request)),
        links=[("Open", request.get_absolute_url())], why=why,
    )  # fmt: skip


def of_request(request: AccessRequest, said: Sequence[Decision] = ()) -> Letter:
    """For who asked: how it stands, and what was said."""
    reasons = [f"{one.voter or 'The policy'}: {one.reason}" for one in said if one.reason]
    outcomes = [
        (item.get_outcome_display(), str(item.version)) for item in _items(request) if item.outcome != Outcome.DRAFT
    ]
    return Letter(
        paragraphs=reasons, facts=outcomes[:MOST_NAMED], links=[("Open", request.get_absolute_url())],
        why="You get this because you asked for it.",
    )  # fmt: skip


def commented(comment: Comment) -> Letter:
    return Letter(
        paragraphs=[comment.text], links=[("Answer", f"{comment.request.get_absolute_url()}#comments")],
        why="You get this because you asked for it, or have decided about it.",
    )  # fmt: skip


def of_grants(grants: Sequence[Grant], text: str) -> Letter:
    """For who holds them: what they are and what happens to them."""
    facts = [(str(one.version), f"until {absolute(one.ends_at)}" if one.ends_at else "not yet") for one in grants]
    first = grants[0]
    return Letter(
        paragraphs=[text], facts=facts[:MOST_NAMED],
        links=[("Open", first.get_absolute_url())] if len(grants) == 1 else [("Open", "/grants/?of=mine")],
        why=f"You get this because {first.subject} may read it.",
    )  # fmt: skip


def _facts(request: AccessRequest, items: Sequence[RequestItem]) -> list[tuple[str, str]]:
    names = [f"{item.version} ({item.get_privacy_class_display().lower()})" for item in items]
    shown = names if len(names) <= MOST_NAMED else [*names[: MOST_NAMED - 1], f"{len(names) - MOST_NAMED + 1} more"]
    return [
        ("Who reads", request.subject), ("Purpose", str(request.purpose)), ("Features", ", ".join(shown)),
        ("Where", request.get_setting_display()), ("For", f"{request.days} days"),
        ("Due", absolute(request.due_at) if request.due_at else "not set"),
    ]  # fmt: skip


def _items(request: AccessRequest) -> list[RequestItem]:
    return list(request.items.select_related("version__feature"))
