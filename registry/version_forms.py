"""What an owner fills in to end a version at once. Rules live in the actions."""

from typing import Any

from django import forms

from registry.refusable import Refusable


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
