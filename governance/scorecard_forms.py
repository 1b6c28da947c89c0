"""What is asked about a check. Rules live in the actions."""

from typing import Any

from django import forms

from governance.actions.attesting import LONGEST_LINK, LONGEST_STATEMENT
from registry.refusable import Refusable


class AttestForm(Refusable):
    """A statement that a check is met until a day."""

    statement = forms.CharField(
        max_length=LONGEST_STATEMENT, label="What was done or seen?", widget=forms.Textarea(attrs={"rows": 3}),
        help_text="In words that an auditor understands: what, when, by whom.",
    )  # fmt: skip
    link = forms.CharField(
        required=False, max_length=LONGEST_LINK, label="Where can it be looked up?",
        help_text="A whole address, such as https://wiki.example.org/drill.",
    )  # fmt: skip
    valid_until = forms.DateField(label="Until", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, most_days: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_until"].help_text = f"At most {most_days} days from today."
