"""Health and measurements."""

from collections import defaultdict
from datetime import datetime
from typing import Any

import orjson
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.fields import Selection, json_text
from common.problems import NotFound
from monitoring.actions.defaults import fill_default
from monitoring.actions.references import pin_reference, release_reference
from monitoring.actions.reporting import Report
from monitoring.actions.reports import report_checks
from monitoring.actions.serving import LIMITS, limit_serving
from monitoring.evidently import told_by_evidently
from monitoring.filters import CheckFilter, DriftFilter, FindingFilter, MeasurementFilter, ServingFilter, StorageFilter
from monitoring.models import (
    DriftMeasurement,
    FeatureMeasurement,
    Finding,
    Origin,
    Reference,
    Reported,
    ServingLimits,
    StoreFigure,
    ViewMeasurement,
)
from monitoring.serializers import (
    CheckSerializer,
    DriftSerializer,
    FeatureHealthSerializer,
    FeatureMeasurementSerializer,
    FindingSerializer,
    PinSerializer,
    ReceivedSerializer,
    ReferenceSerializer,
    ReportsSerializer,
    ServingLimitsSerializer,
    StorageSerializer,
    StoreFigureSerializer,
    ViewHealthSerializer,
    ViewMeasurementSerializer,
)
from monitoring.serving import promises
from monitoring.storage import storage_of
from registry.actions.action import allow
from registry.api.endpoints import Endpoint
from registry.api.feature_views import visible_view
from registry.api.features import visible_feature
from registry.api.lists import ListEndpoint
from registry.api.versions import VersionView
from registry.api.writes import write
from registry.choices import Health, Scope
from registry.filters import ViewFilter
from registry.models import Actor, Connection, Feature, FeatureView
from registry.serializers.features import HealthSerializer
from registry.serializers.versions import VersionSerializer

MEASURED_BY = (Origin.SOURCE.value, Origin.SERVED.value, Origin.TOLD.value)
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
        stores = {origin: by_origin.get(origin) for origin in MEASURED_BY}
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


class FeatureDriftView(ListEndpoint):
    """How far a feature's last days lay from its reference, from the days before and from the same weekday."""

    serializer_class = DriftSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = NEWEST_FIRST
    filterset_class = DriftFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[DriftMeasurement]:
        return DriftMeasurement.objects.visible_to(actor).exclude(feature__in=Feature.objects.personal())

    def rows(self) -> QuerySet[DriftMeasurement]:
        return super().rows().filter(feature=visible_feature(self.actor, self.kwargs["key"]))


class FindingListView(ListEndpoint):
    """What was last found of each thing that is checked: drift, volume, schema, range, skew, and what others report."""

    serializer_class = FindingSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = {"-found_at": ("-found_at", "-id"), "found_at": ("found_at", "id")}
    filterset_class = FindingFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Finding]:
        return Finding.objects.visible_to(actor)


class ServingListView(ListEndpoint):
    """What stores, and the servers in front of them, told of themselves: latency, errors, values found, memory."""

    serializer_class = StoreFigureSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = NEWEST_FIRST
    filterset_class = ServingFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[StoreFigure]:
        return StoreFigure.objects.visible_to(actor)


class ServingLimitsView(Endpoint):
    """What the owner of a store promises of serving; figures are held against it."""

    required_scopes = {"GET": Scope.FEATURES_READ, "PUT": Scope.FEATURES_WRITE}

    @extend_schema(responses=ServingLimitsSerializer)
    def get(self, request: Request, slug: str) -> HttpResponse:
        return self.answer(_promised(promises(self._found(slug))))

    @write
    @extend_schema(request=ServingLimitsSerializer, responses=ServingLimitsSerializer)
    def put(self, request: Request, slug: str) -> HttpResponse:
        """Promise anew. What is left out is promised no more."""
        connection = self._found(slug)
        allow(self.actor, "monitoring.limit_serving", connection)
        changed = limit_serving(connection, actor=self.actor, **self.sent(ServingLimitsSerializer))
        return self.answer(_promised(promises(changed)))

    def _found(self, slug: str) -> Connection:
        found = Connection.objects.filter(slug=slug).first()
        if found is None:
            raise NotFound
        return found


