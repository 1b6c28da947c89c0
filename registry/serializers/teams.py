"""Teams and the people in them."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from common.fields import ExpandableList, Outer, Resource
from registry.models import Membership


class MemberSerializer(serializers.Serializer):
    """A person in a team."""

    username = serializers.CharField(source="user.username")
    first_name = serializers.CharField(source="user.first_name")
    last_name = serializers.CharField(source="user.last_name")
    is_lead = serializers.BooleanField()


def _members(actor: Any, outer: Outer) -> QuerySet[Membership]:
    return Membership.objects.filter(team=outer("pk"), user__is_active=True).order_by("-is_lead", "user__username")


class TeamSerializer(Resource):
    """A group of people that answers for features."""

    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    channel = serializers.CharField(help_text="Where the team answers, such as #payments-features.")
    email = serializers.CharField()
    created_at = serializers.DateTimeField()
    members = ExpandableList(MemberSerializer, _members)


class TeamDetailSerializer(TeamSerializer):
    """A team with what it answers for, as far as the reader sees it. Wants rows of `teams_with_counts`."""

    members_count = serializers.IntegerField()
    views_count = serializers.IntegerField()
    features_count = serializers.IntegerField()
    troubled_count = serializers.IntegerField(help_text="Features whose health is at risk or breached.")
