"""Defaults that are measured: the mean, the median or the mode of what the source holds, with the day of measuring."""

from typing import Any

from monitoring.models import FeatureMeasurement, Origin
from registry.actions.action import allow, invalid
from registry.actions.versions import measure_default
from registry.choices import PERSONAL_CLASSES
from registry.models import DefaultPolicy, User, Version


def fill_default(version: Version, *, actor: User) -> Version:
    """Give a draft the default that its policy asks for, from the newest measurement of its feature's source."""
    allow(actor, "registry.measure_default", version)
    measured = FeatureMeasurement.objects.filter(feature=version.feature_id, origin=Origin.SOURCE)
    found = measured.order_by("-measured_at").first()
    if found is None:
        raise invalid(default="Its source was never measured. Pull its store first, or choose another policy.")
    value = _value(version, found)
    if value is None:
        raise invalid(default=f"The {version.default_policy} is not among what was measured. Choose another policy.")
    if version.dtype.startswith("int") and isinstance(value, float):
        value = round(value)
    return measure_default(version, actor=actor, value=value, measured_at=found.measured_at)


def _value(version: Version, found: FeatureMeasurement) -> Any:
    """The one that the policy names. Median and mode are somebody's value: those of personal features stay unknown."""
    is_personal = version.privacy_class in PERSONAL_CLASSES or version.feature.is_personal
    if version.default_policy == DefaultPolicy.MEAN:
        return found.mean
    if is_personal:
        raise invalid(default=f"The {version.default_policy} of personal data is somebody's value. Choose another.")
    if version.default_policy == DefaultPolicy.MEDIAN:
        return found.quantiles.get("0.5")
    labelled = [one for one in found.histogram if one.get("label") is not None]
    return max(labelled, key=lambda one: one["count"])["label"] if labelled else None
