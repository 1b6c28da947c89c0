"""Permissions of Feast as Python code, for people to review and apply: Feast takes them from its repository alone."""

import re
from collections.abc import Mapping, Sequence

from connectors.rights import why_no_account

HEAD = """\
from feast import FeatureView
from feast.permissions.action import AuthzedAction
from feast.permissions.permission import Permission
from feast.permissions.policy import RoleBasedPolicy
"""


def permissions(readers: Mapping[tuple[str, bool], Sequence[str]]) -> str:
    """`readers` are roles by view and by whether they read online too. A permission is for a whole view: Feast knows
    none for a feature. Every text is a literal."""
    written = [_permission(view, is_online, roles) for (view, is_online), roles in sorted(readers.items())]
    return "\n".join([HEAD, *written])


def _permission(view: str, is_online: bool, roles: Sequence[str]) -> str:
    word = "online" if is_online else "offline"
    actions = ", ".join(f"AuthzedAction.READ_{one}" for one in (["OFFLINE", "ONLINE"] if is_online else ["OFFLINE"]))
    named = sorted({role for role in roles if not why_no_account(role)})
    return f"""charter_{_word(view)}_{word} = Permission(
    name={ascii(f"charter-{view}-{word}")},
    types=[FeatureView],
    name_patterns=[{ascii(f"^{re.escape(view)}$")}],
    policy=RoleBasedPolicy(roles={ascii(named)}),
    actions=[{actions}],
)
"""


def _word(text: str) -> str:
    """As a part of a Python name."""
    return re.sub(r"[^A-Za-z0-9]", "_", text)
