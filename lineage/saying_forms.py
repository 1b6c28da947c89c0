"""What somebody fills in to say what no tool tells."""

from typing import Any

from django import forms

from lineage.models import Node
from lineage.queries.named import find_node
from registry.models import User
from registry.refusable import Refusable

SAME, GOES_TO, COMES_FROM = "same", "goes_to", "comes_from"
RELATIONS = ((GOES_TO, "Data goes from here to"), (COMES_FROM, "Data comes from"), (SAME, "This is the same as"))


class SayingForm(Refusable):
    relation = forms.ChoiceField(choices=RELATIONS, label="What do you know?")
    other = forms.CharField(
        max_length=2_000, label="Table, view or model", help_text="Such as warehouse.public.orders or model:fraud."
    )
    reason = forms.CharField(
        max_length=2_000, label="How do you know?", widget=forms.Textarea(attrs={"rows": 2}),
        help_text="It stays with the edge and in the audit log.",
    )  # fmt: skip

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._actor = actor

    def clean_other(self) -> Node:
        found = find_node(self._actor, self.cleaned_data["other"].strip())
        if found is None:
            raise forms.ValidationError("Lineage knows no such thing. Write it as its producer does.")
        return found[0]
