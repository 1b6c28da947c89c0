"""Projects and their entities."""

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from common.problems import NotFound
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.choices import Scope
from registry.filters import EntityFilter, ProjectFilter
from registry.models import Actor, Entity, Project
from registry.serializers.projects import EntitySerializer, ProjectSerializer


class ProjectListView(ListEndpoint):
    """Projects you see."""

    serializer_class = ProjectSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = {"name": ("name",)}
    filterset_class = ProjectFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Project]:
        return Project.objects.visible_to(actor)


class ProjectView(ObjectEndpoint):
    """One project."""

    serializer_class = ProjectSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    lookup = {"name": "name"}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Project]:
        return Project.objects.visible_to(actor)


class EntityListView(ListEndpoint):
    """Entities of the projects you see."""

    serializer_class = EntitySerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = {"name": ("name", "id")}
    filterset_class = EntityFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Entity]:
        return Entity.objects.visible_to(actor)


class EntityView(ObjectEndpoint):
    """One entity: `project.entity`."""

    serializer_class = EntitySerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    lookup = {"project": "project__name", "name": "name"}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Entity]:
        return Entity.objects.visible_to(actor)

    def get(self, request: Request, key: str) -> HttpResponse:
        project, dot, name = key.partition(".")
        if not dot:
            raise NotFound
        return super().get(request, project=project, name=name)
