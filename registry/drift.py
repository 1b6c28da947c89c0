"""Limits on drift: a feature's own, else its view's, else what is usual."""

from charter.limits import NAMES, drift_limits
from registry.models import Feature

METHOD_NAMES = NAMES
Limits = tuple[str, float, float]  # method, and the distances from which to warn and to fail


def limits_of(feature: Feature) -> Limits:
    return drift_limits(feature.slo_drift, feature.view.slo_drift)
