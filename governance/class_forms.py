"""What is asked about a suggested class. Rules live in the actions."""

import re
from typing import Any

from django import forms

from governance.models import ClassSuggestion
from registry.choices import PERSONAL_CLASSES
from registry.personal import PERSONAL
from registry.refusable import Refusable


class AcceptForm(Refusable):
    """Which class where the suggestion does not say, and what for."""

    privacy_class = forms.ChoiceField(
        label="Which class is it?", widget=forms.RadioSelect,
        choices=[(one.value, one.label) for one in PERSONAL_CLASSES],
    )  # fmt: skip
    purposes = forms.CharField(
        max_length=2_000, help_text="What it may be used for, such as fraud_detection, credit_risk."
    )
    about = forms.CharField(required=False, max_length=2_000, label="Why", help_text="Kept in the history.")

    called = {"reason": "about"}

    def __init__(self, *args: Any, suggestion: ClassSuggestion, purposes: list[str], **kwargs: Any) -> None:
        kwargs["initial"] = {"purposes": ", ".join(purposes)}
        super().__init__(*args, **kwargs)
        if suggestion.privacy_class != PERSONAL:
            del self.fields["privacy_class"]

    def arguments(self) -> dict[str, Any]:
        """Of the action."""
        said = self.cleaned_data
        purposes = [one for one in re.split(r"[\s,]+", said["purposes"]) if one]
        return {"privacy_class": said.get("privacy_class", ""), "purposes": purposes, "reason": said["about"]}


class DeclineForm(Refusable):
    reason = forms.CharField(max_length=2_000, label="Why", widget=forms.Textarea(attrs={"rows": 2}))
