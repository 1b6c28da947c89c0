"""What an owner fills in to end a version. Rules live in the actions."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from registry.models import Version
from registry.refusable import Refusable

# Long enough for consumers of online features to move; the owner may say less.
USUAL_NOTICE = timedelta(days=90)


class DeprecationForm(Refusable):
    replacement = forms.CharField(
        required=False, max_length=600, label="What replaces it", help_text="A key such as project.view.feature@2.",
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    sunset_on = forms.DateField(
        label="Last day", help_text="It is served until then. Readers need time to move.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    reason = forms.CharField(
        max_length=2_000, label="Why", help_text="Readers see it, and it stays in the history.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    @staticmethod
    def of(version: Version) -> dict[str, Any]:
        """What is announced already, or the usual."""
        return {
            "replacement": str(version.replacement) if version.replacement else "",
            "sunset_on": version.sunset_on or timezone.now().date() + USUAL_NOTICE,
        }

    def arguments(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("sunset_on", "reason")}


class ConfirmedForm(Refusable):
    """For what cannot be taken back, or hurts at once: the name is typed."""

    reason = forms.CharField(
        max_length=2_000, label="Why", help_text="Readers see it, and it stays in the history.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    typed = forms.CharField(
        max_length=200, label="Type the feature's name",
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._name = name
        self.fields["typed"].help_text = f"It is {name}."

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"].strip()
        if typed != self._name:
            raise forms.ValidationError(f"This is not {self._name}.")
        return typed
