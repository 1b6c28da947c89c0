"""What reviews of standing grants look like in JSON, and what is sent about them."""

from typing import Any

from django.db.models import Case, CharField, Count, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from rest_framework import serializers

from common.fields import At, Computed, Resource, numbered
from common.openapi import ProblemSerializer
from common.strict import Flag, Text, Whole
from governance.models import Answer, RecertificationItem, ReviewState, Setting
from governance.serializers.classes import PERSONAL_CHOICES
from registry.choices import PrivacyClass

ANSWERED = [("keep", "Keep"), ("revoke", "Revoke")]


def _count(*answers: str) -> Any:
    """How many grants were answered so, of those that the caller sees."""

    def build(at: At, actor: Any) -> Coalesce:
        rows = RecertificationItem.objects.visible_to(actor).filter(review=OuterRef(at("pk"))).order_by()
        rows = rows.filter(answer__in=answers) if answers else rows
        counted = rows.values("review").annotate(count=Count("pk")).values("count")
        return Coalesce(Subquery(counted), 0, output_field=IntegerField())

    return build


def _version(at: At, actor: Any) -> Concat:
    number = Cast(F(at("grant__version__number")), CharField())
    return Concat(F(at("grant__version__feature__key")), Value("@"), number, output_field=CharField())


def _reader(at: At, actor: Any) -> Case:
    """`Grant.subject`, where the row is."""
    consumer = Concat(F(at("grant__consumer__kind")), Value(":"), F(at("grant__consumer__name")))
    person = Concat(Value("person:"), F(at("grant__user__username")))
    return Case(
        When(Q(**{at("grant__consumer__isnull"): False}), then=consumer), default=person, output_field=CharField()
    )


class ReviewSerializer(Resource):
    """Standing grants that are looked at again: is each of them still needed?"""

    id = Computed(serializers.CharField(help_text="Such as RC-4."), numbered("RC"))
    title = serializers.CharField()
    note = serializers.CharField(help_text="What reviewers should look at.")
    state = serializers.ChoiceField(ReviewState.choices)
    owners_decide = serializers.BooleanField(help_text="Owners of the features answer as well as the committee.")
    started_by = serializers.CharField(source="started_by.username", allow_null=True)
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(help_text="What nobody has answered by then goes by its policy.")
    ended_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(help_text="Why it was called off.")
    grants = Computed(serializers.IntegerField(help_text="As far as you see them."), _count())
    open = Computed(serializers.IntegerField(), _count("open"))
    kept = Computed(serializers.IntegerField(), _count("keep"))
    revoked = Computed(serializers.IntegerField(), _count("revoke"))


class ReviewItemSerializer(Resource):
    """One grant in a review."""

    id = serializers.IntegerField()
    grant = Computed(
        serializers.CharField(help_text="Such as GR-310."),
        lambda at, actor: Concat(Value("GR-"), Cast(F(at("grant_id")), CharField())),
    )
    version = Computed(serializers.CharField(help_text="project.view.feature@number"), _version)
    reader = Computed(serializers.CharField(help_text="kind:name, or person:username"), _reader)
    purpose = serializers.CharField(source="grant.purpose.name")
    privacy_class = serializers.ChoiceField(PrivacyClass.choices, source="grant.privacy_class")
    setting = serializers.ChoiceField(Setting.choices, source="grant.setting")
    owner = serializers.CharField(source="owner.slug", allow_null=True, help_text="When the review started.")
    reads = serializers.IntegerField(allow_null=True, help_text="In the 90 days before it; null where nobody reports.")
    last_read_on = serializers.DateField(allow_null=True)
    is_unused = serializers.BooleanField(help_text="Known to be unused for 60 days.")
    suggested = serializers.ChoiceField(ANSWERED, allow_blank=True, help_text="Empty where use is unknown.")
    why_suggested = serializers.CharField()
    risk = serializers.IntegerField(help_text="The higher the sooner it should be looked at.")
    answer = serializers.ChoiceField(Answer.choices)
    reason = serializers.CharField()
    decided_by = serializers.CharField(
        source="decided_by.username", allow_null=True, help_text="Null beside an answer: the policy, by silence."
    )
    decided_at = serializers.DateTimeField(allow_null=True)
    is_urgent = serializers.BooleanField()
    revoke_at = serializers.DateTimeField(allow_null=True, help_text="Seven days after its holder was told.")
    revoked_at = serializers.DateTimeField(allow_null=True)


class NewReviewSerializer(serializers.Serializer):
    title = Text(max_length=120)
    due_on = serializers.DateField(help_text="The last day, in UTC.")
    note = Text(required=False, allow_blank=True, max_length=2_000)
    classes = serializers.ListField(child=serializers.ChoiceField(PERSONAL_CHOICES), required=False, max_length=4)
    project = Text(required=False, max_length=200)
    owner = Text(required=False, max_length=80, help_text="Slug of the team that answers for the features.")
    purpose = Text(required=False, max_length=80)
    unused_days = Whole(required=False, min_value=1, max_value=90)
    owners_decide = Flag(required=False)


class ReviewAnswerSerializer(serializers.Serializer):
    id = Whole(min_value=1, help_text="Of the item.")
    answer = serializers.ChoiceField(ANSWERED)
    reason = Text(required=False, allow_blank=True, max_length=2_000, help_text="Needed against the suggestion.")
    is_urgent = Flag(required=False, help_text="Revoke at once, without seven days' notice.")


class ReviewAnswersSerializer(serializers.Serializer):
    items = serializers.ListField(child=ReviewAnswerSerializer(), min_length=1, max_length=100)


class AnsweredItemSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    status = serializers.IntegerField(help_text="200, or the status of the problem.")
    problem = ProblemSerializer(required=False)


class AnsweredItemsSerializer(serializers.Serializer):
    data = AnsweredItemSerializer(many=True)
