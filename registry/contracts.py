"""The contract of a version in words, and what differs between two. Values of personal features never get this far."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from common.quantities import absolute, duration, percent
from registry.choices import PERSONAL_CLASSES, Manager, PrivacyClass, VersionState
from registry.models import DefaultPolicy, Feature, Version

HIDDEN = "not shown: personal data"
NOT_SAID = "unknown: the store does not say"
# Fields that repeat values of the data. Median and mode are somebody's value; a mean or a constant is nobody's.
VALUE_FIELDS = frozenset({"default", "minimum", "maximum", "allowed_values"})
SAFE_DEFAULTS = frozenset({DefaultPolicy.NONE, DefaultPolicy.CONSTANT, DefaultPolicy.MEAN})


@dataclass(frozen=True, slots=True)
class Change:
    """A field before and after, both as people read them."""

    field: str
    old: str
    new: str


def is_personal(feature: Feature, version: Version | None = None) -> bool:
    """Whether values stay hidden: as the feature is now, or as this version was. The stricter one counts."""
    return feature.is_personal or (version is not None and version.privacy_class in PERSONAL_CLASSES)


def describe(version: Version, *, hide_values: bool) -> dict[str, str]:
    """Label → text for every line of the contract. Empty text means that it does not apply."""
    return {
        "State": VersionState(version.state).label,
        "Type": version.dtype or _not_said(version),
        "Unit": version.unit or "none stated",
        "Entity keys": ", ".join(version.entity_keys) or "none",
        "Vector": vector(version),
        "Default": default(version, hide_values=hide_values),
        "Nulls": nullability(version),
        "Range": HIDDEN if hide_values and _is_bounded(version) else value_range(version),
        "Data class": PrivacyClass(version.privacy_class).label,
        "Purposes": ", ".join(version.purposes) or "none stated",
        "Definition": version.definition,
        "Kept at": version.definition_url,
        "Note": version.note,
    }


def vector(version: Version) -> str:
    if not version.vector_dimension:
        return ""
    return f"{version.vector_dimension} dimensions" + (f", {version.vector_metric}" if version.vector_metric else "")


def default(version: Version, *, hide_values: bool) -> str:
    if version.default_policy == DefaultPolicy.NONE and version.default is None:
        return "none"
    how = DefaultPolicy(version.default_policy).label.lower()
    if hide_values and version.default_policy not in SAFE_DEFAULTS:
        return f"{HIDDEN} ({how})"
    return f"{_plain(version.default)} ({how})"


def nullability(version: Version) -> str:
    if version.is_nullable is None:
        return _not_said(version)
    return "allowed" if version.is_nullable else "never"


def _not_said(version: Version) -> str:
    return NOT_SAID if version.managed_by == Manager.CONNECTOR else "nobody has said"


def _is_bounded(version: Version) -> bool:
    return version.minimum is not None or version.maximum is not None or version.allowed_values is not None


def value_range(version: Version) -> str:
    """Bounds and allowed values as declared, never as measured."""
    if version.allowed_values is not None:
        return ", ".join(_plain(value) for value in version.allowed_values)
    if version.minimum is None and version.maximum is None:
        return "none stated"
    if version.maximum is None:
        return f"at least {_plain(version.minimum)}"
    return f"at most {_plain(version.maximum)}" if version.minimum is None else _between(version)


def _between(version: Version) -> str:
    return f"{_plain(version.minimum)} to {_plain(version.maximum)}"


def differences(old: Mapping[str, str], new: Mapping[str, str]) -> list[Change]:
    """Lines of two descriptions that differ, in the order of the contract."""
    return [Change(name, old[name], new[name]) for name in old if old[name] != new[name]]


def shown(field: str, value: Any, *, hide_values: bool) -> str:
    """A stored value of history or audit as text, hidden where it could be somebody's."""
    if value is None or value == "" or value == [] or value == {}:
        return ""
    if hide_values and field in VALUE_FIELDS:
        return HIDDEN
    return percent(value) if field == "slo_max_null_rate" else _plain(value)


def _plain(value: Any) -> str:
    """Exact, because contracts are compared: numbers are not rounded here."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, timedelta):
        return duration(value)
    if isinstance(value, datetime):
        return absolute(value)
    if isinstance(value, list | tuple):
        return ", ".join(_plain(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}={_plain(one)}" if one != "" else str(key) for key, one in value.items())
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
