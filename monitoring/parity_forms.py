"""What people fill in to have two views compared. Rules live in the action."""

from typing import Any

from django import forms

from monitoring.actions.parity import FEWEST, MOST, USUAL, USUAL_MARK, USUAL_TOLERANCE
from monitoring.models import Parity, ParityState
from registry.models import Actor, FeatureView
from registry.refusable import Refusable

MOST_LINES = 1_000


class ParityListForm(forms.Form):
    """What the list can be narrowed by: as the filters of the API."""

    view = forms.CharField(
        max_length=330, required=False, label="View", widget=forms.TextInput(attrs={"placeholder": "project.view"})
    )
    state = forms.ChoiceField(choices=[("", "All states"), *ParityState.choices], required=False)

    def asked(self) -> dict[str, list[str]]:
        """For the filters: {name: [value]}."""
        return {name: [self.cleaned_data[name]] for name in self.fields if self.cleaned_data[name]}


class ParityForm(Refusable):
    """Two views, and when they count as the same."""

    called = {"pass_mark": "percent"}
    old = forms.CharField(max_length=330, label="Old view", help_text="project.view")
    new = forms.CharField(max_length=330, label="New view", help_text="project.view, of the same entity")
    percent = forms.FloatField(
        initial=USUAL_MARK * 100, label="Passes from", help_text="Percent of entities, nulls and coverage that agree"
    )
    sample = forms.IntegerField(initial=USUAL, label="Entities to compare", help_text=f"{FEWEST} to {MOST:,}")
    tolerance = forms.FloatField(
        initial=f"{USUAL_TOLERANCE:f}",
        label="Tolerance of numbers",
        help_text="As a share: 0.001 lets 1,000 and 1,001 agree",
    )
    mapping = forms.CharField(
        required=False, label="Features by other names", max_length=100_000,
        help_text="One a line, as old=new. Empty: by name.", widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip

    def clean_mapping(self) -> dict[str, str]:
        lines = [line.strip() for line in self.cleaned_data["mapping"].splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(f"At most {MOST_LINES:,} lines.")
        pairs = [tuple(part.strip() for part in line.split("=", 1)) for line in lines]
        if wrong := next((line for line, pair in zip(lines, pairs, strict=True) if len(pair) < 2 or not all(pair)), ""):
            raise forms.ValidationError(f"Write old=new instead of {wrong[:100]}.")
        return dict(pairs)  # type: ignore[arg-type]

    def described(self, actor: Actor) -> Parity | None:
        """What is asked for, not saved yet. None, with the reason at its field, where there is no such view."""
        said: dict[str, Any] = {name: self.cleaned_data[name] for name in ("sample", "tolerance", "mapping")}
        for side in ("old", "new"):
            views = FeatureView.objects.visible_to(actor).present().select_related("project")
            view = views.filter(key=self.cleaned_data[side].strip()).first()
            if view is None:
                self.add_error(side, "There is no such view.")
                return None
            said[side] = view
        return Parity(pass_mark=self.cleaned_data["percent"] / 100, **said)
