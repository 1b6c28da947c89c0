"""Who may tell lineage what, whom of it, and who may read what was told. Predicates only."""

from collections.abc import Iterable

import rules

from lineage.models import Node
from lineage.queries.recipients import teams_hit
from registry import roles
from registry.models import User
from registry.rules import is_admin, is_in_a_team


def may_send_to(namespaces: Iterable[str], namespace: str) -> bool:
    """Whether a token that names these namespaces may tell of jobs or datasets in `namespace`. One that names none may
    tell of all; a name that ends in * stands for all that begin so.
    """
    named = list(namespaces)
    return not named or any(namespace.startswith(one[:-1]) if one.endswith("*") else namespace == one for one in named)


def may_read_events(user: User) -> bool:
    """Events as they came may hold anything: they are for those who keep the installation, and those who check it."""
    return user.is_admin or user.is_active and roles.AUDITOR in user.role_names


@rules.predicate
def is_hit(user: User, node: Node) -> bool:
    """A living member of a team that answers for something made from it."""
    return user.is_active and bool(user.team_ids) and not user.team_ids.isdisjoint(teams_hit(node))


rules.add_perm("lineage.tell_teams", is_admin | is_hit)
for _verb in ("say_same", "unsay_same", "say_flow", "unsay_flow"):
    rules.add_perm(f"lineage.{_verb}", is_in_a_team | is_admin)
