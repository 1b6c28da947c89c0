"""What the registry holds around the views of a plan: read once, asked often."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from charter.files.documents import ViewDocument
from registry.models import AuditEntry, Entity, Feature, FeatureView, Project, Team, User, Version
from registry.naming import Names
from registry.plans.current import documents_of
from registry.queries.alike import KnownNames


@dataclass(frozen=True)
class Ground:
    """Everything is as `actor` sees it: a project that is hidden from them is not there."""

    wanted: Mapping[str, ViewDocument]
    actor: User

    @cached_property
    def projects(self) -> dict[str, Project]:
        names = {view.project for view in self.wanted.values()}
        seen = Project.objects.visible_to(self.actor).filter(name__in=names)
        return {project.name: project for project in seen.select_related("owner")}

    @cached_property
    def views(self) -> dict[str, FeatureView]:
        seen = FeatureView.objects.visible_to(self.actor).filter(key__in=list(self.wanted))
        return {view.key: view for view in seen.select_related("project__owner", "owner", "connection")}

    @cached_property
    def documents(self) -> dict[str, ViewDocument]:
        """What the registry says of the views now, by key."""
        return documents_of(FeatureView.objects.filter(pk__in=[view.pk for view in self.views.values()]))

    @cached_property
    def managers(self) -> dict[str, dict[str, str]]:
        """Who set which field of a view or feature, by key."""
        rows = Feature.objects.filter(view__in=self._view_ids).exclude(managers={})
        return dict(rows.values_list("key", "managers")) | {view.key: view.managers for view in self.views.values()}

    @cached_property
    def teams(self) -> dict[str, int]:
        return dict(Team.objects.values_list("slug", "pk"))

    @cached_property
    def entities(self) -> dict[tuple[str, str], list[str]]:
        rows = Entity.objects.filter(project__in=[project.pk for project in self.projects.values()])
        return {(project, name): keys for project, name, keys in rows.values_list("project__name", "name", "join_keys")}

    def names(self, project: str) -> Names:
        """What may be called how in a project."""
        if project not in self._names:
            self._names[project] = Names(self.projects[project])
        return self._names[project]

    @cached_property
    def _names(self) -> dict[str, Names]:
        return {}

    @cached_property
    def known(self) -> KnownNames:
        """All features that could be meant by a new name."""
        return KnownNames(self.actor)

    @property
    def _view_ids(self) -> list[int]:
        return [view.pk for view in self.views.values()]

    def is_of(self, slug: str) -> bool:
        """Whether the actor is in the team called so."""
        return self.teams.get(slug) in self.actor.team_ids

    def version(self, reference: str) -> Version | None:
        """A published version that the actor sees."""
        key, _, number = reference.rpartition("@")
        seen = Version.objects.visible_to(self.actor).filter(feature__key=key, number=int(number))
        return seen.select_related("feature__view__project", "replacement__feature").first()

    def who_set(self, key: str, field: str) -> str:
        """The person who last changed a field on a page, and when."""
        entries = AuditEntry.objects.filter(object_key=key, changes__has_key=field)
        said = entries.order_by("-id").values_list("actor_name", "at").first()
        return f"{said[0]}, {said[1]:%Y-%m-%d}" if said else "somebody"


def projects_of(keys: Iterable[str], ground: Ground) -> list[Project]:
    """The projects that exist for these views."""
    names = {ground.wanted[key].project for key in keys}
    return [ground.projects[name] for name in sorted(names) if name in ground.projects]
