"""What is asked about policies and purposes. Rules live in the actions."""

from typing import Any

from django import forms

from governance.models import LegalBasis, Policy, Purpose, Setting, Silence
from registry.choices import PERSONAL_CLASSES
from registry.refusable import Refusable

_SAID = (
    "is_automatic", "owner_votes", "committee_votes", "needs_officer", "most_days", "emergency_hours", "silence",
)  # fmt: skip
_DAY = {"type": "date"}


class PolicyForm(Refusable):
    """What the next version says."""

    owner_votes = forms.TypedChoiceField(
        coerce=int, choices=[(1, "Yes"), (0, "No")], label="Does the owner decide?", widget=forms.RadioSelect
    )
    committee_votes = forms.IntegerField(min_value=0, label="Votes of the committee")
    needs_officer = forms.BooleanField(required=False, label="One of them is the data protection officer's")
    is_automatic = forms.BooleanField(
        required=False, label="Granted at once where the owner has agreed beforehand, for a purpose of the contract"
    )
    most_days = forms.IntegerField(min_value=1, label="Days at most")
    emergency_hours = forms.IntegerField(min_value=0, label="Hours of break-glass access", help_text="0: there is none")
    silence = forms.ChoiceField(
        choices=Silence.choices, label="In a review, what becomes of a grant that nobody answers for?",
        widget=forms.RadioSelect,
    )  # fmt: skip
    conditions = forms.CharField(
        required=False, max_length=2_000, help_text="One a line. Every grant has them.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    reason = forms.CharField(max_length=2_000, required=False, label="Why", help_text="Auditors read it.")

    @staticmethod
    def of(policy: Policy) -> dict[str, Any]:
        return {name: getattr(policy, name) for name in _SAID} | {"conditions": "\n".join(policy.conditions)}

    def said(self) -> dict[str, Any]:
        """What the policy says, for the action."""
        lines = [line.strip() for line in self.cleaned_data["conditions"].splitlines() if line.strip()]
        return {name: self.cleaned_data[name] for name in _SAID} | {"conditions": lines}


class NewPolicyForm(PolicyForm):
    field_order = ("privacy_class", "setting", "environment")
    privacy_class = forms.ChoiceField(choices=[(one.value, one.label) for one in PERSONAL_CLASSES], label="Class")
    setting = forms.ChoiceField(choices=[("", "Everywhere"), *Setting.choices], required=False, label="Where")
    environment = forms.CharField(required=False, max_length=40, help_text="Such as prod. Left empty: every one.")

    def place(self) -> dict[str, str]:
        """What it is about, for the action."""
        return {name: self.cleaned_data[name] for name in ("privacy_class", "setting", "environment")}


class ChangePurposeForm(Refusable):
    description = forms.CharField(
        max_length=2_000, label="What is done with the data?", widget=forms.Textarea(attrs={"rows": 3}),
        help_text="In words that everybody understands.",
    )  # fmt: skip
    legal_basis = forms.ChoiceField(choices=LegalBasis.choices)
    assessment = forms.CharField(required=False, max_length=1_000, help_text="Where the impact assessment is kept.")
    assessed_until = forms.DateField(
        required=False, label="The assessment holds until", widget=forms.DateInput(attrs=_DAY)
    )
    review_on = forms.DateField(
        label="Next review", widget=forms.DateInput(attrs=_DAY),
        help_text="After this day nothing is granted for it until somebody has looked again.",
    )  # fmt: skip
    reason = forms.CharField(required=False, max_length=500, label="Why", help_text="Kept in the history.")

    @staticmethod
    def of(purpose: Purpose) -> dict[str, Any]:
        names = ("description", "legal_basis", "assessment", "assessed_until", "review_on")
        return {name: getattr(purpose, name) for name in names}


class NewPurposeForm(ChangePurposeForm):
    field_order = ("name",)
    name = forms.CharField(max_length=80, help_text="Small letters, digits and _, such as fraud_detection.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["reason"]
