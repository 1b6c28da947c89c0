"""People and teams: accounts, memberships, roles."""

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.utils.text import slugify

from registry import roles
from registry.actions.action import Note, action, invalid
from registry.models import Membership, Team, User


@action("registry.create_user")
def create_user(
    _parent: None, note: Note, *, actor: User | None, username: str, password: str = "", email: str = "",  # noqa: S107  empty: no password at all
    is_service: bool = False,
) -> User:  # fmt: skip
    """An account. Without a password it can only come in by single sign-on or with a token; services always do."""
    if User.objects.filter(username=username).exists():
        raise invalid(username=f"There is already somebody called {username}.")
    user = User(username=username, email=email, is_service=is_service)
    if password:
        validate_password(password, user)
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.full_clean(exclude=["password"])
    user.save()
    note.subject = user
    return user


@action("registry.reset_password")
def reset_password(user: User, _note: Note, *, actor: User | None, password: str) -> None:
    """Give the account a new password; every session with the old one ends."""
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])


@action("registry.create_team")
def create_team(
    _parent: None, note: Note, *, actor: User | None, name: str, slug: str = "", description: str = "",
    channel: str = "", email: str = "",
) -> Team:  # fmt: skip
    """A team that can own features."""
    team = Team(slug=slug or slugify(name), name=name, description=description, channel=channel, email=email)
    team.full_clean()
    team.save()
    note.subject = team
    return team


@action("registry.change_team")
def add_member(team: Team, note: Note, *, actor: User | None, user: User, is_lead: bool = False) -> Membership:
    """Put somebody in the team: from now on they may do what its owners may."""
    membership, is_new = Membership.objects.update_or_create(team=team, user=user, defaults={"is_lead": is_lead})
    note.changes["members"] = [None, user.username] if is_new else [user.username, user.username]
    return membership


@action("registry.change_team")
def remove_member(team: Team, note: Note, *, actor: User | None, user: User) -> None:
    """Take somebody out of the team. Their rights through it end at once; what they owned stays with the team."""
    Membership.objects.filter(team=team, user=user).delete()
    note.changes["members"] = [user.username, None]


@action("registry.assign_role")
def assign_role(user: User, note: Note, *, actor: User | None, role: str) -> None:
    """Give a role. Nobody gives themselves a place on the committee."""
    if role not in roles.ALL:
        raise invalid(role=f"Choose one of: {', '.join(roles.ALL)}.")
    if actor is not None and actor.pk == user.pk:
        raise invalid(role="Nobody gives themselves a role. Ask another administrator.")
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    note.changes["roles"] = [None, role]
