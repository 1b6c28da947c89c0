"""Opening a restricted project to a team that owns nothing in it, and closing it again."""

from django.utils import timezone

from registry.actions.action import Note, action, invalid, lock
from registry.models import Project, ProjectGuest, Team, User


@action("registry.open_project")
def open_project(project: Project, note: Note, *, actor: User, team: Team, reason: str = "") -> ProjectGuest:
    """From now on everybody of the team sees the project. What is open already stays so."""
    row: Project = lock(project)
    made, is_new = ProjectGuest.objects.get_or_create(
        project=row, team=team, ended_at=None, defaults={"opened_by": actor}
    )
    if is_new:
        note.change("open_to", None, team.slug)
    return made


@action("registry.close_project")
def close_project(project: Project, note: Note, *, actor: User, team: Team, reason: str = "") -> None:
    """The team sees it no longer. Grants that its readers have stay, and are revoked by themselves."""
    row: Project = lock(project)
    closed = row.guests.filter(team=team, ended_at__isnull=True).update(ended_at=timezone.now(), ended_by=actor)
    if not closed:
        raise invalid(team=f"{row} is not open to {team}.")
    note.change("open_to", team.slug, None)
