"""Who answers for what a table or job hits: whom to tell, and of what."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from lineage.models import Node
from lineage.queries.impact import DEPTH, surely_hit
from registry.models import Actor, Feature, Team, User
from registry.outbox.addressing import reachable

EVENT = "impact.told"


@dataclass(frozen=True, slots=True)
class Hit:
    """A view or consumer downstream, and how sure it is that it is hit."""

    node: UUID
    key: str
    sure: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """A team with what it answers for that is hit. `is_reachable` where a message arrives anywhere."""

    team: Team
    hits: list[Hit] = field(default_factory=list)
    is_reachable: bool = True


@dataclass(frozen=True, slots=True)
class Whom:
    """The teams that are hit, and what is hit without anybody who answers for it."""

    teams: list[Recipient]
    unowned: list[Hit]

    def shown_to(self, actor: Actor) -> "Whom":
        """As much of it as the actor sees."""
        hits = [hit for one in self.teams for hit in one.hits] + self.unowned
        rows = Node.objects.visible_to(actor).filter(pk__in={hit.node for hit in hits})
        seen = set(rows.values_list("pk", flat=True))
        teams = (replace(one, hits=[hit for hit in one.hits if hit.node in seen]) for one in self.teams)
        return Whom([one for one in teams if one.hits], [hit for hit in self.unowned if hit.node in seen])


def whom(start: Node, column: str = "") -> Whom:
    """All that are hit, whoever sees that: owners of views and of features in them, and teams of consumers."""
    found: dict[int, Recipient] = {}
    unowned = []
    for hit, teams in _answering(start, column):
        for team in teams:
            found.setdefault(team.pk, Recipient(team)).hits.append(hit)
        if not teams:
            unowned.append(hit)
    arrives = reachable(found, EVENT)
    told = (replace(one, is_reachable=number in arrives) for number, one in found.items())
    return Whom(sorted(told, key=lambda one: one.team.slug), unowned)


def answers_for(user: User, ids: Collection[UUID]) -> bool:
    """Whether a team of the user's answers for one of these views or consumers, or for a feature in one."""
    teams = user.team_ids
    if not (user.is_active and teams):
        return False
    featured = Feature.objects.present().filter(view=OuterRef("view"), owner__in=teams).order_by()
    mine = Q(view__owner__in=teams) | Q(view__owner=None, view__project__owner__in=teams) | Q(consumer__team__in=teams)
    return Node.objects.filter(pk__in=ids).filter(mine | Q(Exists(featured))).exists()


def teams_hit(start: Node) -> set[int]:
    return {team.pk for _, teams in _answering(start, "") for team in teams}


def _answering(start: Node, column: str) -> Iterator[tuple[Hit, set[Team]]]:
    """Everything that is hit, with the teams that answer for it: none, where nobody does."""
    _, sure = surely_hit(start, column, DEPTH)
    rows = Node.objects.filter(pk__in=sure).exclude(view=None, consumer=None).order_by("namespace", "name")
    rows = rows.defer("facets", "picture", "spellings")
    nodes = list(rows.select_related("view__owner", "view__project__owner", "consumer__team"))
    owners = _owners_of_features([node.view_id for node in nodes if node.view_id])
    for node in nodes:
        hit = Hit(node.pk, str(node.view or node.consumer), sure[node.pk])
        if node.view:
            teams = {node.view.owner or node.view.project.owner, *owners.get(node.view.pk, ())}
        else:
            teams = {node.consumer.team if node.consumer else None}
        yield hit, {team for team in teams if team}


def _owners_of_features(views: list[int]) -> dict[int, set[Team]]:
    """Other teams than a view's may answer for features in it."""
    rows = Feature.objects.present().filter(view__in=views, owner__isnull=False).order_by()
    pairs = set(rows.values_list("view", "owner").distinct())
    teams = Team.objects.in_bulk({owner for _, owner in pairs})
    found: dict[int, set[Team]] = {}
    for view, owner in pairs:
        found.setdefault(view, set()).add(teams[owner])
    return found
