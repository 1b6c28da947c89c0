"""Projects: made here or by a store, and what their owners set."""

from typing import Any

from registry.actions.action import Note, action, invalid, lock
from registry.models import Connection, Project, Team, User

_CHANGEABLE = ("description", "owner", "visibility", "ownership_model", "compatibility", "retires_alone")


@action("registry.create_project")
def create_project(
    team: Team | None, note: Note, *, actor: User | None, name: str, connection: Connection | None = None, **fields: Any
) -> Project:
    """A project, before its store has said anything about it or without any store."""
    project = Project(
        name=name, owner=team, connection=connection, upstream_name=name if connection else "", **_known(fields)
    )
    project.full_clean()
    project.save()
    note.subject = project
    return project


@action("registry.change_project")
def change_project(project: Project, note: Note, *, actor: User | None, reason: str = "", **fields: Any) -> Project:
    """Change what a project says of itself, who answers for it, and the rules that hold in it."""
    row: Project = lock(project)
    for name, value in _known(fields).items():
        note.change(name, getattr(row, name), value)
        setattr(row, name, value)
    row.full_clean()
    row.save(update_fields=list(fields))
    return row


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(fields) - set(_CHANGEABLE))
    if unknown:
        raise invalid(**dict.fromkeys(unknown, f"This cannot be set. Choose from: {', '.join(_CHANGEABLE)}."))
    return fields
