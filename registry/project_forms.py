"""What the owner of a project sets. Rules live in the actions."""

from typing import Any

from django import forms

from registry.choices import Compatibility, OwnershipModel, Visibility
from registry.models import Project
from registry.refusable import Refusable


class ProjectForm(Refusable):
    """`read` names the state that was shown, so that nobody overwrites what somebody else has said meanwhile."""

    read = forms.CharField(widget=forms.HiddenInput, required=False)
    description = forms.CharField(required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 3}))
    visibility = forms.ChoiceField(
        choices=Visibility.choices, label="Who sees it", help_text="Restricted: its teams, auditors and the committee."
    )
    ownership_model = forms.ChoiceField(
        choices=OwnershipModel.choices, label="Who decides",
        help_text="Central: every plan waits for the project's team. Federated: owners apply what no rule flags.",
    )  # fmt: skip
    compatibility = forms.ChoiceField(
        choices=Compatibility.choices, label="What a new version must keep",
        help_text='In the words of Schema Registry; <a href="/docs/files/">the rules</a> say what each allows.',
    )  # fmt: skip
    retires_alone = forms.BooleanField(
        required=False, label="Retire by itself what is past its last day",
        help_text="Once nobody reads it and nothing else stands in the way. Without it, somebody presses Retire.",
    )  # fmt: skip
    reason = forms.CharField(required=False, max_length=500, label="Why", help_text="Kept in the history.")

    @classmethod
    def of(cls, project: Project) -> dict[str, Any]:
        names = ("description", "visibility", "ownership_model", "compatibility", "retires_alone")
        return {name: getattr(project, name) for name in names}

    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "read"}
