"""What people fill in to declare who reads features."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from registry.actions.consumers import MOST_READS
from registry.choices import ConsumerKind
from registry.models import Feature, Team, User
from registry.queries.named import versions_named
from registry.refusable import Refusable

_MOST_SHOWN = 10


class ReadsForm(Refusable):
    """All that a consumer reads, one a line."""

    called = {"consumer": "features"}
    features = forms.CharField(
        required=False, max_length=600 * MOST_READS,
        help_text="One a line: project.view.feature for the current version, or with @2 for one. Empty for none.",
        widget=forms.Textarea(attrs={"rows": 10, "class": "mono", "spellcheck": "false"}),
    )  # fmt: skip

    reason = forms.CharField(
        required=False, max_length=500, label="Why", help_text="Needed where it begins to read what is deprecated."
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.reads: list[tuple[Feature, int | None]] = []

    def clean_features(self) -> str:
        """Keeps what is meant in `reads`; says each line that is nothing."""
        lines = [line.strip() for line in self.cleaned_data["features"].splitlines() if line.strip()]
        found = versions_named(lines, self.actor)
        self.reads = [(one.feature, one.number) for one in found if one.feature is not None]
        if missing := [one for one in found if not one.is_there]:
            named = ", ".join(one.reference[:120] for one in missing[:_MOST_SHOWN])
            more = f" and {len(missing) - _MOST_SHOWN} more" if len(missing) > _MOST_SHOWN else ""
            raise ValidationError(f"There is no {named}{more} that you see.")
        return self.cleaned_data["features"]


class NewConsumerForm(ReadsForm):
    """A consumer, and what it reads."""

    field_order = ("kind", "name", "team", "environment", "description", "features", "reason")
    kind = forms.ChoiceField(choices=ConsumerKind.choices)
    name = forms.CharField(max_length=300, help_text="As it calls itself, such as fraud-ranker.")
    team = forms.ModelChoiceField(
        Team.objects.none(), to_field_name="slug", empty_label=None, help_text="The one of yours that answers for it."
    )
    environment = forms.CharField(required=False, max_length=40, help_text="Such as prod or staging.")
    description = forms.CharField(required=False, max_length=4_000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        """Of the action `declare_consumer`, but for the team."""
        return {name: self.cleaned_data[name] for name in ("kind", "name", "environment", "description")}
