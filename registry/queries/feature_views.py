"""What the pages of one feature view show."""

from django.db.models import Count, F, OuterRef, QuerySet, Subquery

from registry.models import Consumer, Feature, FeatureView, Usage, User
from registry.models.features import FeatureQuerySet


def view_pages_of(actor: User) -> QuerySet[FeatureView]:
    """Views as the actor sees them, with what their page names."""
    return (
        FeatureView.objects.visible_to(actor)
        .select_related("project", "owner", "connection", "source", "stream_source")
        .prefetch_related("entities", "upstream_views__project", "downstream_views__project")
        .defer("digest")
    )


def features_of(view: FeatureView, actor: User) -> FeatureQuerySet:
    """Its features, without what only search needs."""
    return Feature.objects.visible_to(actor).filter(view=view).defer("search", "keywords", "context")


def consumers_of(features: QuerySet[Feature], actor: User) -> QuerySet[Consumer]:
    """Who reads any of these features, with how many of them (`reads`), the most first."""
    reads = (
        Usage.objects.filter(consumer=OuterRef("pk"), gone_at__isnull=True, feature__in=features.values("pk"))
        .order_by()
        .values("consumer")
        .annotate(n=Count("feature", distinct=True))
    )
    return (
        Consumer.objects.visible_to(actor)
        .annotate(reads=Subquery(reads.values("n")))
        .filter(reads__gt=0)
        .select_related("project", "team")
        .order_by(F("reads").desc(), "kind", "name")
    )
