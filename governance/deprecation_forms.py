"""What readers answer to a deprecation, and what owner and committee decide. Rules live in the actions."""

from django import forms

from registry.refusable import Refusable

ANSWERS = (
    ("acknowledged", "We know, and move in time"),
    ("more-time", "We need more time"),
    ("not-using", "We do not read it"),
)


class AnswerForm(Refusable):
    """For one reader. `until` and `about` say how much more time it needs, and why."""

    called = {"reason": "about", "note": "about"}

    answer = forms.ChoiceField(choices=ANSWERS, widget=forms.RadioSelect, label="What do you answer?")
    until = forms.DateField(
        required=False, label="Until when do you need it?", help_text="Only where you need more time.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    about = forms.CharField(
        required=False, max_length=2_000, label="What should the owner know?", widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> None:
        if self.cleaned_data.get("answer") == "more-time" and not self.cleaned_data.get("until"):
            self.add_error("until", "Say until when.")
