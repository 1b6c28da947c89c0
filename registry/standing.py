"""Everything about a person, beside who they are, that decides what they see."""

from typing import NamedTuple

from common.statements import A_NUMBER
from registry.models import User


class Standing(NamedTuple):
    """Two people of equal standing see by the same SQL, with only their number in it different."""

    is_superuser: bool
    role_names: frozenset[str]
    team_ids: frozenset[int]


def standing(user: User) -> Standing:
    return Standing(user.is_superuser, user.role_names, user.team_ids)


def stand_in(standing: Standing) -> User:
    """An active user of this standing who is nobody: compiled queries put the real one in place of A_NUMBER."""
    user = User(pk=A_NUMBER, is_superuser=standing.is_superuser)
    user.__dict__["role_names"], user.__dict__["team_ids"] = standing.role_names, standing.team_ids
    return user
