"""What the audit log can be narrowed by, on its page and in the API."""

from django_filters import CharFilter, DateFilter, FilterSet

from registry.models import AuditEntry


class AuditFilter(FilterSet):
    """`since` and `until` are days in UTC, both included."""

    actor = CharFilter("actor_name", "iexact", label="Who", max_length=150, help_text="User name, or system")
    action = CharFilter("action", "icontains", label="Action", max_length=80, help_text="Such as change_slo")
    object = CharFilter("object_key", "icontains", label="Object", max_length=600, help_text="Part of its key or name")
    project = CharFilter("project__name", "exact", label="Project", max_length=120)
    since = DateFilter("at", "date__gte", label="From")
    until = DateFilter("at", "date__lte", label="To")

    class Meta:
        model = AuditEntry
        fields: list[str] = []


class AuditLogFilter(AuditFilter):
    """What programs ask for beside it: one kind of object, one object."""

    object_type = CharFilter("object_type", "exact", max_length=40, help_text="Such as feature or connection")
    object_key = CharFilter("object_key", "exact", max_length=600, help_text="Its whole key or name")
