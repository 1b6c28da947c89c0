"""What is filled in on lineage's pages. Rules live in the actions."""

from django import forms

from lineage.actions.warning import LONGEST
from registry.refusable import Refusable


class WarningForm(Refusable):
    """A message to all who are hit. Its number is made with the page: sent twice, it is one message."""

    text = forms.CharField(
        max_length=LONGEST, label="What they are told", widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Each team also reads which of its views and consumers are hit, and how sure that is.",
    )  # fmt: skip
    sending = forms.UUIDField(widget=forms.HiddenInput)
