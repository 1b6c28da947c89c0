"""Projects and their entities."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common import etags
from common.fields import Selection
from common.problems import NotFound
from registry.actions.action import allow
from registry.actions.edits import edit_project
from registry.actions.registering import create_entity
from registry.api.edits import visible_project, with_team
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.api.writes import write
from registry.choices import Scope
from registry.filters import EntityFilter, ProjectFilter
from registry.models import Actor, Entity, Project
from registry.revisions import COLUMNS
from registry.serializers.projects import EntitySerializer, ProjectSerializer
from registry.serializers.requests import EditProjectSerializer, NewEntitySerializer


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
    required_scopes = {"GET": Scope.FEATURES_READ, "PATCH": Scope.FEATURES_WRITE}
    conditional_methods = ("PATCH",)
    lookup = {"name": "name"}
    revision_columns = COLUMNS[Project]

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Project]:
        return Project.objects.visible_to(actor)

    @write
    @extend_schema(request=EditProjectSerializer)
    def patch(self, request: Request, name: str) -> HttpResponse:
        """Change what it says of itself, who answers for it, and the rules that hold in it."""
        project = self.find(name=name)
        allow(self.actor, "registry.change_project", project)
        expected = etags.revision_expected(request._request)
        edit_project(project, actor=self.actor, expected=expected, **with_team(self.sent(EditProjectSerializer)))
        return self.answer_shown(self.show(name=name, selection=Selection()))


class EntityListView(ListEndpoint):
    """Entities of the projects you see."""

    serializer_class = EntitySerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "POST": Scope.FEATURES_WRITE}
    sorts = {"name": ("name", "id")}
    filterset_class = EntityFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Entity]:
        return Entity.objects.visible_to(actor)

    @write
    @extend_schema(request=NewEntitySerializer, responses={201: EntitySerializer})
    def post(self, request: Request) -> HttpResponse:
        """Make an entity that no store defines yet."""
        sent = with_team(self.sent(NewEntitySerializer))
        made = create_entity(visible_project(self.actor, sent.pop("project")), actor=self.actor, **sent)
        view = EntityView(request=request)
        shown = view.show(project=made.project.name, name=made.name, selection=Selection())
        response = view.answer_shown(shown, status=201)
        response["Location"] = reverse("api:entity", args=[f"{made.project.name}.{made.name}"])
        return response


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
