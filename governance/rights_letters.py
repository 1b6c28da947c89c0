"""What people are told about rights in stores. Names of accounts, tables and features, never values."""

from collections.abc import Sequence

from governance.models import Enforcement, RightFinding, StoreRight
from registry.outbox.letters import Letter

MOST_NAMED = 5
WHY = "You get this because your team answers for the connection, or you are on the committee."


def of_right(right: StoreRight) -> Letter:
    """What a store refuses, and for which grants."""
    grants = ", ".join(map(str, right.grants.order_by("-id")[:MOST_NAMED]))
    return Letter(
        paragraphs=[right.problem, "Charter tries again, at most an hour apart, until it works."],
        facts=[("Store", str(right.store)), ("Account", right.account), ("What", right.said), ("Grants", grants)],
        links=[("Open", f"/connectors/{right.store.connection.slug}/rights/")], why=WHY,
    )  # fmt: skip


def of_findings(store: Enforcement, found: Sequence[RightFinding]) -> Letter:
    """Who can read without a grant."""
    more = [f"And {len(found) - MOST_NAMED} more."] if len(found) > MOST_NAMED else []
    return Letter(
        paragraphs=[*(f"{one}." for one in found[:MOST_NAMED]), *more],
        facts=[("Store", str(store))], links=[("Open", "/grants/verify/")], why=WHY,
    )  # fmt: skip
