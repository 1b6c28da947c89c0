"""What the committee is asked about itself. Rules live in the actions."""

from typing import Any

from django import forms

from governance.models import Committee, ConflictKind
from registry.models import Team, User
from registry.refusable import Refusable

_DAY = {"type": "date"}


def _day(label: str, *, required: bool = True, hint: str = "") -> forms.DateField:
    return forms.DateField(label=label, required=required, help_text=hint, widget=forms.DateInput(attrs=_DAY))


def _person(label: str, *, required: bool = True, hint: str = "User name") -> forms.ModelChoiceField:
    """Typed, not chosen from a list: there may be thousands."""
    return forms.ModelChoiceField(
        User.objects.filter(is_active=True, is_service=False), to_field_name="username", label=label,
        required=required, help_text=hint, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid_choice": "There is no such person."},
    )  # fmt: skip


class CommitteeForm(Refusable):
    charge = forms.CharField(
        required=False, max_length=4_000, label="What it decides and how", widget=forms.Textarea(attrs={"rows": 4})
    )
    quorum = forms.IntegerField(min_value=1, label="Quorum", help_text="No decision of the committee has fewer votes.")
    days_to_decide = forms.IntegerField(min_value=1, label="Working days to decide")
    days_unanswered = forms.IntegerField(
        min_value=1, label="Working days until it ends", help_text="A request that nobody decides is then over."
    )
    reviews_quarterly = forms.BooleanField(
        required=False, label="Review all standing grants each quarter", help_text="Charter starts it on the first day."
    )
    days_to_review = forms.IntegerField(
        min_value=7, max_value=60, label="Days for such a review",
        help_text="What nobody has answered by then goes by its policy.",
    )  # fmt: skip
    reason = forms.CharField(required=False, max_length=500, label="Why")

    @staticmethod
    def of(committee: Committee) -> dict[str, Any]:
        return {name: getattr(committee, name) for name in CommitteeForm.base_fields if name != "reason"}


class SeatForm(Refusable):
    user = _person("Who", hint="User name of somebody with the role, which administrators give")
    starts_on = _day("First day")
    ends_on = _day("Last day", required=False, hint="Empty: until further notice")
    is_officer = forms.BooleanField(required=False, label="Data protection officer")


class DelegateForm(Refusable):
    delegate = _person("Who votes in your place?", required=False, hint="User name. Left empty, nobody does any more.")
    since = _day("From", required=False)
    until = _day("Until", required=False)


class ConflictForm(Refusable):
    user = _person("Who", required=False, hint="User name. Left empty, you yourself.")
    kind = forms.ChoiceField(choices=ConflictKind.choices, initial=ConflictKind.DECLARED, label="What")
    person = _person("About whom?", required=False, hint="User name of a person, or")
    team = forms.ModelChoiceField(
        Team.objects.all(), to_field_name="slug", required=False, label="about which team?", help_text="Its short name",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid_choice": "There is no such team."},
    )  # fmt: skip
    reason = forms.CharField(required=False, max_length=400, label="Why")
