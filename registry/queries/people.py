"""Teams and people, with what they answer for."""

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from registry.choices import Health
from registry.models import Feature, FeatureView, Membership, Team, User


def teams_with_counts(actor: User) -> QuerySet[Team]:
    """Every team, with members, views and features that the actor sees, and how many of those are in trouble."""
    features = Feature.objects.visible_to(actor).present().filter(owner=OuterRef("pk"))
    troubled = features.filter(health__in=[Health.AT_RISK, Health.BREACHED])
    views = FeatureView.objects.visible_to(actor).present().filter(owner=OuterRef("pk"))
    members = Membership.objects.filter(team=OuterRef("pk"))
    return Team.objects.annotate(
        members_count=_counted(members, "team"),
        views_count=_counted(views, "owner"),
        features_count=_counted(features, "owner"),
        troubled_count=_counted(troubled, "owner"),
    )


def _counted(rows: QuerySet, by: str) -> Coalesce:
    """A count as a subquery: joins would multiply each other."""
    return Coalesce(Subquery(rows.order_by().values(by).annotate(n=Count("pk")).values("n")), 0)


def members_of(team: Team) -> QuerySet[Membership]:
    """Leads first."""
    return team.memberships.select_related("user").order_by("-is_lead", "user__username")


def memberships_of(person: User) -> QuerySet[Membership]:
    return person.memberships.select_related("team").order_by("team__slug")
