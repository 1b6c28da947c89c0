"""Limits on drift: how the distance of a feature from its reference is measured, and from which distance on it counts.

The usual limits are those that practice has settled on for PSI (0.1 worth a look, 0.25 another distribution); the
others are bounded by 1, and chi-square stands for Cramér's V, which unlike the statistic does not grow with the rows.
"""

from collections.abc import Mapping
from typing import Any

USUAL = {"psi": (0.1, 0.25), "js": (0.1, 0.2), "ks": (0.1, 0.2), "chi2": (0.1, 0.3)}
METHODS = tuple(USUAL)
NAMES = {"psi": "PSI", "js": "Jensen-Shannon", "ks": "Kolmogorov–Smirnov", "chi2": "Cramér's V"}


def drift_limits(*said: Mapping[str, Any] | None) -> tuple[str, float, float]:
    """Method, and the distances from which to warn and to fail: of the first who says anything, else the usual."""
    found = next((one for one in said if one), {})
    method = found.get("method", METHODS[0])
    warn, fail = USUAL[method]
    fail = found.get("fail", max(fail, found.get("warn", 0)))
    return method, found.get("warn", min(warn, fail)), fail


def drift_fault(said: Any) -> str:
    """What is wrong with {method, warn, fail}, each of which may be left out; empty when nothing is."""
    if not isinstance(said, Mapping) or set(said) - {"method", "warn", "fail"} or not said:
        return "Say method, warn and fail, or some of them."
    if said.get("method", METHODS[0]) not in METHODS:
        return f"The method is one of {', '.join(METHODS)}."
    for name in ("warn", "fail"):
        value = said.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
            return f"{name} is a number between 0 and 100."
    _, warn, fail = drift_limits(said)
    return f"warn, {warn:g}, is above fail, {fail:g}." if warn > fail else ""
