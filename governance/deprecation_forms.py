"""What readers answer to a deprecation, and what owner and committee decide. Rules live in the actions."""

from typing import Any

from django import forms

from governance.models import DeprecationQuerySet
from registry.models import Project, Team
from registry.refusable import Refusable

ANSWERS = (
    ("acknowledged", "We know, and move in time"),
    ("more-time", "We need more time"),
    ("not-using", "We do not read it"),
)


class ListForm(forms.Form):
    """What the list can be narrowed by: as the filters of the API, from what there is to see."""

    project = forms.ModelChoiceField(
        Project.objects.none(), to_field_name="name", required=False, empty_label="All projects"
    )
    owner = forms.ModelChoiceField(
        Team.objects.none(), to_field_name="slug", required=False, empty_label="All teams", label="Ended by"
    )
    reader = forms.ModelChoiceField(
        Team.objects.none(), to_field_name="slug", required=False, empty_label="All teams", label="Read by"
    )

    def __init__(self, *args: Any, seen: DeprecationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        projects = Project.objects.filter(pk__in=seen.order_by().values("version__feature__project"))
        self.fields["project"].queryset = projects.order_by("name")  # type: ignore[attr-defined]
        for name in ("owner", "reader"):
            self.fields[name].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]

    def asked(self) -> dict[str, list[str]]:
        """For the filters: {name: [name or slug]}."""
        held = {name: self.cleaned_data[name] for name in self.fields}
        return {name: [one.name if name == "project" else one.slug] for name, one in held.items() if one}


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
