"""What lists of measurements can be narrowed by."""

from django_filters import FilterSet, IsoDateTimeFilter

from common.filters import Choices
from monitoring.models import Origin


class MeasurementFilter(FilterSet):
    """`since` and `until` are moments, both included."""

    origin = Choices("origin", "Who says so.", choices=Origin.choices)
    since = IsoDateTimeFilter(field_name="measured_at", lookup_expr="gte", help_text="Measured at or after.")
    until = IsoDateTimeFilter(field_name="measured_at", lookup_expr="lte", help_text="Measured at or before.")
