"""May this actor do this verb to this object?"""

import rules

from registry import roles
from registry.models import User


@rules.predicate
def has_something_to_audit(user: User, _thing: object = None) -> bool:
    """A role, or a team that can own things. Which entries one then sees is `visible_audit`."""
    return user.is_active and (user.is_superuser or bool(user.role_names & frozenset(roles.ALL)) or bool(user.team_ids))


rules.add_perm("governance.read_audit", has_something_to_audit)
