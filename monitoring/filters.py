"""What lists of monitoring can be narrowed by, on their pages and in the API."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django_filters import FilterSet, IsoDateTimeFilter

from common.filters import AnyOf, Choices, YesNo
from monitoring.kinds import CHOICES
from monitoring.models import Against, Breach, CauseKind, Hit, IncidentState, Kind, Origin, ParityState
from monitoring.serving import FIGURES
from registry.choices import Health
from registry.models import FeatureView


class MeasurementFilter(FilterSet):
    """`since` and `until` are moments, both included."""

    origin = Choices("origin", "Who says so.", choices=Origin.choices)
    since = IsoDateTimeFilter(field_name="measured_at", lookup_expr="gte", help_text="Measured at or after.")
    until = IsoDateTimeFilter(field_name="measured_at", lookup_expr="lte", help_text="Measured at or before.")


class DriftFilter(FilterSet):
    """`since` and `until` are moments, both included."""

    against = Choices("against", "What it was held against.", choices=Against.choices)
    state = Choices("state", "How it stood.", choices=Health.choices)
    since = IsoDateTimeFilter(field_name="measured_at", lookup_expr="gte", help_text="Measured at or after.")
    until = IsoDateTimeFilter(field_name="measured_at", lookup_expr="lte", help_text="Measured at or before.")


class ServingFilter(FilterSet):
    """`since` and `until` are moments, both included."""

    connection = AnyOf("connection__slug", "Slug of the connection.")
    view = AnyOf("view__key", "project.view")
    name = Choices("name", "Which figure.", choices=[(one.name, one.label) for one in FIGURES.values()])
    since = IsoDateTimeFilter(field_name="measured_at", lookup_expr="gte", help_text="Measured at or after.")
    until = IsoDateTimeFilter(field_name="measured_at", lookup_expr="lte", help_text="Measured at or before.")


class StorageFilter(FilterSet):
    project = AnyOf("project__name", "Name of the project.")
    unread = YesNo("is_unread", "Whether it is served although nobody is known to read it.")


class FindingFilter(FilterSet):
    kind = Choices("kind", "What is checked.", choices=Kind.choices)
    state = Choices("state", "How it stands.", choices=Health.choices)
    view = AnyOf("view__key", "project.view")
    feature = AnyOf("feature__key", "project.view.feature")


class CheckFilter(FilterSet):
    by = AnyOf("by", "Who ran it, such as dbt.")
    state = Choices("state", "How it ended.", choices=Health.choices)
    view = AnyOf("view__key", "project.view")
    feature = AnyOf("feature__key", "project.view.feature")


class EitherFilter(AnyOf):
    """Keys of views, old or new."""

    def filter(self, rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
        return rows.filter(Q(old__key__in=values) | Q(new__key__in=values)) if values else rows


class ParityFilter(FilterSet):
    state = Choices("state", "How it ended.", choices=ParityState.choices)
    view = EitherFilter("key", "project.view, old or new.")
    old = AnyOf("old__key", "project.view")
    new = AnyOf("new__key", "project.view")


class HitFilter(AnyOf):
    """Keys of views, or names of projects, that it hits; of what the actor sees."""

    def filter(self, rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
        if not values:
            return rows
        seen = FeatureView.objects.visible_to(self.parent.request.user)
        named = {f"view__{self.field_name}__in": values}
        return rows.filter(Exists(Hit.objects.filter(incident=OuterRef("pk"), view__in=seen, **named)))


class BreachKindFilter(Choices):
    """Kinds of what is over its limits."""

    def filter(self, rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
        held = Breach.objects.filter(incident=OuterRef("pk"), kind__in=values)
        return rows.filter(Exists(held)) if values else rows


class OursFilter(YesNo):
    """Those that the teams of whoever asks answer for."""

    def filter(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        mine = rows.concerning(self.parent.request.user)  # type: ignore[attr-defined]
        return rows if not value else mine if value == "true" else rows.exclude(pk__in=mine.values("pk"))


class IncidentFilter(FilterSet):
    state = Choices("state", "How far it has come.", choices=IncidentState.choices)
    cause = Choices("cause_kind", "What broke.", choices=CauseKind.choices)
    kind = BreachKindFilter("kind", "What is wrong.", choices=CHOICES)
    owner = AnyOf("owner__slug", "Slug of the team that has it.")
    view = HitFilter("key", "Key of a view that it hits.")
    project = HitFilter("project__name", "Name of a project with a view that it hits.")
    mine = OursFilter("", "Whether your teams answer for it, or for something it hits.")
