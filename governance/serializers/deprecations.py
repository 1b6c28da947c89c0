"""What deprecations look like in JSON, and what is sent about them."""

from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat, NullIf
from rest_framework import serializers

from common.fields import At, Computed, ExpandableList, Outer, Resource, numbered
from common.openapi import ProblemSerializer
from common.strict import Flag, Text, Whole
from governance.models import DeprecationState, Extension, ExtensionState, Reader, ReaderState
from governance.queries.announcing_many import MOST
from registry.choices import ConsumerKind, EndingKind
from registry.models import Brownout
from registry.serializers.versions import reference_of, replacement_of

MOVES = (ReaderState.ACKNOWLEDGED, ReaderState.NOT_USING)


def _of_version(build: Any) -> Any:
    """The same, seen from a deprecation."""
    return lambda at, actor: build(lambda column: at(f"version__{column}"), actor)


def _state(at: At, actor: Any) -> Case:
    """`Reader.state`, where the row is."""
    return Case(
        When(**{at("waived_at__isnull"): False}, then=Value(ReaderState.WAIVED.value)),
        When(**{at("moved_at__isnull"): False}, then=Value(ReaderState.MOVED.value)),
        default=Coalesce(NullIf(F(at("answer")), Value("")), Value(ReaderState.TOLD.value)),
    )


def _consumer(at: At, actor: Any) -> Concat:
    return Concat(F(at("consumer__kind")), Value(":"), F(at("consumer__name")))


class DeprecationReaderSerializer(Resource):
    """A consumer that it concerns, and how far it has come."""

    consumer = Computed(serializers.CharField(help_text="kind:name"), _consumer)
    kind = serializers.ChoiceField(ConsumerKind.choices, source="consumer.kind")
    team = serializers.CharField(source="consumer.team.slug", allow_null=True)
    environment = serializers.CharField(source="consumer.environment")
    state = Computed(serializers.ChoiceField(ReaderState.choices), _state)
    told_at = serializers.DateTimeField(allow_null=True, help_text="Null while nobody could be told.")
    answered_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()
    moved_at = serializers.DateTimeField(allow_null=True, help_text="When the last evidence that it reads it went.")
    waiver = serializers.CharField(help_text="Why the committee does not wait for it.")


class ExtensionSerializer(Resource):
    """A reader asks for more time."""

    id = serializers.IntegerField()
    consumer = Computed(
        serializers.CharField(help_text="kind:name"), lambda at, actor: _consumer(lambda name: at(f"reader__{name}"), 0)
    )
    until = serializers.DateField()
    reason = serializers.CharField()
    state = serializers.ChoiceField(ExtensionState.choices)
    asked_by = serializers.CharField(source="asked_by.username")
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField()


