"""Projects and what they hold."""

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from registry.models import Feature, FeatureView, Project, Source, Usage, User


def projects_with_counts(actor: User) -> QuerySet[Project]:
    """Projects the actor sees, with how many views and features each has now."""
    return (
        Project.objects.visible_to(actor)
        .select_related("owner", "connection")
        .annotate(
            views_count=_counted(FeatureView.objects.present(), "project"),
            features_count=_counted(Feature.objects.visible_to(actor).present(), "project"),
        )
    )


def _counted(rows: QuerySet, by: str) -> Coalesce:
    grouped = rows.filter(**{by: OuterRef("pk")}).order_by().values(by).annotate(n=Count("pk"))
    return Coalesce(Subquery(grouped.values("n")), 0)


def views_with_counts(actor: User) -> QuerySet[FeatureView]:
    """Views the actor sees, with how many features each has now."""
    features = Feature.objects.visible_to(actor).present()
    views = FeatureView.objects.visible_to(actor).select_related("owner", "project").defer("digest", "definition")
    return views.annotate(features_count=_counted(features, "view"))


def fed_by(source: Source, actor: User) -> QuerySet[FeatureView]:
    """Views computed from this source, straight or through a push or stream in front of it."""
    feeding = Source.objects.filter(pk=source.pk) | Source.objects.filter(batch_source=source)
    views = views_with_counts(actor)
    return (views.filter(source__in=feeding) | views.filter(stream_source__in=feeding)).distinct()


def reads_of(consumer_id: int, actor: User) -> QuerySet[Usage]:
    """What a consumer reads or has read, as far as the actor sees it; `key` is the feature's."""
    return (
        Usage.objects.filter(consumer=consumer_id, feature__in=Feature.objects.visible_to(actor))
        .select_related("feature__view", "feature__owner")
        .annotate(key=F("feature__key"))
    )
