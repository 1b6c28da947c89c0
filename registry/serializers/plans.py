"""Plans, as their makers and approvers read them."""

from typing import Any

from rest_framework import serializers

from common.fields import Computed, ExpandableList, Outer, Resource, numbered
from common.strict import Flag, Text
from registry.choices import PlanState
from registry.models import Approval


class PlannedChangeSerializer(serializers.Serializer):
    """One difference between files and registry."""

    key = serializers.CharField(help_text="project.view, project.view.feature, or that with @number.")
    action = serializers.CharField(help_text="add, change, publish, deprecate, withdraw, retire or remove.")
    field = serializers.CharField(help_text="What differs; empty for a thing as a whole.")
    old = serializers.JSONField(allow_null=True)
    new = serializers.JSONField(allow_null=True)
    rule = serializers.CharField(help_text="Such as F002, as explained in /docs/files/.")
    category = serializers.CharField()
    result = serializers.CharField(help_text="apply, notice, approve or error.")
    message = serializers.CharField(help_text="What follows from it, or what to do.")


class AffectedSerializer(serializers.Serializer):
    consumer = serializers.CharField(help_text="kind:name")
    environment = serializers.CharField()
    team = serializers.CharField(help_text="Slug; empty when nobody is known.")
    keys = serializers.ListField(child=serializers.CharField())


class NeedSerializer(serializers.Serializer):
    party = serializers.CharField(help_text="team:slug, or committee.")
    reasons = serializers.ListField(child=serializers.CharField())


class ApprovalSerializer(Resource):
    party = serializers.CharField()
    given_by = serializers.CharField(source="given_by.username")
    given_at = serializers.DateTimeField()
    note = serializers.CharField()


def _approvals(actor: Any, outer: Outer) -> Any:
    return Approval.objects.filter(plan=outer("pk")).order_by("pk")


class PlanSerializer(Resource):
    """What files would change."""

    id = Computed(serializers.CharField(), numbered("PL"))
    state = serializers.ChoiceField(PlanState.choices)
    created_by = serializers.CharField(source="created_by.username")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    source = serializers.CharField(help_text="Repository, branch or pull request.")
    commit = serializers.CharField()
    takes_over = serializers.BooleanField(help_text="Fields that pages hold become the files'.")
    needs = NeedSerializer(many=True)
    approvals = ExpandableList(ApprovalSerializer, _approvals)
    applied_at = serializers.DateTimeField(allow_null=True)
    applied_by = serializers.CharField(source="applied_by.username", allow_null=True)


class PlanDetailSerializer(PlanSerializer):
    """The same, with every change and everybody it touches."""

    changes = PlannedChangeSerializer(many=True)
    impact = AffectedSerializer(many=True, help_text="Who reads what becomes different.")


class FileSerializer(serializers.Serializer):
    path = Text(max_length=400, help_text="Where it is in its repository; errors name it.")
    text = serializers.CharField(trim_whitespace=False, allow_blank=True, help_text="YAML.")


class NewPlanSerializer(serializers.Serializer):
    """Feature views as files, `apiVersion: charter/v1`. Their JSON Schema is at /api/v1/schemas/feature-view.json."""

    files = FileSerializer(many=True, allow_empty=False)
    source = Text(required=False, allow_blank=True, max_length=400, help_text="Repository or pull request, for people.")
    commit = Text(required=False, allow_blank=True, max_length=64)
    takes_over = Flag(required=False, help_text="Take over fields that somebody has set on a page.")


class NewApprovalSerializer(serializers.Serializer):
    party = Text(max_length=100, help_text="team:slug of a team of yours, or committee.")
    note = Text(required=False, allow_blank=True, max_length=2_000)