class BrownoutSerializer(Resource):
    """When it is switched off for a while, as a rehearsal of its end."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    is_hard = serializers.BooleanField(help_text="Whether reads are refused; else they are only warned.")


def _readers(actor: Any, outer: Outer) -> QuerySet[Reader]:
    return Reader.objects.visible_to(actor).filter(deprecation=outer("pk")).order_by("consumer__kind", "consumer__name")


def _extensions(actor: Any, outer: Outer) -> QuerySet[Extension]:
    return Extension.objects.filter(
        reader__deprecation=outer("pk"), reader__in=Reader.objects.visible_to(actor)
    ).order_by("-id")


def _brownouts(actor: Any, outer: Outer) -> QuerySet[Brownout]:
    return Brownout.objects.filter(version=outer("version_id")).order_by("starts_at")


def _count(of: Q) -> Any:
    def build(at: At, actor: Any) -> Coalesce:
        rows = Reader.objects.filter(of, deprecation=OuterRef(at("pk"))).order_by().values("deprecation")
        return Coalesce(Subquery(rows.values(count=Count("pk"))), Value(0))

    return build


class DeprecationSerializer(Resource):
    """How the readers of a version are moved off it before its last day."""

    id = Computed(serializers.CharField(help_text="Such as DEP-17."), numbered("DEP"))
    version = Computed(serializers.CharField(help_text="project.view.feature@number"), _of_version(reference_of))
    state = serializers.ChoiceField(DeprecationState.choices)
    kind = serializers.ChoiceField(EndingKind.choices, source="version.ending_kind", allow_blank=True)
    reason = serializers.CharField(source="version.state_reason")
    sunset_on = serializers.DateField(source="version.sunset_on", allow_null=True)
    replacement = Computed(serializers.CharField(allow_null=True), _of_version(replacement_of))
    instead = serializers.CharField(help_text="What readers do where nothing replaces it.")
    announced_at = serializers.DateTimeField(allow_null=True)
    escalated_at = serializers.DateTimeField(allow_null=True, help_text="When the committee was told.")
    ended_at = serializers.DateTimeField(allow_null=True)
    reminders = serializers.ListField(child=serializers.IntegerField(), help_text="Days before the last day.")
    readers_known = Computed(serializers.IntegerField(help_text="All of them, those that you see or not."), _count(Q()))
    readers_left = Computed(
        serializers.IntegerField(help_text="Those that still read it."),
        _count(Q(moved_at__isnull=True, waived_at__isnull=True)),
    )
    brownouts = ExpandableList(BrownoutSerializer, _brownouts)
    readers = ExpandableList(DeprecationReaderSerializer, _readers)
    extensions = ExpandableList(ExtensionSerializer, _extensions)


class NewBrownoutSerializer(serializers.Serializer):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(help_text="At most two days later, and before the last day.")


class EndSerializer(serializers.Serializer):
    """What is announced, of one version or of many."""

    kind = serializers.ChoiceField(EndingKind.choices)
    reason = Text(max_length=2_000)
    sunset_on = serializers.DateField(
        help_text="Its last day: at least 90 days ahead where it is served online, or 30."
    )
    replacement = Text(required=False, allow_null=True, max_length=600, help_text="project.view.feature@number")
    instead = Text(required=False, allow_blank=True, max_length=2_000, help_text="Needed where nothing replaces it.")
    brownouts = NewBrownoutSerializer(many=True, required=False)
    is_hard = Flag(required=False, help_text="Whether brownouts refuse reads; else they only warn.")
    reminders = serializers.ListField(child=Whole(), required=False, help_text="Days before the last day.")


class NewDeprecationSerializer(EndSerializer):
    """The end of a version, announced to its readers at once."""

    version = Text(max_length=600, help_text="project.view.feature@number")


class NewDeprecationsSerializer(EndSerializer):
    """The same end of many versions: those that are named, or all that can end of the features that a query finds."""

    versions = serializers.ListField(
        child=Text(max_length=600, help_text="project.view.feature@number"), required=False, min_length=1,
        max_length=MOST,
    )  # fmt: skip
    query = Text(required=False, max_length=1_000, help_text="In the words of the search page. Or name versions.")

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if ("versions" in said) == ("query" in said):
            raise serializers.ValidationError("Say either versions or query.", code="either_or")
        return said


class AnnouncedSerializer(serializers.Serializer):
    """What became of one version: its deprecation, or the problem with it."""

    version = serializers.CharField(help_text="As it was asked for, or as it was found.")
    status = serializers.IntegerField()
    deprecation = DeprecationSerializer(required=False)
    problem = ProblemSerializer(required=False)


class ManyAnnouncedSerializer(serializers.Serializer):
    data = AnnouncedSerializer(many=True)
    total = serializers.IntegerField(help_text="How many versions are found. Those past the first 100 are not listed.")


class OfConsumerSerializer(serializers.Serializer):
    """Which reader of the version."""

    consumer = Text(max_length=320, help_text="kind:name")
    project = Text(required=False, allow_blank=True, max_length=120, help_text="Where several have one of this name.")


class AnswerSerializer(OfConsumerSerializer):
    answer = serializers.ChoiceField([(one.value, one.label) for one in MOVES], default=ReaderState.ACKNOWLEDGED.value)
    note = Text(required=False, allow_blank=True, max_length=2_000)


class NewExtensionSerializer(OfConsumerSerializer):
    until = serializers.DateField()
    reason = Text(max_length=2_000)


class DecisionSerializer(serializers.Serializer):
    granted = Flag()
    answer = Text(required=False, allow_blank=True, max_length=2_000, help_text="Needed where it is refused.")


class WaiverSerializer(OfConsumerSerializer):
    reason = Text(max_length=2_000)
