"""What access requests look like in JSON, and what is sent about them."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Case, CharField, Count, F, Func, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, NullIf
from rest_framework import serializers

from common.fields import At, Computed, ExpandableList, Outer, Resource, numbered
from common.strict import Flag, Text, Whole
from governance.models import (
    LONGEST_GRANT,
    MOST_ITEMS,
    Comment,
    Decision,
    Grant,
    Outcome,
    RequestItem,
    RequestState,
    Setting,
    Slot,
    Verdict,
)
from registry.choices import PrivacyClass
from registry.models import Feature
from registry.serializers.versions import reference_of

LONGEST_REFERENCE = 600


class _Among(Func):
    """`id = ANY(ids)`, for ids that are a column."""

    template, arg_joiner, output_field = "%(expressions)s)", " = ANY(", BooleanField()


def subject_at(at: At, actor: Any) -> Case:
    """Who reads: kind:name, or person:username."""
    consumer = Concat(F(at("consumer__kind")), Value(":"), F(at("consumer__name")))
    person = Concat(Value("person:"), F(at("requester__username")))
    return Case(When(**{at("consumer__isnull"): False}, then=consumer), default=person)


def consumer_at(at: At, actor: Any) -> Case:
    consumer = Concat(F(at("consumer__kind")), Value(":"), F(at("consumer__name")))
    return Case(When(**{at("consumer__isnull"): False}, then=consumer), default=Value(None))


def _renews(at: At, actor: Any) -> Case:
    named = Concat(Value("GR-"), Cast(F(at("renews_id")), CharField()))
    return Case(When(**{at("renews__isnull"): False}, then=named), default=Value(None))


def of_version(at: At, actor: Any) -> Concat:
    return reference_of(lambda column: at(f"version__{column}"), actor)


def policy_at(path: str) -> Any:
    """The name of the policy at the end of `path`: class, setting and environment, as far as it has them."""

    def build(at: At, actor: Any) -> Concat:
        parts: list[Any] = [F(at(f"{path}privacy_class"))]
        for name in ("setting", "environment"):
            part = Concat(Value("."), NullIf(F(at(f"{path}{name}")), Value("")))
            parts.append(Case(When(**{at(f"{path}{name}"): ""}, then=Value("")), default=part))
        return Concat(*parts)

    return build


def _grant(at: At, actor: Any) -> Subquery:
    """The newest grant of an item."""
    made = Grant.objects.filter(item=OuterRef(at("pk"))).order_by("-pk")
    return Subquery(made.values(said=Concat(Value("GR-"), Cast(F("pk"), CharField())))[:1])


def _seen(actor: Any) -> QuerySet[RequestItem]:
    """Items of features that the reader sees: who owns one of a basket does not see restricted ones of others."""
    return RequestItem.objects.filter(version__feature__in=Feature.objects.visible_to(actor)).order_by("pk")


def _references(at: At, actor: Any) -> Func:
    rows = _seen(actor).filter(request=OuterRef(at("pk")))
    named = rows.values_list(of_version(lambda column: column, actor))
    return Func(ArraySubquery(named), function="to_json")


def _count(at: At, actor: Any) -> Coalesce:
    rows = RequestItem.objects.filter(request=OuterRef(at("pk"))).order_by().values("request")
    return Coalesce(Subquery(rows.values(count=Count("pk"))), Value(0))


def _voted(column: str) -> Any:
    def build(at: At, actor: Any) -> Func:
        rows = _seen(actor).filter(_Among(F("pk"), OuterRef(at(column))))
        return Func(ArraySubquery(rows.values_list(of_version(lambda name: name, actor))), function="to_json")

    return build


def _named(help_text: str) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), help_text=help_text)


class AccessItemSerializer(Resource):
    """One feature that is asked for, and what became of it."""

    feature = Computed(serializers.CharField(help_text="project.view.feature@number"), of_version)
    outcome = serializers.ChoiceField(Outcome.choices)
    privacy_class = serializers.ChoiceField(PrivacyClass.choices, help_text="As it was when it was sent.")
    policy = Computed(serializers.CharField(help_text="The policy that says who decides."), policy_at("policy__"))
    policy_number = serializers.IntegerField(source="policy.number", help_text="Which version of it.")
    owner = serializers.CharField(source="owner.slug", allow_null=True)
    owner_skipped = serializers.CharField(help_text="Why no owner decides; empty where one does.")
    grant = Computed(serializers.CharField(allow_null=True, help_text="Such as GR-310."), _grant)


class AccessDecisionSerializer(Resource):
    """What somebody said. Never changed; `undone_at` says when it was taken back."""

    id = serializers.IntegerField()
    round = serializers.IntegerField()
    voter = serializers.CharField(source="voter.username", allow_null=True, help_text="Null: the policy itself.")
    slot = serializers.ChoiceField(Slot.choices, help_text="As what they decided.")
    team = serializers.CharField(source="team.slug", allow_null=True, help_text="For which owner.")
    on_behalf_of = serializers.CharField(source="on_behalf_of.username", allow_null=True)
    verdict = serializers.ChoiceField(Verdict.choices)
    approved = Computed(_named("Features that it lets pass."), _voted("approved"))
    denied = Computed(_named("Features that it does not."), _voted("denied"))
    days = serializers.IntegerField(allow_null=True, help_text="At most; null: as asked.")
    setting = serializers.ChoiceField(Setting.choices, allow_blank=True, help_text="At most; empty: as asked.")
    conditions = _named("What whoever reads it must keep to.")
    reason = serializers.CharField()
    recommended = serializers.ChoiceField(Verdict.choices, allow_blank=True, help_text="What was suggested.")
    at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)


class AccessCommentSerializer(Resource):
    """A question or an answer beside a request."""

    id = serializers.IntegerField()
    author = serializers.CharField(source="author.username")
    text = serializers.CharField()
    at = serializers.DateTimeField()


def _items(actor: Any, outer: Outer) -> QuerySet[RequestItem]:
    return _seen(actor).filter(request=outer("pk"))


def _decisions(actor: Any, outer: Outer) -> QuerySet[Decision]:
    return Decision.objects.filter(request=outer("pk")).order_by("pk")


def _comments(actor: Any, outer: Outer) -> QuerySet[Comment]:
    return Comment.objects.filter(request=outer("pk")).order_by("pk")


class AccessRequestSerializer(Resource):
    """Somebody asks to read personal features, for one purpose."""

    id = Computed(serializers.CharField(help_text="Such as AR-1042."), numbered("AR"))
    state = serializers.ChoiceField(RequestState.choices)
    round = serializers.IntegerField(help_text="Grows when it is sent again after changes were asked.")
    requester = serializers.CharField(source="requester.username")
    subject = Computed(serializers.CharField(help_text="Who will read: kind:name, or person:username."), subject_at)
    consumer = Computed(
        serializers.CharField(allow_null=True, help_text="kind:name; null: the requester."), consumer_at
    )
    team = serializers.CharField(source="team.slug", allow_null=True, help_text="Of the consumer, as it was sent.")
    purpose = serializers.CharField(source="purpose.name")
    why = serializers.CharField()
    setting = serializers.ChoiceField(Setting.choices)
    environment = serializers.CharField(help_text="Empty: every environment.")
    days = serializers.IntegerField()
    features = Computed(_named("project.view.feature@number of those that you see."), _references)
    features_count = Computed(serializers.IntegerField(help_text="All of them, those that you see or not."), _count)
    is_emergency = serializers.BooleanField(help_text="Break-glass access: taken, and reviewed afterwards.")
    incident = serializers.CharField()
    renews = Computed(serializers.CharField(allow_null=True, help_text="The grant that it asks for again."), _renews)
    due_at = serializers.DateTimeField()
    paused_at = serializers.DateTimeField(allow_null=True, help_text="Since when the clock stands.")
    sent_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    reviewed_at = serializers.DateTimeField(allow_null=True, help_text="Of break-glass access.")
    reviewed_by = serializers.CharField(source="reviewed_by.username", allow_null=True)
    review = serializers.CharField()
    items = ExpandableList(AccessItemSerializer, _items)
    decisions = ExpandableList(AccessDecisionSerializer, _decisions)
    comments = ExpandableList(AccessCommentSerializer, _comments)


def _wanted(**kwargs: Any) -> serializers.ListField:
    child = Text(max_length=LONGEST_REFERENCE, help_text="project.view.feature@number, or the current version.")
    return serializers.ListField(child=child, min_length=1, max_length=MOST_ITEMS, **kwargs)


class ForWhomSerializer(serializers.Serializer):
    """What is asked for, and for whom."""

    features = _wanted()
    purpose = Text(max_length=80, help_text="One of GET /api/v1/purposes.")
    why = Text(max_length=2_000, help_text="20 characters or more. Those who decide read it.")
    consumer = Text(required=False, allow_null=True, max_length=320, help_text="kind:name; left out: you yourself.")
    project = Text(required=False, allow_blank=True, max_length=120, help_text="Where several have one of this name.")
    setting = serializers.ChoiceField(Setting.choices, default=Setting.OFFLINE)
    environment = Text(required=False, allow_blank=True, max_length=40, help_text="Left out: every environment.")


class NewAccessRequestSerializer(ForWhomSerializer):
    days = Whole(min_value=1, max_value=LONGEST_GRANT)


class EmergencySerializer(ForWhomSerializer):
    """Access at once, for hours, because of an incident. The committee is told and reviews it."""

    incident = Text(max_length=120, help_text="Its number, such as INC-204.")


class EditAccessRequestSerializer(serializers.Serializer):
    """JSON Merge Patch: fields left out stay as they are. It is sent again with it."""

    features = _wanted(required=False, help_text="Those that stay in it. None can be added.")
    purpose = Text(required=False, max_length=80)
    why = Text(required=False, max_length=2_000)
    consumer = Text(required=False, allow_null=True, max_length=320, help_text="kind:name; null: you yourself.")
    project = Text(required=False, allow_blank=True, max_length=120, help_text="Where several have one of this name.")
    setting = serializers.ChoiceField(Setting.choices, required=False)
    environment = Text(required=False, allow_blank=True, max_length=40)
    days = Whole(required=False, min_value=1, max_value=LONGEST_GRANT)


class NewDecisionSerializer(serializers.Serializer):
    """A vote. What it says beside the verdict makes it less than was asked, never more."""

    verdict = serializers.ChoiceField(Verdict.choices, help_text="approve, deny, changes (ask for them) or recuse.")
    reason = Text(required=False, allow_blank=True, max_length=2_000, help_text="Needed for all but a plain yes.")
    features = _wanted(required=False, help_text="Those that a yes is for; the rest is denied. Left out: all.")
    days = Whole(required=False, allow_null=True, min_value=1, max_value=LONGEST_GRANT)
    setting = serializers.ChoiceField(Setting.choices, required=False)
    conditions = serializers.ListField(child=Text(max_length=200), required=False, max_length=10)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        """What contradicts itself is not guessed at."""
        wrong = [name for name in ("features", "days", "setting", "conditions") if said.get(name)]
        if said["verdict"] != Verdict.APPROVE and wrong:
            raise serializers.ValidationError(dict.fromkeys(wrong, "Only a yes says this."), code="contradiction")
        return said


class NewCommentSerializer(serializers.Serializer):
    text = Text(max_length=2_000)


class WithdrawSerializer(serializers.Serializer):
    reason = Text(required=False, allow_blank=True, max_length=2_000)


class ReviewSerializer(serializers.Serializer):
    """What the review of break-glass access found."""

    is_right = Flag(help_text="Whether it was needed. Where it was not, what still holds ends.")
    reason = Text(max_length=2_000, help_text="At least ten characters. Auditors read it.")
