"""What people fill in about incidents. Rules live in the actions."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from monitoring.kinds import CHOICES, FEWEST, MOST, USUAL_READINGS
from monitoring.models import CauseKind
from registry.models import Team
from registry.refusable import Refusable

MUTES = (("1", "For an hour"), ("4", "For 4 hours"), ("24", "For a day"), ("168", "For a week"), ("0", "Not any more"))


class ListForm(forms.Form):
    """What the list can be narrowed by: as the filters of the API."""

    owner = forms.ModelChoiceField(
        Team.objects.order_by("name"), to_field_name="slug", required=False, empty_label="All teams"
    )
    cause = forms.ChoiceField(choices=[("", "All causes"), *CauseKind.choices], required=False, label="What broke")
    kind = forms.ChoiceField(choices=[("", "All kinds"), *CHOICES], required=False, label="What is wrong")
    view = forms.CharField(
        max_length=330, required=False, label="Hits", widget=forms.TextInput(attrs={"placeholder": "project.view"})
    )

    def asked(self) -> dict[str, list[str]]:
        """For the filters: {name: [value]}."""
        held = {name: self.cleaned_data[name] for name in self.fields}
        return {name: [getattr(one, "slug", one)] for name, one in held.items() if one}


class MuteForm(Refusable):
    called = {"until": "hours"}
    hours = forms.ChoiceField(choices=MUTES, label="Tell nobody more")

    def until(self) -> datetime | None:
        hours = int(self.cleaned_data["hours"])
        return timezone.now() + timedelta(hours=hours) if hours else None


class ReassignForm(Refusable):
    team = forms.ModelChoiceField(Team.objects.order_by("name"), to_field_name="slug", label="Give it to")
    reason = forms.CharField(max_length=500, required=False, label="Why")


class NoteForm(Refusable):
    called = {"note": "text"}
    text = forms.CharField(
        required=False, label="What was learnt",
        help_text="Markdown. What happened, why, and what keeps it from happening again.",
        widget=forms.Textarea(attrs={"rows": 8}),
    )  # fmt: skip


class RunbookForm(Refusable):
    runbook = forms.CharField(
        max_length=1_000, required=False, label="Its own runbook",
        help_text="An address. Empty: the usual page of help.", widget=forms.URLInput,
    )  # fmt: skip


class PatienceForm(Refusable):
    readings = forms.IntegerField(
        min_value=FEWEST, max_value=MOST, label="Bad readings in a row",
        help_text=f"{FEWEST} to {MOST} make a breach; usually {USUAL_READINGS}.",
    )  # fmt: skip


def forms_of(incident: Any) -> dict[str, Refusable]:
    """Everything that can be filled in on its page."""
    return {
        "mute": MuteForm(), "reassign": ReassignForm(), "note": NoteForm(initial={"text": incident.note}),
        "runbook": RunbookForm(initial={"runbook": incident.runbook}),
    }  # fmt: skip
