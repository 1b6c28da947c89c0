"""What is asked about naming rules. Rules live in the actions."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from governance.models import NamedKind, NamingRule
from registry.models import Project, User
from registry.refusable import Refusable

_FIELDS = ("pattern", "said", "right", "wrong", "is_advice")


class RuleForm(Refusable):
    """A rule and its examples. Lists are typed one a line."""

    said = forms.CharField(
        max_length=300, label="What does it ask?", help_text="Who breaks it reads this: names end in their window."
    )
    pattern = forms.CharField(
        max_length=500, help_text="RE2, for the whole name: [a-z_]+_[0-9]+[hd]",
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    right = forms.CharField(
        label="Names that are right", help_text="One a line, at least one. The rule must let them pass.",
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono", "spellcheck": "false"}),
    )  # fmt: skip
    wrong = forms.CharField(
        label="Names that are wrong", help_text="One a line, at least one. The rule must not let them pass.",
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono", "spellcheck": "false"}),
    )  # fmt: skip
    is_advice = forms.BooleanField(required=False, label="Only advice: breaking it is said, and not refused")

    @staticmethod
    def of(rule: NamingRule) -> dict[str, Any]:
        lists = {name: "\n".join(getattr(rule, name)) for name in ("right", "wrong")}
        plain = {name: getattr(rule, name) for name in ("pattern", "said", "is_advice", "is_on")}
        return plain | lists

    def arguments(self) -> dict[str, Any]:
        """Of the actions, but for project, kind and reason."""
        said = {name: self.cleaned_data[name] for name in (*_FIELDS, "is_on") if name in self.fields}
        return said | {name: self.cleaned_data[name].splitlines() for name in ("right", "wrong")}


class NewRuleForm(RuleForm):
    field_order = ("project", "kind", "said", "pattern", "right", "wrong", "is_advice")
    project = forms.ModelChoiceField(Project.objects.none(), to_field_name="name", label="Where does it hold?")
    kind = forms.ChoiceField(choices=NamedKind.choices, label="For names of what?")

    def __init__(self, *args: Any, projects: QuerySet[Project], may_all: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["project"], projects, may_all=may_all)


class ChangeRuleForm(RuleForm):
    is_on = forms.BooleanField(required=False, label="It holds")
    reason = forms.CharField(required=False, max_length=500, label="Why", help_text="Kept in the history.")


class WordForm(Refusable):
    """A word that names may not use."""

    project = forms.ModelChoiceField(Project.objects.none(), to_field_name="name", label="Where")
    word = forms.CharField(max_length=60, label="Word", help_text="Such as amt.")
    instead = forms.CharField(
        required=False, max_length=60, label="Write instead", help_text="Such as amount. Empty: it is forbidden."
    )

    def __init__(self, *args: Any, projects: QuerySet[Project], may_all: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["project"], projects, may_all=may_all)


class WaiverForm(Refusable):
    """A name that need not follow the rules."""

    kind = forms.ChoiceField(choices=NamedKind.choices, label="Of what is the name?")
    key = forms.CharField(
        max_length=600, label="Whole key", help_text="project.view.feature, project.view or project.entity.",
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    until = forms.DateField(
        label="Until", help_text="At most a year.", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(max_length=2_000, label="Why", widget=forms.Textarea(attrs={"rows": 2}))


def _offer(field: Any, projects: QuerySet[Project], *, may_all: bool) -> None:
    field.queryset = projects
    field.required = not may_all
    field.empty_label = "In all projects" if may_all else None


def projects_ruled_by(actor: User) -> QuerySet[Project]:
    """Projects whose names the actor may make rules for."""
    seen = Project.objects.visible_to(actor).order_by("name")
    return seen if rules_all(actor) else seen.filter(owner__in=actor.team_ids)


def rules_all(actor: User) -> bool:
    return actor.has_perm("governance.create_naming_rule", None)
