"""What people are told about recertification. Names of features, never values."""

from collections.abc import Sequence

from common.quantities import absolute
from governance.models import Recertification, RecertificationItem
from governance.queries.recertification import Progress
from registry.outbox.letters import Letter

MOST_NAMED = 10


def started(review: Recertification, count: int, why: str) -> Letter:
    """For who answers: how many grants wait for them, until when."""
    keys = "On its page k keeps a grant, r revokes it and space goes on."
    return Letter(
        paragraphs=[text for text in (review.note, keys) if text],
        facts=[("Grants that wait for you", str(count)), ("Due", absolute(review.due_at))],
        links=[("Open", review.get_absolute_url())], why=why,
    )  # fmt: skip


def due(review: Recertification, count: int, share: int, why: str) -> Letter:
    text = f"{share} % of the time is over. A grant that nobody answers for is revoked, or stays, as its policy says."
    return Letter(
        paragraphs=[text], facts=[("Still open", str(count)), ("Due", absolute(review.due_at))],
        links=[("Open", review.get_absolute_url())], why=why,
    )  # fmt: skip


def completed(review: Recertification, counted: Progress, unanswered: int) -> Letter:
    silent = f"{unanswered} were answered by nobody, and stay as their policy says." if unanswered else ""
    return Letter(
        paragraphs=[silent] if silent else [],
        facts=[
            ("Kept", str(counted.kept)), ("Revoked", str(counted.revoked)), ("Ended meanwhile", str(counted.over)),
        ],
        links=[("Report", f"{review.get_absolute_url()}report/")],
        why="You get this because you are on the committee, or started it.",
    )  # fmt: skip


def revoking(items: Sequence[RecertificationItem]) -> Letter:
    """For who holds them: what ends when, and why."""
    facts = [(str(one.grant.version), f"until {absolute(one.revoke_at)}") for one in items if one.revoke_at]
    more = f" and {len(facts) - MOST_NAMED} more" if len(facts) > MOST_NAMED else ""
    reasons = list(dict.fromkeys(one.reason or one.why_suggested for one in items))[:MOST_NAMED]
    return Letter(
        paragraphs=[*reasons, f"If it is still needed, say so to those who answer for the feature.{more}"],
        facts=facts[:MOST_NAMED], links=[("Your grants", "/grants/?of=mine")],
        why=f"You get this because {items[0].grant.subject} may read it.",
    )  # fmt: skip


def staying(item: RecertificationItem) -> Letter:
    return Letter(
        paragraphs=["It was to be revoked, and stays after all."], facts=[("Feature", str(item.grant.version))],
        links=[("Open", item.grant.get_absolute_url())], why=f"You get this because {item.grant.subject} may read it.",
    )  # fmt: skip