def _promised(limits: ServingLimits) -> dict[str, Any]:
    return {name: getattr(limits, name) for name in LIMITS}


class StorageListView(ListEndpoint):
    """What views take in their stores, and which are served although nobody is known to read them."""

    serializer_class = StorageSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    filterset_class = StorageFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[FeatureView]:
        return storage_of(actor, timezone.now())


class ReferenceView(Endpoint):
    """The days that drift of a view is held against."""

    required_scopes = {"GET": Scope.FEATURES_READ, "PUT": Scope.FEATURES_WRITE, "DELETE": Scope.FEATURES_WRITE}

    @extend_schema(responses=ReferenceSerializer)
    def get(self, request: Request, key: str) -> HttpResponse:
        held = Reference.objects.filter(view=visible_view(self.actor, key)).first()
        if held is None:
            raise NotFound
        return self.answer(_told(held))

    @write
    @extend_schema(request=PinSerializer, responses=ReferenceSerializer)
    def put(self, request: Request, key: str) -> HttpResponse:
        """Pin days: those that a model was trained on, for one."""
        view = visible_view(self.actor, key)
        allow(self.actor, "monitoring.pin_reference", view)
        return self.answer(_told(pin_reference(view, actor=self.actor, **self.sent(PinSerializer))))

    @write
    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str) -> HttpResponse:
        """Hold drift against the first days that were measured again."""
        release_reference(visible_view(self.actor, key), actor=self.actor)
        return HttpResponse(status=204)


class CheckListView(ListEndpoint):
    """Checks that others ran: dbt tests, assertions that lineage hears of, Evidently, pipelines."""

    serializer_class = CheckSerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = {"-at": ("-at", "-id"), "at": ("at", "id")}
    filterset_class = CheckFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Reported]:
        return Reported.objects.visible_to(actor)


class MetricsView(Endpoint):
    """Report what was measured elsewhere: at most 500 checks, all or none; or a report of Evidently about one view."""

    required_scopes = {"POST": Scope.METRICS_WRITE}

    @write
    @extend_schema(request=ReportsSerializer, responses=ReceivedSerializer)
    def post(self, request: Request) -> HttpResponse:
        sent = self.sent(ReportsSerializer)
        if "evidently" in sent:
            return self.answer(self._evidently(sent.get("by", "evidently"), **sent["evidently"]))
        of: dict[str, list[Report]] = defaultdict(list)
        for one in sent["reports"]:
            state = Health(one.pop("state"))
            of[one.pop("view")].append(Report(**{"feature": "", **one, "state": state}))
        with transaction.atomic():
            views = [(visible_view(self.actor, key), reports) for key, reports in of.items()]
            received = sum(
                report_checks(view, actor=self.actor, by=sent["by"], reports=reports) for view, reports in views
            )
        return self.answer({"received": received})

    def _evidently(self, by: str, view: str, report: dict[str, Any], at: datetime | None = None) -> dict[str, Any]:
        found = visible_view(self.actor, view)
        allow(self.actor, "monitoring.report_checks", found)
        told = told_by_evidently(found, report)
        received = report_checks(
            found, actor=self.actor, by=by, at=at, reports=told.reports, rows=told.rows, counts=told.counts
        )
        return {"received": received, "left_out": told.left_out}


def _told(held: Reference) -> dict[str, Any]:
    return {
        "first": held.first.isoformat(), "last": held.last.isoformat(), "title": held.title,
        "pinned_at": held.pinned_at.isoformat(),
    }  # fmt: skip


class MeasureDefaultView(Endpoint):
    """Give a draft the mean, the median or the mode that its default policy asks for."""

    required_scopes = {"POST": Scope.FEATURES_WRITE}

    @write
    @extend_schema(request=None, responses=VersionSerializer)
    def post(self, request: Request, key: str, number: int) -> HttpResponse:
        view = VersionView(request=request)
        fill_default(view.find(key=key, number=number), actor=self.actor)
        return view.answer_shown(view.show(key=key, number=number, selection=Selection()))
