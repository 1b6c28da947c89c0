"""What is asked about reviews of standing grants. Rules live in the actions."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from governance.models import Purpose
from governance.queries.recertification import Scope
from registry.choices import PERSONAL_CLASSES
from registry.models import Project, Team, User
from registry.refusable import Refusable

USUAL_DAYS = 14


class StartForm(Refusable):
    """Which grants, until when, and who answers."""

    called = {"scope": "classes"}
    title = forms.CharField(max_length=120, label="Name", help_text="Such as 2026 Q4.")
    due_on = forms.DateField(
        label="Last day", help_text="What nobody has answered by then goes by its policy.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip
    classes = forms.MultipleChoiceField(
        required=False, choices=[(one.value, one.label) for one in PERSONAL_CLASSES], label="Of these classes",
        widget=forms.CheckboxSelectMultiple, help_text="None ticked: all of them.",
    )  # fmt: skip
    project = forms.ModelChoiceField(
        Project.objects.none(), required=False, to_field_name="name", label="In this project", empty_label="Any"
    )
    owner = forms.ModelChoiceField(
        Team.objects.all(), required=False, to_field_name="slug", label="On features of this team", empty_label="Any"
    )
    purpose = forms.ModelChoiceField(
        Purpose.objects.all(), required=False, to_field_name="name", label="For this purpose", empty_label="Any"
    )
    unused_days = forms.IntegerField(
        required=False, min_value=1, max_value=90, label="Not used for so many days",
        help_text="Only what is known to be unused. Left empty: used or not.",
    )  # fmt: skip
    owners_decide = forms.BooleanField(
        required=False, initial=True, label="Owners of the features answer too, not the committee alone"
    )
    about = forms.CharField(
        required=False, max_length=2_000, label="What should reviewers look at?",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        today = timezone.now().date()
        quarter = f"{today.year} Q{(today.month - 1) // 3 + 1}"
        usual = {"title": quarter, "due_on": today + timedelta(days=USUAL_DAYS)}
        kwargs["initial"] = usual
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = Project.objects.visible_to(actor)  # type: ignore[attr-defined]

    def scope(self) -> Scope:
        said = self.cleaned_data
        limits = {name: said[name] for name in ("project", "owner", "purpose", "unused_days")}
        return Scope(classes=tuple(said["classes"]), **limits)

    def terms(self) -> dict[str, Any]:
        """Of the action, beside the scope."""
        return {name: self.cleaned_data[name] for name in ("title", "due_on", "owners_decide", "about")}
