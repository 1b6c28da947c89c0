"""The scorecard in JSON, and what is sent about it."""

from rest_framework import serializers

from common.fields import Computed, Resource, SecondsField, numbered
from common.strict import Text
from governance.models import CheckState
from governance.scorecard.catalogue import CHECKS, Theme

SLUGS = [(check.slug, check.title) for check in CHECKS]


class StepSerializer(serializers.Serializer):
    """The one thing to do next."""

    said = serializers.CharField()
    url = serializers.CharField(help_text="The page where it is done; empty where there is none of its own.")


class PartSerializer(serializers.Serializer):
    """One thing that a check asks."""

    state = serializers.ChoiceField(CheckState.choices)
    said = serializers.CharField(help_text="What was found, as a sentence.")
    met = serializers.IntegerField(allow_null=True, help_text="How many things are as they should be.")
    of = serializers.IntegerField(allow_null=True)
    read_at = serializers.DateTimeField(allow_null=True, help_text="When the evidence was seen; null: nobody looked.")
    search = serializers.CharField(help_text="A query that finds the features that fail; empty where there is none.")


class CheckResultSerializer(serializers.Serializer):
    """What a check came to, over what you may see."""

    number = serializers.IntegerField()
    check = serializers.CharField(help_text="Its name in addresses.")
    title = serializers.CharField()
    theme = serializers.ChoiceField(Theme.choices)
    state = serializers.ChoiceField(CheckState.choices)
    is_passed = serializers.BooleanField(help_text="Met, or attested.")
    parts = PartSerializer(many=True)
    read_at = serializers.DateTimeField(allow_null=True, help_text="Of the oldest evidence.")
    age_seconds = SecondsField(allow_null=True)
    next_step = StepSerializer(allow_null=True)
    attested_until = serializers.DateField(allow_null=True, help_text="Of the statement that holds, needed or not.")
    url = serializers.CharField(help_text="Its page.")


class FiguresSerializer(serializers.Serializer):
    """What all of it is for. Null is not known."""

    reuse = serializers.FloatField(allow_null=True, help_text="Share of active features that two models or more read.")
    decision_seconds = SecondsField(allow_null=True, help_text="Median of the last 20 decisions about access.")
    ownerless = serializers.IntegerField()
    availability = serializers.FloatField(allow_null=True, help_text="Share of looks in 30 days that were answered.")
    idea_to_active_seconds = SecondsField(allow_null=True, help_text="Median from draft to active within 90 days.")


class ScorecardSerializer(serializers.Serializer):
    passed = serializers.IntegerField(help_text="Checks that are met or attested, of all of this scope.")
    of = serializers.IntegerField()
    read_at = serializers.DateTimeField()
    figures = FiguresSerializer()
    data = CheckResultSerializer(many=True)


class FailingSerializer(serializers.Serializer):
    kind = serializers.CharField(help_text="feature, view, connection, deprecation or job.")
    key = serializers.CharField()
    url = serializers.CharField()
    owner = serializers.CharField(help_text="Who answers for it; empty: nobody.")


class DaySerializer(serializers.Serializer):
    day = serializers.DateField()
    state = serializers.ChoiceField(CheckState.choices)
    met = serializers.IntegerField(allow_null=True)
    of = serializers.IntegerField(allow_null=True)


class CheckDetailSerializer(CheckResultSerializer):
    reads = serializers.CharField(help_text="Where its evidence comes from.")
    met_when = serializers.CharField()
    most_days = serializers.IntegerField(help_text="How long a statement may stand; 0: nothing has to be stated.")
    part = serializers.IntegerField(allow_null=True, help_text="Whose objects `failing` lists; null: none has any.")
    failing = FailingSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    history = DaySerializer(many=True, help_text="Of 30 days, for those who see everything that was counted.")


class AttestationSerializer(Resource):
    """A statement that a check is met, where no evidence can be read."""

    id = Computed(serializers.CharField(help_text="Such as AT-3."), numbered("AT"))
    check = serializers.ChoiceField(SLUGS, source="check_slug")
    statement = serializers.CharField()
    link = serializers.CharField(help_text="Where it can be looked up.")
    made_by = serializers.CharField(source="made_by.username")
    made_at = serializers.DateTimeField()
    valid_until = serializers.DateField(help_text="The last day on which it counts.")
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawn_by = serializers.CharField(source="withdrawn_by.username", allow_null=True)
    withdrawn_because = serializers.CharField()


class NewAttestationSerializer(serializers.Serializer):
    check = Text(max_length=40, help_text="Name of the check, such as restore-drill.")
    statement = Text(max_length=2_000, help_text="What was done or seen, in 20 characters or more.")
    link = Text(required=False, allow_blank=True, max_length=1_000)
    valid_until = serializers.DateField()


class WithdrawalSerializer(serializers.Serializer):
    reason = Text(max_length=2_000)
