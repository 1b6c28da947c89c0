"""What is asked of who wants access, and of who decides. Rules live in the actions."""

from typing import Any

from django import forms

from governance.models import AccessRequest, Purpose, Setting
from governance.queries.review import Review
from registry.models import Consumer, Team, User
from registry.refusable import Refusable

DAYS = (30, 90, 180, 365)


class RequestForm(Refusable):
    """Four questions: what for, for whom, where, how long."""

    purpose = forms.ModelChoiceField(
        Purpose.objects.none(), empty_label="Choose a purpose",
        help_text="Contracts name what their data may be used for.",
    )  # fmt: skip
    why = forms.CharField(
        max_length=2_000, label="What will you do with it?", widget=forms.Textarea(attrs={"rows": 3}),
        help_text="20 characters or more. Those who decide read it.",
    )  # fmt: skip
    consumer = forms.ModelChoiceField(
        Consumer.objects.none(), required=False, label="Who will read it?", empty_label="I myself",
        help_text="You, or a model, service, dashboard or job of your team.",
    )  # fmt: skip
    setting = forms.ChoiceField(choices=Setting.choices, widget=forms.RadioSelect, label="Where?")
    environment = forms.CharField(
        required=False, max_length=40, help_text="Such as prod. Left empty, it is for every environment."
    )
    days = forms.IntegerField(min_value=1, max_value=730, label="For how many days?")

    def __init__(self, *args: Any, actor: User, request: AccessRequest | None = None, **kwargs: Any) -> None:
        if request is not None:
            kwargs["initial"] = {name: getattr(request, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        self.fields["purpose"].queryset = Purpose.objects.usable()  # type: ignore[attr-defined]
        mine = Consumer.objects.visible_to(actor).filter(team__in=actor.team_ids, gone_at__isnull=True)
        self.fields["consumer"].queryset = mine  # type: ignore[attr-defined]


class DecisionForm(Refusable):
    """The bar under a request. What is suggested is filled in; nothing is chosen."""

    verdict = forms.CharField(max_length=20, widget=forms.HiddenInput, required=False)
    reason = forms.CharField(required=False, max_length=2_000)
    days = forms.IntegerField(required=False, min_value=1, label="Days")
    setting = forms.ChoiceField(required=False, choices=Setting.choices)
    conditions = forms.CharField(required=False, max_length=2_000, label="Conditions", help_text="One a line.")
    items = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, review: Review, **kwargs: Any) -> None:
        advice = review.recommendation
        kwargs["initial"] = {"days": min(advice.days, review.most_days), "setting": advice.setting}
        super().__init__(*args, **kwargs)
        self.fields["items"].choices = [(str(item.pk), str(item.version)) for item in review.mine]  # type: ignore[attr-defined]
        if review.request.setting == Setting.OFFLINE:
            self.fields["setting"].choices = [(Setting.OFFLINE.value, Setting.OFFLINE.label)]  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        """Of the action."""
        said = self.cleaned_data
        lines = [line.strip() for line in said["conditions"].splitlines() if line.strip()]
        return {
            "verdict": self.data.get("verdict", ""), "reason": said["reason"], "days": said["days"],
            "setting": said["setting"], "conditions": lines, "items": [int(one) for one in said["items"]],
        }  # fmt: skip


class CommentForm(Refusable):
    text = forms.CharField(max_length=2_000, label="Comment or question", widget=forms.Textarea(attrs={"rows": 3}))


class OpeningForm(Refusable):
    """What somebody does not see, and for which team they ask."""

    reference = forms.CharField(
        max_length=600,
        label="Whole name",
        help_text="As a colleague has told you: project.view.feature, or project.view.",
    )
    team = forms.ModelChoiceField(Team.objects.none(), empty_label=None, label="For which team?")
    why = forms.CharField(
        max_length=2_000, label="Why", help_text="Its owners read it.", widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.filter(pk__in=actor.team_ids)  # type: ignore[attr-defined]


class ReasonForm(Refusable):
    """One line that says why."""

    reason = forms.CharField(max_length=2_000, label="Why")
