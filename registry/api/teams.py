"""Teams: public, so that everybody knows whom to ask."""

from django.db.models import QuerySet

from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.choices import Scope
from registry.models import Actor, Team
from registry.queries.people import teams_with_counts
from registry.serializers.teams import TeamDetailSerializer, TeamSerializer


class TeamListView(ListEndpoint):
    """All teams."""

    serializer_class = TeamSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = {"slug": ("slug",)}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Team]:
        return Team.objects.all()


class TeamView(ObjectEndpoint):
    """One team, and how much it answers for; with `expand=members` the people in it."""

    serializer_class = TeamDetailSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    lookup = {"slug": "slug"}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Team]:
        return teams_with_counts(actor)  # type: ignore[arg-type]  # permissions let only users in
