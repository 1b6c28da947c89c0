"""What the committee, its seats and conflicts look like in JSON, and what is sent about them."""

from rest_framework import serializers

from common.fields import Resource
from common.strict import Flag, Text, Whole
from governance.models import MOST_VOTES, ConflictKind


class SeatSerializer(serializers.Serializer):
    """Somebody who is, was or will be on the committee."""

    username = serializers.CharField()
    is_member = serializers.BooleanField(help_text="Whether they vote today.")
    is_chair = serializers.BooleanField()
    is_officer = serializers.BooleanField(help_text="The data protection officer.")
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True, help_text="Last day of the term; null: until further notice.")
    delegate = serializers.CharField(allow_null=True, help_text="Who votes in their place for a while.")
    delegate_from = serializers.DateField(allow_null=True)
    delegate_until = serializers.DateField(allow_null=True)


class CommitteeSerializer(serializers.Serializer):
    """Those who decide about personal data, and how."""

    charge = serializers.CharField(help_text="What it decides and how, in its own words.")
    quorum = serializers.IntegerField(help_text="No decision of the committee has fewer votes.")
    days_to_decide = serializers.IntegerField(help_text="Working days.")
    days_unanswered = serializers.IntegerField(help_text="Working days after which an open request ends.")
    reviews_quarterly = serializers.BooleanField(help_text="A review of all standing grants starts with each quarter.")
    days_to_review = serializers.IntegerField(help_text="Days that such a review takes.")
    seats = SeatSerializer(many=True)


class EditCommitteeSerializer(serializers.Serializer):
    """JSON Merge Patch: fields left out stay as they are."""

    charge = Text(required=False, allow_blank=True, max_length=10_000)
    quorum = Whole(required=False, min_value=1, max_value=MOST_VOTES)
    days_to_decide = Whole(required=False, min_value=1, max_value=30)
    days_unanswered = Whole(required=False, min_value=1, max_value=90)
    reviews_quarterly = Flag(required=False)
    days_to_review = Whole(required=False, min_value=7, max_value=60)
    reason = Text(required=False, allow_blank=True, max_length=2_000)


class EditSeatSerializer(serializers.Serializer):
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(required=False, allow_null=True)
    is_officer = Flag(required=False)


class EditDelegateSerializer(serializers.Serializer):
    """Who votes in your place."""

    delegate = Text(max_length=150, help_text="User name of somebody who is not on the committee.")
    since = serializers.DateField(required=False, help_text="Today, unless said.")
    until = serializers.DateField(help_text="Last day, at most 92 days after the first.")


class ConflictSerializer(Resource):
    """Somebody does not decide about a person or a team."""

    id = serializers.IntegerField()
    user = serializers.CharField(source="user.username")
    kind = serializers.ChoiceField(ConflictKind.choices)
    person = serializers.CharField(source="person.username", allow_null=True)
    team = serializers.CharField(source="team.slug", allow_null=True)
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()


class NewConflictSerializer(serializers.Serializer):
    """Name one person or one team."""

    user = Text(required=False, max_length=150, help_text="Who does not decide; you yourself, unless said.")
    kind = serializers.ChoiceField(ConflictKind.choices, default=ConflictKind.DECLARED)
    person = Text(required=False, allow_null=True, max_length=150, help_text="User name.")
    team = Text(required=False, allow_null=True, max_length=200, help_text="Slug.")
    reason = Text(required=False, allow_blank=True, max_length=400)
