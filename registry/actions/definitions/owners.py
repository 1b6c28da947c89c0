"""Whom does the store mean? Its owner is free text: a mail address, a team's name, a person."""

from django.utils.text import slugify

from registry.models import Membership, Team

Owners = dict[str, int]


def known_owners() -> Owners:
    """Every way a team can be named, in lower case, to its id. A person stands for their team if they have just one."""
    owners: Owners = {}
    for pk, slug, name, email in Team.objects.values_list("pk", "slug", "name", "email"):
        owners |= {key.lower(): pk for key in (slug, name, email, f"team:{slug}") if key}
    people: dict[str, set[int]] = {}
    for team, username, email in Membership.objects.values_list("team_id", "user__username", "user__email"):
        for key in (username, email, f"user:{username}"):
            people.setdefault(key.lower(), set()).add(team)
    return {key: teams.pop() for key, teams in people.items() if key and len(teams) == 1} | owners


def team_of(owner: str, owners: Owners) -> int | None:
    """The team that the store's free text names; None when nobody here goes by it."""
    text = owner.strip().lower().lstrip("@")
    return owners.get(text) or owners.get(slugify(text))
