"""What a scorecard is about: the platform, a project or a view, as far as somebody sees it."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from governance.scorecard.part import HOLDS
from lineage.models import Run
from lineage.queries.proving import proofs
from registry import stores
from registry.choices import VersionState, ViewKind
from registry.models import Actor, Connection, Feature, FeatureView, Project
from registry.search.choices import quoted

LIVING = (VersionState.ACTIVE, VersionState.DEPRECATED, VersionState.QUARANTINED)


@dataclass
class Scope:
    """`actor` None is the system, which sees everything. Without `project` and `view` it is the whole platform."""

    actor: Actor | None
    project: Project | None = None
    view: FeatureView | None = None
    now: datetime = field(default_factory=timezone.now)

    @property
    def kind(self) -> str:
        return "view" if self.view else "project" if self.project else "platform"

    @property
    def since(self) -> datetime:
        """What was seen before says nothing about now."""
        return self.now - HOLDS

    @cached_property
    def project_ids(self) -> list[int]:
        """Projects that the actor sees, of those that are asked about."""
        seen = Project.objects.all() if self.actor is None else Project.objects.visible_to(self.actor)
        narrowed = self.view.project_id if self.view else self.project.pk if self.project else None
        seen = seen if narrowed is None else seen.filter(pk=narrowed)
        return list(seen.order_by().values_list("pk", flat=True))

    @cached_property
    def views(self) -> QuerySet[FeatureView]:
        """Feature views that are there."""
        rows = FeatureView.objects.present().filter(project__in=self.project_ids).order_by()
        return rows.filter(pk=self.view.pk) if self.view else rows

    @cached_property
    def stored(self) -> QuerySet[FeatureView]:
        """Those whose values are kept somewhere, so that they can be measured."""
        return self.views.exclude(kind=ViewKind.ON_DEMAND)

    @cached_property
    def features(self) -> QuerySet[Feature]:
        """Features that are there and published: without drafts and retired ones."""
        rows = Feature.objects.present().filter(project__in=self.project_ids, state__in=LIVING).order_by()
        return rows.filter(view=self.view) if self.view else rows

    @cached_property
    def active(self) -> QuerySet[Feature]:
        return self.features.filter(state=VersionState.ACTIVE)

    @cached_property
    def connections(self) -> QuerySet[Connection]:
        """Feature stores that are pulled; of a project or view those that it comes from."""
        rows = Connection.objects.filter(is_enabled=True, kind="feast")
        if self.project is None and self.view is None:
            return rows
        return rows.filter(Q(pk__in=self.views.values("connection")) | Q(projects__in=self.project_ids)).distinct()

    @cached_property
    def online_stores(self) -> dict[int, str]:
        """The kind of online store of each connection that has one."""
        rows = self.connections.only("slug", "settings", "sealed")
        return {one.pk: kind for one in rows if (kind := stores.scheme(one, "online_url"))}

    @cached_property
    def proofs(self) -> dict[str, Run]:
        """What jobs have reported about the installation, by their names."""
        return proofs()

    def search(self, text: str) -> str:
        """The query that finds features of this scope."""
        if self.view is not None:
            return f"{text} view:{quoted(self.view.key)}"
        return f"{text} project:{quoted(self.project.name)}" if self.project is not None else text

    @property
    def parameters(self) -> dict[str, str]:
        """As addresses name it."""
        named: dict[str, Any] = {"project": self.project and self.project.name, "view": self.view and self.view.key}
        return {name: str(value) for name, value in named.items() if value}
