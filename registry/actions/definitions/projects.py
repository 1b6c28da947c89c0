"""Projects of a store. A project keeps its store: a second store with the same name needs a prefix."""

from connectors.records import Definitions
from registry.actions.definitions.owners import known_owners, team_of
from registry.actions.pulls import Progress
from registry.models import Connection, Project

KnownProjects = dict[str, Project]


def merge(connection: Connection, found: Definitions, progress: Progress) -> KnownProjects:
    """Create and update the store's projects. Returns them by the store's own name; clashes are left out and said."""
    prefix = str(connection.settings.get("project_prefix", ""))
    owners = known_owners()
    held = {project.name: project for project in Project.objects.all()}
    known: KnownProjects = {}
    for seen in found.projects:
        name = f"{prefix}{seen.name}"
        project = held.get(name)
        if project is None:
            project = Project.objects.create(
                name=name, upstream_name=seen.name, connection=connection, description=seen.description,
                tags=seen.tags, owner_id=team_of(seen.owner, owners),
            )  # fmt: skip
            progress.count("added_projects")
        elif project.connection_id != connection.pk:
            progress.warn(
                f"Project {name} already belongs to another store, so this one's was left out. "
                "Set a project prefix on the connection to take it over under another name."
            )
            continue
        known[seen.name] = project
        _update_facts(project, found)
    return known


def _update_facts(project: Project, found: Definitions) -> None:
    facts = {
        "permissions": [
            {"name": rule.name, "types": rule.types, "name_patterns": rule.name_patterns, "actions": rule.actions,
             "required_tags": rule.required_tags, "policy": rule.policy}
            for rule in found.permissions
            if rule.project == project.upstream_name
        ],
        "saved_datasets": [
            {"name": saved.name, "references": saved.references, "service": saved.service,
             "description": saved.description}
            for saved in found.saved_datasets
            if saved.project == project.upstream_name
        ],
    }  # fmt: skip
    if not facts["permissions"] and not facts["saved_datasets"] and not project.upstream_facts:
        return
    if project.upstream_facts != facts:
        project.upstream_facts = facts
        project.save(update_fields=["upstream_facts"])
