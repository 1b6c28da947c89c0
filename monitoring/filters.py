"""What lists of measurements can be narrowed by."""

from django_filters import FilterSet, IsoDateTimeFilter

from common.filters import AnyOf, Choices
from monitoring.models import Against, Kind, Origin
from registry.choices import Health


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


class FindingFilter(FilterSet):
    kind = Choices("kind", "What is checked.", choices=Kind.choices)
    state = Choices("state", "How it stands.", choices=Health.choices)
    view = AnyOf("view__key", "project.view")
    feature = AnyOf("feature__key", "project.view.feature")
