"""What people fill in to begin a feature or a view."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from registry.choices import BY_HAND, ViewKind
from registry.connection_form import IntervalField
from registry.models import Project, Team
from registry.refusable import Refusable


class FeatureNameForm(Refusable):
    name = forms.CharField(
        max_length=200, help_text="Small letters, digits and _: what, of what, over which time. Such as avg_amount_7d.",
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip


class NewViewForm(Refusable):
    """A view that no store defines yet, with one entity."""

    called = {"entities": "entity"}
    project = forms.ModelChoiceField(Project.objects.none(), to_field_name="name", empty_label=None)
    name = forms.CharField(max_length=200, help_text="What its features have in common, such as user_txn_stats.")
    description = forms.CharField(required=False, max_length=4_000, widget=forms.Textarea(attrs={"rows": 3}))
    owner = forms.ModelChoiceField(
        Team.objects.none(), to_field_name="slug", empty_label=None, label="Team",
        help_text="The one of yours that answers for the view and its features.",
    )  # fmt: skip
    entity = forms.CharField(required=False, max_length=200, help_text="What its features describe, such as user.")
    join_keys = forms.CharField(
        required=False, max_length=400, label="Its columns",
        help_text="Those that name one of it, such as user_id. Needed once, for an entity the project does not have.",
    )  # fmt: skip
    kind = forms.ChoiceField(choices=[(kind.value, kind.label) for kind in BY_HAND], initial=ViewKind.BATCH)
    schedule_every = IntervalField(
        required=False, max_length=20, label="Computed every", help_text="Such as 1h. Its freshness is judged by it."
    )
    ttl = IntervalField(required=False, max_length=20, label="Time to live", help_text="Such as 7d. Empty for ever.")
    is_online = forms.BooleanField(required=False, label="Served online")

    def __init__(self, *args: Any, projects: QuerySet[Project], teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]
        self.fields["owner"].queryset = teams  # type: ignore[attr-defined]

    def columns(self) -> list[str]:
        return [key.strip() for key in self.cleaned_data["join_keys"].split(",") if key.strip()]

    def arguments(self) -> dict[str, Any]:
        """Of the action `create_view`, but for project and entities."""
        taken = ("name", "description", "owner", "kind", "schedule_every", "ttl", "is_online")
        return {name: self.cleaned_data[name] for name in taken}
