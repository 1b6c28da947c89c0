"""What the pages of one feature show."""

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from registry.models import Consumer, Feature, Follow, Membership, Usage, User, Version
from registry.queries.readers import is_declared, reads_a_day

LATEST = 10


def pages_of(actor: User) -> QuerySet[Feature]:
    """Features as the actor sees them, with what every tab's header needs; `lead` is whom to ask first."""
    followers = Follow.objects.filter(feature=OuterRef("pk")).order_by().values("feature").annotate(n=Count("pk"))
    leads = Membership.objects.filter(team=OuterRef("owner"), is_lead=True, user__is_active=True).order_by("pk")
    return (
        Feature.objects.visible_to(actor)
        .select_related("project", "owner", "view__project", "view__source", "view__connection", "view__owner")
        .defer("search", "keywords", "context", "view__digest")
        .annotate(
            followers=Coalesce(Subquery(followers.values("n")), 0),
            lead=Subquery(leads.values("user__username")[:1]),
            is_followed=Exists(Follow.objects.filter(feature=OuterRef("pk"), user=actor)),
        )
    )  # fmt: skip


def versions_of(feature: Feature, actor: User) -> list[Version]:
    """Those that the actor sees, newest first, with what replaces them."""
    seen = Version.objects.visible_to(actor).filter(feature=feature)
    return list(seen.select_related("replacement__feature").order_by("-number"))


def readers_of(feature: Feature, actor: User) -> QuerySet[Usage]:
    """Who reads the feature now, as far as the actor sees them."""
    return (
        Usage.objects.filter(feature=feature, gone_at__isnull=True, consumer__in=Consumer.objects.visible_to(actor))
        .select_related("consumer__project", "consumer__team")
        .annotate(is_declared=is_declared(), reads_a_day=reads_a_day())
        .order_by("consumer__kind", "consumer__name", "number", "evidence")
    )
