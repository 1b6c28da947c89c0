"""What people fill in on monitoring's pages. Rules live in the actions."""

from django import forms

from monitoring.models import Reference
from registry.refusable import Refusable


class ReferenceForm(Refusable):
    """The days that a view's features are held against."""

    first = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(
        label="Last day", widget=forms.DateInput(attrs={"type": "date"}), help_text="Included. At most 120 days in all."
    )
    title = forms.CharField(
        required=False, max_length=120, label="What they are", help_text="Such as training of fraud-ranker 3."
    )
    reason = forms.CharField(max_length=500, label="Why", help_text="Kept in the history with your name.")

    @classmethod
    def of(cls, held: Reference | None) -> "ReferenceForm":
        """The form with the days that are pinned now."""
        return cls(initial={"first": held.first, "last": held.last, "title": held.title} if held else {})
