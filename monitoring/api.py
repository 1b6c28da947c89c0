"""Health and measurements."""

import orjson
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.fields import Selection, json_text
from common.problems import NotFound
from monitoring.actions.defaults import fill_default
from monitoring.filters import MeasurementFilter
from monitoring.models import FeatureMeasurement, Origin, ViewMeasurement
from monitoring.serializers import (
    FeatureHealthSerializer,
    FeatureMeasurementSerializer,
    ViewHealthSerializer,
    ViewMeasurementSerializer,
)
from registry.api.endpoints import Endpoint
from registry.api.feature_views import visible_view
from registry.api.features import visible_feature
from registry.api.lists import ListEndpoint
from registry.api.versions import VersionView
from registry.api.writes import write
from registry.choices import Scope
from registry.filters import ViewFilter
from registry.models import Actor, Feature, FeatureView
from registry.serializers.features import HealthSerializer
from registry.serializers.versions import VersionSerializer

NEWEST_FIRST = {"-measured_at": ("-measured_at", "-id"), "measured_at": ("measured_at", "id")}


class HealthListView(ListEndpoint):
    """The health of the feature views you see."""

    serializer_class = ViewHealthSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    filterset_class = ViewFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[FeatureView]:
        return FeatureView.objects.visible_to(actor).present()


class FeatureHealthView(Endpoint):
    """How a feature is: its state, the reasons, and the newest measurement from each store."""

    required_scopes = {"GET": Scope.FEATURES_READ}

    @extend_schema(responses=FeatureHealthSerializer)
    def get(self, request: Request, key: str) -> HttpResponse:
        health = json_text(HealthSerializer, Selection(), self.actor)
        found = Feature.objects.visible_to(self.actor).filter(key=key).values_list("pk", health).first()
        if found is None:
            raise NotFound
        number, text = found
        measured = FeatureMeasurement.objects.visible_to(self.actor).filter(feature=number)
        shape = json_text(FeatureMeasurementSerializer, Selection(), self.actor)
        newest = measured.order_by("origin", "-measured_at").distinct("origin").values_list("origin", shape)
        by_origin = {origin: orjson.Fragment(one) for origin, one in newest}
        stores = {origin: by_origin.get(origin) for origin in (Origin.SOURCE.value, Origin.SERVED.value)}
        return self.answer(orjson.loads(text) | stores)


class FeatureMeasurementsView(ListEndpoint):
    """What was measured of a feature."""

    serializer_class = FeatureMeasurementSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = NEWEST_FIRST
    filterset_class = MeasurementFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[FeatureMeasurement]:
        return FeatureMeasurement.objects.visible_to(actor)

    def rows(self) -> QuerySet[FeatureMeasurement]:
        return super().rows().filter(feature=visible_feature(self.actor, self.kwargs["key"]))


class ViewMeasurementsView(ListEndpoint):
    """What was measured of a feature view."""

    serializer_class = ViewMeasurementSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = NEWEST_FIRST
    filterset_class = MeasurementFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[ViewMeasurement]:
        return ViewMeasurement.objects.visible_to(actor)

    def rows(self) -> QuerySet[ViewMeasurement]:
        return super().rows().filter(view=visible_view(self.actor, self.kwargs["key"]))


class MeasureDefaultView(Endpoint):
    """Give a draft the mean, the median or the mode that its default policy asks for."""

    required_scopes = {"POST": Scope.FEATURES_WRITE}

    @write
    @extend_schema(request=None, responses=VersionSerializer)
    def post(self, request: Request, key: str, number: int) -> HttpResponse:
        view = VersionView(request=request)
        fill_default(view.find(key=key, number=number), actor=self.actor)
        return view.answer_shown(view.show(key=key, number=number, selection=Selection()))
