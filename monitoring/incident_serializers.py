"""What incidents look like in JSON, and what is sent about them."""

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from rest_framework import serializers

from common.fields import At, Computed, ExpandableList, LargeField, Outer, Resource, numbered
from common.strict import Text, Whole
from monitoring.actions.incidents import LONGEST_NOTE, LONGEST_RUNBOOK
from monitoring.kinds import CHOICES, FEWEST, MOST
from monitoring.models import Breach, BreachState, CauseKind, Hit, IncidentEvent, IncidentState
from registry.choices import Health
from registry.models import FeatureView


class BreachSerializer(Resource):
    """Something that is over one limit."""

    kind = serializers.ChoiceField(CHOICES)
    view = serializers.CharField(source="view.key", allow_null=True, help_text="Null for a store or a job.")
    feature = serializers.CharField(source="feature.key", allow_null=True, help_text="Where it is one alone.")
    state = serializers.ChoiceField(BreachState.choices)
    reason = serializers.CharField()
    since = serializers.DateTimeField(help_text="First bad reading.")
    opened_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class HitViewSerializer(Resource):
    """A view that it hits."""

    view = serializers.CharField(source="view.key", help_text="project.view")
    owner = serializers.CharField(source="view.owner.slug", allow_null=True)
    health = serializers.ChoiceField(Health.choices, source="view.health")


class IncidentEventSerializer(Resource):
    """A line of its timeline."""

    at = serializers.DateTimeField()
    actor = serializers.CharField(source="actor.username", allow_null=True, help_text="Null: itself.")
    what = serializers.CharField()
    about = serializers.CharField()


def _breaches(actor: Any, outer: Outer) -> QuerySet[Breach]:
    return Breach.objects.visible_to(actor).filter(incident=outer("pk")).order_by("id")


def _hits(actor: Any, outer: Outer) -> QuerySet[Hit]:
    seen = FeatureView.objects.visible_to(actor)
    return Hit.objects.filter(incident=outer("pk"), view__in=seen).order_by("view__key")


def _events(actor: Any, outer: Outer) -> QuerySet[IncidentEvent]:
    return IncidentEvent.objects.visible_to(actor).filter(incident=outer("pk")).order_by("id")


def _hit_count(at: At, actor: Any) -> Coalesce:
    seen = Hit.objects.filter(incident=OuterRef(at("pk")), view__in=FeatureView.objects.visible_to(actor))
    counted = seen.order_by().values("incident").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), Value(0))


class IncidentSerializer(Resource):
    """One thing that broke, with everything that broke because of it."""

    id = Computed(serializers.CharField(help_text="Such as INC-90."), numbered("INC"))
    state = serializers.ChoiceField(IncidentState.choices)
    title = serializers.CharField()
    cause_kind = serializers.ChoiceField(CauseKind.choices)
    cause = serializers.CharField(source="cause_name")
    kind = serializers.ChoiceField(CHOICES, help_text="What is wrong.")
    owner = serializers.CharField(source="owner.slug", allow_null=True, help_text="Slug of the team that has it.")
    is_paging = serializers.BooleanField(help_text="What it hits is of tier 1, or a consumer of tier 1 reads it.")
    views_hit = Computed(serializers.IntegerField(help_text="Those that you see."), _hit_count)
    way = LargeField(help_text="[{kind, label, url, is_broken}] up to the cause.")
    runbook = serializers.CharField(help_text="Instead of the usual page of help.")
    note = serializers.CharField(help_text="What was learnt, in Markdown.")
    muted_until = serializers.DateTimeField(allow_null=True)
    opened_at = serializers.DateTimeField()
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    acknowledged_by = serializers.CharField(source="acknowledged_by.username", allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolved_by = serializers.CharField(source="resolved_by.username", allow_null=True, help_text="Null: by itself.")
    breaches = ExpandableList(BreachSerializer, _breaches)
    hits = ExpandableList(HitViewSerializer, _hits)
    events = ExpandableList(IncidentEventSerializer, _events)


class ResolveSerializer(serializers.Serializer):
    reason = Text(required=False, allow_blank=True, max_length=500)


class MuteSerializer(serializers.Serializer):
    until = serializers.DateTimeField(allow_null=True, help_text="Null: not any more.")


class ReassignSerializer(serializers.Serializer):
    team = Text(max_length=80, help_text="Slug of the team that gets it.")
    reason = Text(required=False, allow_blank=True, max_length=500)


class IncidentNoteSerializer(serializers.Serializer):
    """What is left out stays."""

    note = Text(required=False, allow_blank=True, max_length=LONGEST_NOTE, help_text="Markdown.")
    runbook = Text(required=False, allow_blank=True, max_length=LONGEST_RUNBOOK)


class PatienceSerializer(serializers.Serializer):
    """How many bad readings in a row make a breach."""

    readings = Whole(min_value=FEWEST, max_value=MOST)
