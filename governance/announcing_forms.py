"""What an owner is asked before the end of a version is announced, one page each. Rules live in the actions."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms

from governance.actions.announcing import Said, usual_brownouts
from governance.models import USUAL_REMINDERS
from registry.choices import EndingKind
from registry.models import Version
from registry.refusable import Refusable

SHORT, LONG = timedelta(hours=1), timedelta(hours=24)


def _reason() -> forms.CharField:
    return forms.CharField(
        max_length=2_000, label="Why", help_text="Readers see it, and it stays in the history.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


def _last_day() -> forms.DateField:
    return forms.DateField(
        label="Last day", help_text="It is served until then. Readers need time to move.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip


def _replacement() -> forms.CharField:
    return forms.CharField(
        required=False, max_length=600, label="What replaces it", help_text="A key such as project.view.feature@2.",
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip


class DraftPage(Refusable):
    """One page. `shown` is what it begins with, `kept` what the draft keeps of it."""

    @staticmethod
    def shown(said: Said, version: Version) -> dict[str, Any]:
        raise NotImplementedError

    def kept(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class WhyForm(DraftPage):
    kind = forms.ChoiceField(
        choices=EndingKind.choices, widget=forms.RadioSelect, label="What kind of end is it?",
        help_text="Where values are wrong or the law says so, readers may get less notice.",
    )  # fmt: skip
    reason = _reason()

    @staticmethod
    def shown(said: Said, version: Version) -> dict[str, Any]:
        return {"kind": said.kind or EndingKind.REPLACED.value, "reason": said.reason}


class ReplacementForm(DraftPage):
    """The view finds what `replacement` names, and puts its number in its place."""

    replacement = _replacement()
    instead = forms.CharField(
        required=False, max_length=2_000, label="If nothing does, what do its readers do?",
        help_text="One sentence will do.", widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    @staticmethod
    def shown(said: Said, version: Version) -> dict[str, Any]:
        return {"replacement": str(said.replacement or ""), "instead": said.instead}


class TimelineForm(DraftPage):
    """Its brownouts begin at a moment in UTC; empty is none."""

    called = {"brownouts": "long_at"}
    sunset_on = _last_day()
    short_at = forms.DateTimeField(
        required=False, label="Switched off for an hour, from", help_text="UTC. Leave it empty for none.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    long_at = forms.DateTimeField(
        required=False, label="Switched off for a day, from", help_text="UTC. Leave it empty for none.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    is_hard = forms.BooleanField(
        required=False, label="Meanwhile say that it is blocked",
        help_text="Checks of releases fail then; without it they warn. Charter does not switch stores off.",
    )  # fmt: skip

    @staticmethod
    def shown(said: Said, version: Version) -> dict[str, Any]:
        day = said.sunset_on
        if day is None:
            return {}
        held = {end - start: start for start, end in said.brownouts}
        return {
            "sunset_on": day, "is_hard": said.is_hard,
            "short_at": _shown(held.get(SHORT)), "long_at": _shown(held.get(LONG)),
        }  # fmt: skip

    def windows(self) -> list[tuple[datetime, datetime]]:
        """When it is switched off: from and until, the first one first."""
        starts = ((self.cleaned_data["short_at"], SHORT), (self.cleaned_data["long_at"], LONG))
        return sorted((start, start + length) for start, length in starts if start is not None)

    def kept(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "sunset_on": said["sunset_on"].isoformat(), "is_hard": said["is_hard"],
            "brownouts": [[start.isoformat(), end.isoformat()] for start, end in self.windows()],
        }  # fmt: skip


_REMINDERS = [(days, f"{days} day{'s' * (days > 1)} before") for days in USUAL_REMINDERS]


class NoticeForm(DraftPage):
    reminders = forms.TypedMultipleChoiceField(
        required=False, coerce=int, choices=_REMINDERS,
        widget=forms.CheckboxSelectMultiple, label="Remind those who have not moved",
        help_text="Who has acknowledged is reminded from the last week on.",
    )  # fmt: skip

    @staticmethod
    def shown(said: Said, version: Version) -> dict[str, Any]:
        return {"reminders": list(said.reminders)}


class ManyForm(WhyForm, ReplacementForm, TimelineForm, NoticeForm):
    """Everything that those pages ask, once for many versions."""

    field_order = (
        "kind", "reason", "replacement", "instead", "sunset_on", "short_at", "long_at", "is_hard", "reminders",
    )  # fmt: skip

    @staticmethod
    def begun(sunset_on: date) -> dict[str, Any]:
        """What it begins with."""
        return {"kind": EndingKind.UNNEEDED.value, "reminders": USUAL_REMINDERS, **usual(sunset_on)}

    def said(self, replacement: Version | None) -> Said:
        """What it says, once it is valid; its view has found the replacement."""
        given = {name: self.cleaned_data[name] for name in ("kind", "reason", "instead", "sunset_on", "is_hard")}
        reminders = tuple(self.cleaned_data["reminders"])
        return Said(replacement=replacement, brownouts=tuple(self.windows()), reminders=reminders, **given)


class EndForm(Refusable):
    """The end of a version that is announced already, moved."""

    replacement = _replacement()
    sunset_on = _last_day()
    reason = _reason()

    @staticmethod
    def of(version: Version) -> dict[str, Any]:
        return {"replacement": str(version.replacement or ""), "sunset_on": version.sunset_on}

    def arguments(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("sunset_on", "reason")}


def usual(sunset_on: Any) -> dict[str, Any]:
    """What the page of the timeline begins with, for such a last day."""
    held = {end - start: start for start, end in usual_brownouts(sunset_on)}
    return {"sunset_on": sunset_on, "short_at": _shown(held.get(SHORT)), "long_at": _shown(held.get(LONG))}


def _shown(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)
