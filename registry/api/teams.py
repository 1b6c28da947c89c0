"""Teams: public, so that everybody knows whom to ask."""

from django.db.models import QuerySet

from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.choices import Scope
from registry.models import Actor, Team
from registry.serializers.teams import TeamSerializer


class TeamListView(ListEndpoint):
    """All teams."""

    serializer_class = TeamSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = {"slug": ("slug",)}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Team]:
        return Team.objects.all()


class TeamView(ObjectEndpoint):
    """One team; with `expand=members` the people in it."""

    serializer_class = TeamSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    lookup = {"slug": "slug"}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Team]:
        return Team.objects.all()
