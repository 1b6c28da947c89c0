"""The dry run of a definitions pull: what would appear, before anything does."""

from dataclasses import dataclass, field

from registry import stores
from registry.actions.action import allow, invalid
from registry.choices import PullKind
from registry.models import Connection, FeatureView, Project, User
from registry.personal import looks_personal

MOST_EXAMPLES = 20


@dataclass(slots=True)
class Preview:
    """Counts, and examples of what somebody should look at. Lists are cut to the first few."""

    projects: int = 0
    views: int = 0
    new_views: int = 0
    known_views: int = 0
    features: int = 0
    services: int = 0
    clashing_projects: list[str] = field(default_factory=list)
    without_owner: int = 0
    without_description: int = 0
    likely_personal: list[str] = field(default_factory=list)
    likely_personal_count: int = 0
    warnings: list[str] = field(default_factory=list)


def preview_connection(connection: Connection, *, actor: User | None) -> Preview:
    """Read the store's definitions whole and say what a pull would do. Writes nothing. Raises ConnectorError."""
    allow(actor, "registry.test_connection", connection)
    if PullKind.DEFINITIONS not in stores.pulls_of(connection.kind):
        raise invalid(connection=f"{connection.kind.capitalize()} holds no definitions to preview. Test it, then pull.")
    found = stores.definition_reader(connection).definitions(known={})
    prefix = str(connection.settings.get("project_prefix", ""))
    others = dict(Project.objects.exclude(connection=connection).values_list("name", "pk"))
    held = set(FeatureView.objects.filter(connection=connection).values_list("project__upstream_name", "name"))
    preview = Preview(
        projects=len(found.projects), views=len(found.views), services=len(found.services), warnings=found.warnings
    )
    preview.clashing_projects = [project.name for project in found.projects if f"{prefix}{project.name}" in others]
    for view in found.views:
        preview.known_views += (view.project, view.name) in held
        preview.without_owner += not view.owner
        preview.features += len(view.features)
        preview.without_description += sum(not feature.description for feature in view.features)
        personal = [f.name for f in view.features if looks_personal(f.name, view.tags | f.tags)]
        preview.likely_personal_count += len(personal)
        preview.likely_personal += [f"{view.project}.{view.name}.{name}" for name in personal]
    preview.new_views = preview.views - preview.known_views
    del preview.likely_personal[MOST_EXAMPLES:]
    return preview
