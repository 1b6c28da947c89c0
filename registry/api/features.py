"""Features: listed, shown, looked up in bulk, described, followed."""

from django.db.models import QuerySet

from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.choices import Scope
from registry.models import Actor, Feature
from registry.serializers.features import FeatureSerializer


class FeatureListView(ListEndpoint):
    """Features you see. Filters combine: values of one filter widen, different filters narrow."""

    serializer_class = FeatureSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = {"key": ("key",), "-changed_at": ("-changed_at", "-id")}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Feature]:
        return Feature.objects.visible_to(actor)


class FeatureView(ObjectEndpoint):
    """One feature."""

    serializer_class = FeatureSerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "PATCH": Scope.FEATURES_WRITE}
    revision_columns = ("changed_at",)

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Feature]:
        return Feature.objects.visible_to(actor)
