"""What lists can be narrowed by. Values of one filter widen, different filters narrow."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django_filters import FilterSet, IsoDateTimeFilter

from common.filters import AnyOf, Choices, YesNo
from registry.choices import ConsumerKind, Health, OfferState, PrivacyClass, PullKind, PullState, VersionState, ViewKind
from registry.models import Entity, Feature

NOBODY, UNCLASSIFIED = "none", "unclassified"
_MISSING = {
    "owner": Q(owner__isnull=True),
    "description": Q(description=""),
    "default": Q(has_default=False),
    "class": Q(privacy_class=PrivacyClass.UNCLASSIFIED),
}


class OwnerFilter(AnyOf):
    """Slugs of teams, or `none`."""

    def filter(self, rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
        if not values:
            return rows
        return rows.filter(Q(owner__slug__in=values) | (Q(owner__isnull=True) if NOBODY in values else Q()))


class MissingFilter(Choices):
    """Rows that lack one of these."""

    def filter(self, rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
        wanted = Q()
        for value in values:
            wanted |= _MISSING[value]
        return rows.filter(wanted)


def _class_filter() -> Choices:
    named = [(value or UNCLASSIFIED, label) for value, label in PrivacyClass.choices]
    return ClassFilter("privacy_class", "Privacy class.", choices=named)


class ClassFilter(Choices):
    def filter(self, rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
        return super().filter(rows, ["" if value == UNCLASSIFIED else value for value in values])


class FeatureFilter(FilterSet):
    project = AnyOf("project__name", "Name of the project.")
    view = AnyOf("view__key", "Key of the feature view: project.view.")
    owner = OwnerFilter("owner__slug", "Slug of the owning team, or `none`.")
    status = Choices("state", "State of the current version.", choices=VersionState.choices)
    entity = AnyOf("entity_names", "Name of an entity.", lookup="overlap")
    health = Choices("health", "Health.", choices=Health.choices)
    store = AnyOf("store", "Slug of the connection it came from.")
    tag = AnyOf("tags", "A tag: `key` or `key=value`.", lookup="overlap")
    type = AnyOf("dtype", "Data type.")
    online = YesNo("is_online", "Whether it is served online.")
    gone = YesNo("gone_at", "Whether its store has it no more.", lookup="isnull", exclude=True)
    missing = MissingFilter("", "What it lacks.", choices=[(name, name) for name in _MISSING])
    changed_since = IsoDateTimeFilter(field_name="changed_at", lookup_expr="gte", help_text="Changed at or after.")

    class Meta:
        model = Feature
        fields: list[str] = []


# `class` is what people call it, and a word that Python keeps to itself.
FeatureFilter.base_filters["class"] = _class_filter()


class EntityOfViewFilter(AnyOf):
    """A subquery: a join would list a view once for each entity."""

    def filter(self, rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
        return rows.filter(Exists(Entity.objects.filter(views=OuterRef("pk"), name__in=values))) if values else rows


class ViewFilter(FilterSet):
    project = AnyOf("project__name", "Name of the project.")
    owner = OwnerFilter("owner__slug", "Slug of the owning team, or `none`.")
    kind = Choices("kind", "Kind of view.", choices=ViewKind.choices)
    entity = EntityOfViewFilter("", "Name of an entity.")
    health = Choices("health", "Health.", choices=Health.choices)
    source = AnyOf("source__name", "Name of the source it is computed from.")
    connection = AnyOf("connection__slug", "Slug of the connection it came from.")
    online = YesNo("is_online", "Whether it is served online.")
    gone = YesNo("gone_at", "Whether its store has it no more.", lookup="isnull", exclude=True)


class EntityFilter(FilterSet):
    project = AnyOf("project__name", "Name of the project.")
    owner = OwnerFilter("owner__slug", "Slug of the owning team, or `none`.")


class ProjectFilter(FilterSet):
    owner = OwnerFilter("owner__slug", "Slug of the owning team, or `none`.")


class ConsumerFilter(FilterSet):
    kind = Choices("kind", "Kind of consumer.", choices=ConsumerKind.choices)
    project = AnyOf("project__name", "Name of the project.")
    team = AnyOf("team__slug", "Slug of the team that runs it.")


class TokenFilter(FilterSet):
    user = AnyOf("user__username", "Whose tokens.")


class OfferFilter(FilterSet):
    state = Choices("state", "How it stands.", choices=OfferState.choices)
    team = AnyOf("team__slug", "Slug of the team that is asked.")


class PullFilter(FilterSet):
    connection = AnyOf("connection__slug", "Slug of the connection.")
    kind = Choices("kind", "What is pulled.", choices=PullKind.choices)
    state = Choices("state", "State of the work.", choices=PullState.choices)
