"""The questions of a draft, one page each. Rules live in the actions; forms only read what was typed.

Each form knows which terms it asks for, shows a version's, and gives back `terms()` for the action.
"""

import re
from typing import Any, ClassVar

import orjson
from django import forms

from charter.terms import METRICS, OF_STORE, SCALARS, TEXTS
from registry.choices import PrivacyClass
from registry.models import DefaultPolicy, Version
from registry.refusable import Refusable

NULLS = {"": None, "yes": True, "no": False}


def value_of(text: str, dtype: str) -> Any:
    """What somebody typed as a value of this type: numbers, true and lists as in JSON, texts as they stand."""
    if dtype in TEXTS:
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text  # the action says what it should have been


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


class DraftForm(Refusable):
    """What one page of a draft asks. `version` is the draft as it is; `read` names the state that was shown."""

    terms_asked: ClassVar[tuple[str, ...]] = ()
    read = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, version: Version, read: str, **kwargs: Any) -> None:
        kwargs["initial"] = {"read": read, **self.shown(version)}
        super().__init__(*args, **kwargs)
        self.version = version
        if version.feature.is_of_store:
            for name in OF_STORE:
                if name in self.fields:
                    self.fields[name].disabled = True
                    self.fields[name].help_text = "The store says this."

    @classmethod
    def shown(cls, version: Version) -> dict[str, Any]:
        return {name: getattr(version, name) for name in cls.terms_asked}

    def terms(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.terms_asked}


class MeaningForm(DraftForm):
    """What it is, for people: part of the feature, not of a version."""

    description = forms.CharField(
        required=False, max_length=4_000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What it measures, over which time, what is left out.",
    )  # fmt: skip
    tags = forms.CharField(
        required=False, max_length=8_000, widget=forms.Textarea(attrs={"rows": 3}), help_text="One a line: key=value."
    )

    @classmethod
    def shown(cls, version: Version) -> dict[str, Any]:
        own = version.feature.tag_rows.order_by("key")
        return {
            "description": version.feature.description,
            "tags": "\n".join(f"{tag.key}={tag.value}" if tag.value else tag.key for tag in own),
        }

    def said_tags(self) -> dict[str, str | None]:
        """Tags to set, and as None those that are to go."""
        lines = [line.strip() for line in self.cleaned_data["tags"].splitlines() if line.strip()]
        said = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
        gone = self.version.feature.tag_rows.exclude(key__in=said).values_list("key", flat=True)
        return said | dict.fromkeys(gone)


class TypeForm(DraftForm):
    terms_asked = ("dtype", "unit", "vector_dimension", "vector_metric")
    dtype = forms.CharField(
        required=False, max_length=60, label="Type", widget=forms.TextInput(attrs={"list": "types"}),
        help_text="Such as float64, string or array<float32>.",
    )  # fmt: skip
    unit = forms.CharField(
        required=False, max_length=40, help_text="Such as EUR, minutes or share. Empty for counts and categories."
    )
    vector_dimension = forms.IntegerField(required=False, label="Dimensions", help_text="Of a vector; else empty.")
    vector_metric = forms.ChoiceField(
        required=False, label="Metric", choices=[("", "None"), *((one, one) for one in METRICS)],
        help_text="How near two vectors are is measured so.",
    )  # fmt: skip
    datalist = (*SCALARS, "array<float32>", "array<float64>", "array<int64>", "array<string>")


class ValuesForm(DraftForm):
    terms_asked = ("is_nullable", "minimum", "maximum", "allowed_values", "default_policy", "default")
    is_nullable = forms.ChoiceField(
        required=False, label="May it be null?", widget=forms.RadioSelect,
        choices=[("", "Nobody has said"), ("yes", "Yes"), ("no", "Never")],
    )  # fmt: skip
    minimum = forms.FloatField(required=False, label="Smallest value", help_text="Of numbers. Empty for no limit.")
    maximum = forms.FloatField(required=False, label="Largest value", help_text="Of numbers. Empty for no limit.")
    allowed_values = forms.CharField(
        required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}), label="Allowed values",
        help_text="One a line, where only some values are possible. Empty allows all.",
    )  # fmt: skip
    default_policy = forms.ChoiceField(
        label="What is served when there is no value?", widget=forms.RadioSelect,
        choices=[(one.value, one.label) for one in (DefaultPolicy.NONE, DefaultPolicy.CONSTANT)],
    )  # fmt: skip
    default = forms.CharField(
        required=False, max_length=10_000, label="That constant",
        help_text="Numbers as 41.87, texts as they stand, vectors as [0.1, 0.2].",
    )  # fmt: skip

    @classmethod
    def shown(cls, version: Version) -> dict[str, Any]:
        values = version.allowed_values
        return super().shown(version) | {
            "is_nullable": next(text for text, value in NULLS.items() if value is version.is_nullable),
            "allowed_values": "" if values is None else "\n".join(text_of(value) for value in values),
            "default": "" if version.default is None else text_of(version.default),
        }

    def terms(self) -> dict[str, Any]:
        said, dtype = super().terms(), self.version.dtype
        lines = [line.strip() for line in said["allowed_values"].splitlines() if line.strip()]
        is_constant = said["default_policy"] == DefaultPolicy.CONSTANT
        return said | {
            "is_nullable": NULLS[said["is_nullable"]],
            "allowed_values": [value_of(line, dtype) for line in lines] if lines else None,
            "default": value_of(said["default"], dtype) if is_constant and said["default"] else None,
        }


class PrivacyForm(DraftForm):
    terms_asked = ("privacy_class", "purposes")
    privacy_class = forms.ChoiceField(
        required=False, label="Which class is it?", widget=forms.RadioSelect,
        choices=[(PrivacyClass.UNCLASSIFIED.value, "Nobody has said yet"), *(
            (one.value, one.label) for one in PrivacyClass if one.value
        )],
    )  # fmt: skip
    purposes = forms.CharField(
        required=False, max_length=2_000, help_text="What it may be used for, such as fraud_detection, credit_risk."
    )

    @classmethod
    def shown(cls, version: Version) -> dict[str, Any]:
        return super().shown(version) | {"purposes": ", ".join(version.purposes)}

    def terms(self) -> dict[str, Any]:
        said = super().terms()
        return said | {"purposes": [one for one in re.split(r"[,\s]+", said["purposes"]) if one]}


class DefinitionForm(DraftForm):
    terms_asked = ("definition", "definition_url")
    definition = forms.CharField(
        required=False, max_length=100_000, widget=forms.Textarea(attrs={"rows": 10, "class": "mono"}),
        label="Query or expression", help_text="Shown to readers, never run.",
    )  # fmt: skip
    definition_url = forms.CharField(
        required=False, max_length=1_000, label="Where it is kept",
        help_text="Best is the address of a file at a commit.", widget=forms.TextInput(attrs={"inputmode": "url"}),
    )  # fmt: skip
    about = forms.CharField(
        required=False, max_length=2_000, label="Why this version", help_text="Shown in the list of versions."
    )

    @classmethod
    def shown(cls, version: Version) -> dict[str, Any]:
        return super().shown(version) | {"about": version.note}


# Address of each page, its label and its question.
STEPS: dict[str, tuple[str, type[DraftForm]]] = {
    "meaning": ("What it is", MeaningForm),
    "type": ("Type", TypeForm),
    "values": ("Values", ValuesForm),
    "privacy": ("Personal data", PrivacyForm),
    "definition": ("Definition", DefinitionForm),
}
