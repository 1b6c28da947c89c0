"""What suggestions of classes look like in JSON, and what is sent about them."""

from typing import Any

from django.db.models import Case, Q, Value, When
from rest_framework import serializers

from common.fields import At, Computed, Resource, numbered
from common.strict import Text
from governance.models import SuggestionState
from governance.models.classes import SPEAKS
from lineage.models import Sure
from lineage.models.classes import CLAIMED_CLASSES
from registry.choices import PERSONAL_CLASSES, PrivacyClass

PERSONAL_CHOICES = [(one.value, one.label) for one in PERSONAL_CLASSES]
_OWNERS = ("feature__owner", "feature__view__owner", "feature__project__owner")


def _waits_for(at: At, actor: Any) -> Case:
    """`ClassSuggestion.waits_for`, where the row is."""
    has_no_owner = Q(**{at(f"{path}__isnull"): True for path in _OWNERS})
    is_of_the_committee = Q(**{at("is_lowering"): True}) | has_no_owner
    return Case(When(is_of_the_committee, then=Value("committee")), default=Value("owner"))


class ClassSuggestionSerializer(Resource):
    """A feature should have another class, because of what it is made of."""

    id = Computed(serializers.CharField(help_text="Such as CS-17."), numbered("CS"))
    feature = serializers.CharField(source="feature.key", help_text="project.view.feature")
    current_class = serializers.ChoiceField(PrivacyClass.choices, source="feature.privacy_class", allow_blank=True)
    privacy_class = serializers.ChoiceField(
        CLAIMED_CLASSES, help_text="What is suggested; `personal` where nobody says which class."
    )
    is_masked = serializers.BooleanField(help_text="It holds masked copies, as far as producers say.")
    confidence = serializers.ChoiceField(
        Sure.choices,
        source="sure",
        help_text="`stated` of this very column, `suspected` of what it is made of, `possible` of a table.",
    )
    claimed_by = serializers.ChoiceField(
        SPEAKS, source="kind", help_text="Who claims it, and of what; or `values`, `name`, `described`: nobody does."
    )
    likelihood = serializers.FloatField(
        source="confidence", allow_null=True, help_text="Of a guess, from 0 to 1. Null where somebody claims it."
    )
    evidence = serializers.ListField(
        child=serializers.CharField(), help_text="What guesses go by, such as how many sampled values are valid IBANs."
    )
    is_lowering = serializers.BooleanField(help_text="Accepting it would lower the class.")
    is_against = serializers.BooleanField(help_text="Somebody has set less than what flows into the feature.")
    waits_for = Computed(serializers.ChoiceField(["owner", "committee"]), _waits_for)
    state = serializers.ChoiceField(SuggestionState.choices)
    reason = serializers.CharField(help_text="Of the decision.")
    decided_by = serializers.CharField(source="decided_by.username", allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class ClassStepSerializer(serializers.Serializer):
    namespace = serializers.CharField(allow_null=True, help_text="Null for what you do not see.")
    name = serializers.CharField(allow_null=True)
    column = serializers.CharField(allow_null=True)
    told = serializers.ChoiceField(
        ["", "masked", "not masked", "masking unknown", "view"],
        help_text="How the way to it was told; empty for the column that is claimed to be personal.",
    )


class WhySerializer(serializers.Serializer):
    """Why a class is suggested: the claim, and the way from there to the feature, column by column."""

    claim = serializers.CharField()
    path = ClassStepSerializer(many=True)


class AcceptClassSerializer(serializers.Serializer):
    privacy_class = serializers.ChoiceField(
        PERSONAL_CHOICES, required=False, help_text="Needed where the suggestion is `personal`."
    )
    purposes = serializers.ListField(
        child=Text(max_length=80), required=False, max_length=20, help_text="Those it has, unless given."
    )
    reason = Text(required=False, allow_blank=True, max_length=2_000)


class DeclineClassSerializer(serializers.Serializer):
    reason = Text(max_length=2_000, help_text="At least ten characters. Auditors read it.")
