"""What purposes, policies and what is agreed beforehand look like in JSON, and what is sent about them."""

from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.functions import Now, TruncDate
from rest_framework import serializers

from common.fields import At, Computed, Resource, numbered
from common.strict import Flag, Text, Whole
from governance.models import LONGEST_GRANT, MOST_VOTES, LegalBasis, ProposalState, Setting, Silence
from governance.serializers.classes import PERSONAL_CHOICES
from governance.serializers.requests import policy_at


def _is_usable(at: At, actor: Any) -> ExpressionWrapper:
    usable = Q(**{at("ended_at__isnull"): True, at("review_on__gte"): TruncDate(Now())})
    return ExpressionWrapper(usable, output_field=BooleanField())


class PurposeSerializer(Resource):
    """A reason for which personal data may be used. Contracts name purposes, and a grant is for one of them."""

    name = serializers.CharField()
    description = serializers.CharField()
    legal_basis = serializers.ChoiceField(LegalBasis.choices, help_text="Of article 6(1) of the GDPR.")
    assessment = serializers.CharField(help_text="Where the impact assessment is kept.")
    assessed_until = serializers.DateField(allow_null=True, help_text="How long it holds.")
    review_on = serializers.DateField(help_text="After this day nothing is granted for it until somebody has looked.")
    is_usable = Computed(serializers.BooleanField(help_text="Whether it is granted for today."), _is_usable)
    ended_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class EditPurposeSerializer(serializers.Serializer):
    """JSON Merge Patch: fields left out stay as they are."""

    description = Text(required=False, max_length=2_000)
    legal_basis = serializers.ChoiceField(LegalBasis.choices, required=False)
    assessment = Text(required=False, allow_blank=True, max_length=1_000)
    assessed_until = serializers.DateField(required=False, allow_null=True)
    review_on = serializers.DateField(required=False)
    reason = Text(required=False, allow_blank=True, max_length=2_000)


class NewPurposeSerializer(serializers.Serializer):
    name = Text(max_length=80, help_text="Small letters, digits and _, such as fraud_detection.")
    description = Text(max_length=2_000)
    legal_basis = serializers.ChoiceField(LegalBasis.choices)
    assessment = Text(required=False, allow_blank=True, max_length=1_000)
    assessed_until = serializers.DateField(required=False, allow_null=True)
    review_on = serializers.DateField()


class PolicySerializer(Resource):
    """What reading a class of personal data needs. A change is a new version, and what was decided keeps its own."""

    name = Computed(serializers.CharField(help_text="Class, setting and environment."), policy_at(""))
    number = serializers.IntegerField()
    privacy_class = serializers.ChoiceField(PERSONAL_CHOICES)
    setting = serializers.ChoiceField(Setting.choices, allow_blank=True, help_text="Empty: every setting.")
    environment = serializers.CharField(help_text="Empty: every environment.")
    is_automatic = serializers.BooleanField(help_text="Granted at once where the owner has agreed beforehand.")
    owner_votes = serializers.IntegerField()
    committee_votes = serializers.IntegerField()
    needs_officer = serializers.BooleanField(help_text="One of the votes is the data protection officer's.")
    most_days = serializers.IntegerField()
    emergency_hours = serializers.IntegerField(help_text="Of break-glass access; 0: there is none.")
    conditions = serializers.ListField(child=serializers.CharField())
    silence = serializers.ChoiceField(Silence.choices, help_text="What becomes of a grant nobody answers for.")
    note = serializers.CharField(help_text="Why this version exists.")
    created_by = serializers.CharField(source="created_by.username", allow_null=True)
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class PolicyTermsSerializer(serializers.Serializer):
    """The terms of the next version. What is left out is as it was."""

    is_automatic = Flag(required=False)
    owner_votes = Whole(required=False, min_value=0, max_value=1)
    committee_votes = Whole(required=False, min_value=0, max_value=MOST_VOTES)
    needs_officer = Flag(required=False)
    most_days = Whole(required=False, min_value=1, max_value=LONGEST_GRANT)
    emergency_hours = Whole(required=False, min_value=0, max_value=72)
    conditions = serializers.ListField(child=Text(max_length=200), required=False, max_length=10)
    silence = serializers.ChoiceField(Silence.choices, required=False)


class EditPolicySerializer(PolicyTermsSerializer):
    reason = Text(max_length=2_000, help_text="At least ten characters. Auditors read it.")


class PolicyProposalSerializer(Resource):
    """A change of a policy that one of the committee proposes. It takes effect when as many members as the quorum says,
    two at least, stand behind it."""

    id = Computed(serializers.CharField(help_text="Such as PP-3."), numbered("PP"))
    policy = Computed(serializers.CharField(help_text="Class, setting and environment."), policy_at(""))
    state = serializers.ChoiceField(ProposalState.choices)
    is_end = serializers.BooleanField(help_text="The policy would be taken away.")
    terms = serializers.JSONField(help_text="What the next version says. Empty where the policy would end.")
    reason = serializers.CharField()
    proposed_by = serializers.CharField(source="proposed_by.username")
    created_at = serializers.DateTimeField()
    is_alone = serializers.BooleanField(help_text="It took effect unread: nobody else was on the committee.")
    number = serializers.IntegerField(source="made.number", allow_null=True, help_text="The version that it became.")
    decided_by = serializers.CharField(source="decided_by.username", allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    why = serializers.CharField(help_text="Why it was rejected or withdrawn.")


class EffectSerializer(serializers.Serializer):
    code = serializers.ChoiceField(["automatic", "owner", "committee", "officer", "days", "conditions", "hours"])
    detail = serializers.CharField()


class AlteredSerializer(serializers.Serializer):
    """A feature of a request about which it would have been decided otherwise."""

    request = serializers.CharField(help_text="Such as AR-1042.")
    feature = serializers.CharField(help_text="project.view.feature@number")
    outcome = serializers.CharField(help_text="What became of it.")
    effects = EffectSerializer(many=True)


class DryRunSerializer(serializers.Serializer):
    """What a change of a policy would have meant for what was asked before."""

    looked_at = serializers.IntegerField(help_text="Requests, the newest.")
    altered = serializers.IntegerField(help_text="How many of them it would have altered.")
    data = AlteredSerializer(many=True)


class StandingApprovalSerializer(Resource):
    """An owner agrees beforehand that what a policy lets be automatic is granted at once for one view."""

    view = serializers.CharField(source="view.key", help_text="project.view")
    reason = serializers.CharField()
    given_by = serializers.CharField(source="given_by.username")
    created_at = serializers.DateTimeField()


class AgreeSerializer(serializers.Serializer):
    reason = Text(max_length=2_000, help_text="At least ten characters. Auditors read it.")
