"""What people fill in on the registry's pages. Rules live in the actions; forms only read what was typed."""

from datetime import timedelta
from typing import Any

from django import forms

from charter.limits import METHODS, NAMES
from common.durations import compact_duration, parse_duration
from registry.models import FeatureView
from registry.refusable import Refusable


class DescriptionForm(forms.Form):
    """What a feature is, in its owner's words."""

    description = forms.CharField(
        max_length=4_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What it measures, over which time, what is left out.",
    )  # fmt: skip
    reason = forms.CharField(
        required=False, max_length=500, label="Why", help_text="Kept in the history with your name."
    )


class SloForm(Refusable):
    """Limits of a feature view."""

    called = {"max_null_rate": "max_null_percent", "drift": "drift_warn"}

    freshness = forms.CharField(
        required=False, max_length=40, label="Oldest data allowed",
        help_text="Such as 2h, 90m or 1d 1h. Empty follows the schedule: 2 h for hourly work, 25 h for daily.",
    )  # fmt: skip
    max_null_percent = forms.FloatField(
        required=False, min_value=0, max_value=100, label="Most nulls allowed, in %",
        help_text="Of the rows of any one feature. Empty means 5 %.",
    )  # fmt: skip
    drift_method = forms.ChoiceField(
        required=False, label="Drift is measured by",
        choices=[("", "as usual: PSI"), *((method, NAMES[method]) for method in METHODS)],
    )  # fmt: skip
    drift_warn = forms.FloatField(
        required=False, min_value=0, max_value=100, label="Warn from", help_text="Empty is the method's usual distance."
    )
    drift_fail = forms.FloatField(
        required=False, min_value=0, max_value=100, label="Drifted from", help_text="For PSI usually 0.25."
    )
    reason = forms.CharField(max_length=500, label="Why", help_text="Kept in the history with your name.")

    @classmethod
    def of(cls, view: FeatureView) -> "SloForm":
        """The form with the limits that its owner has set."""
        rate, drift = view.slo_max_null_rate, view.slo_drift or {}
        return cls(
            initial={
                "freshness": compact_duration(view.slo_freshness) if view.slo_freshness else "",
                "max_null_percent": None if rate is None else round(rate * 100, 6),
                **{f"drift_{name}": drift.get(name) for name in ("method", "warn", "fail")},
            }
        )

    def clean_freshness(self) -> timedelta | None:
        text = self.cleaned_data["freshness"].strip()
        if not text:
            return None
        try:
            return parse_duration(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def limits(self) -> dict[str, Any]:
        """Arguments of the action `change_slo`."""
        percent = self.cleaned_data["max_null_percent"]
        return {
            "freshness": self.cleaned_data["freshness"],
            "max_null_rate": None if percent is None else percent / 100,
            "drift": self._drift(),
            "reason": self.cleaned_data["reason"],
        }

    def _drift(self) -> dict[str, Any] | None:
        said = {name: self.cleaned_data.get(f"drift_{name}") for name in ("method", "warn", "fail")}
        return {name: value for name, value in said.items() if value not in (None, "")} or None
